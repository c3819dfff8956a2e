use crate::place::Place;
use lambda_runtime::{Context, LambdaEvent};
use ops::{App, handle};
use serde_json::{Value, json};

async fn answer(app: &App, event: Value) -> Result<Value, lambda_runtime::Error> {
    handle(app, LambdaEvent::new(event, Context::default())).await
}

#[tokio::test]
async fn events_do_what_the_command_line_does() {
    let place = Place::new();
    let app = place.app().await;
    let status = answer(&app, json!({"command": "migration-status"})).await.unwrap();
    assert_eq!(status["report"], "status");
    assert!(status["steps"].as_array().unwrap().iter().all(|step| step["is_applied"] == true));

    let down = answer(&app, json!({"command": "migrate", "direction": "down", "to": 0})).await.unwrap();
    assert_eq!(down["steps"].as_array().unwrap().len(), status["steps"].as_array().unwrap().len());
    let refused = answer(&app, json!({"command": "generate", "chargers": 3})).await.unwrap_err();
    assert!(refused.to_string().ends_with("run `ops migrate up` first."), "{refused}");
    let up = answer(&app, json!({"command": "migrate"})).await.unwrap();
    assert_eq!(up["steps"].as_array().unwrap().len(), status["steps"].as_array().unwrap().len());

    let made = answer(&app, json!({"command": "generate", "chargers": 3, "seed": 2})).await.unwrap();
    let expected = json!({"report": "generate", "chargers": 3, "imported": 3, "updated": 0, "unchanged": 0});
    assert_eq!(made, expected);
}

#[tokio::test]
async fn an_event_that_is_not_understood_fails_the_invocation() {
    let place = Place::new();
    let app = place.app().await;
    let error = answer(&app, json!({"command": "drop"})).await.unwrap_err();
    assert!(error.to_string().starts_with("The event is not understood: unknown variant `drop`"), "{error}");
}
