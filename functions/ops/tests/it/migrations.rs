//! The commands on the schema, typed and as events.

use crate::place::Place;
use lambda_runtime::{Context, LambdaEvent};
use ops::{App, handle};
use serde_json::{Value, json};
use std::io::{Seek, SeekFrom, Write};

async fn answer(app: &App, event: Value) -> Result<Value, String> {
    handle(app, LambdaEvent::new(event, Context::default())).await.map_err(|error| error.to_string())
}

#[test]
fn down_takes_the_last_step_back_unless_told_how_many() {
    let place = Place::new();
    let status = place.stdout(&["migrate", "status"]);
    let names: Vec<&str> = status.lines().rev().map(|line| line.trim_start_matches("applied").trim()).collect();
    for (arguments, count) in [(vec!["migrate", "down"], 1), (vec!["migrate", "down", "3"], 3)] {
        // Opening the file has brought back what the one before took.
        let expected: String = names[..count].iter().map(|name| format!("taken back  {name}\n")).collect();
        assert_eq!(place.stdout(&arguments), expected);
    }
    assert!(place.failure(&["migrate", "down", "0"]).contains("0 is not in 1.."));
    // A slip of the finger takes nothing back.
    assert!(place.failure(&["migrate", "down", "99"]).contains("migrations are applied, not 99"));
    assert!(!place.stdout(&["migrate", "status"]).contains("missing"));
    assert!(place.failure(&["migrate", "down", "1", "--to", "2"]).contains("cannot be used with"));
}

#[test]
fn the_history_has_a_line_for_every_step() {
    let place = Place::new();
    let status = place.stdout(&["migrate", "status"]);
    let history = place.stdout(&["migrate", "history"]);
    assert_eq!(history.lines().count(), status.lines().count());
    for (step, line) in status.lines().zip(history.lines()) {
        let (time, rest) = line.split_once(' ').unwrap();
        assert!(domain::Timestamp::parse(time).is_some(), "{line}");
        let (took_ms, name) = rest.split_once(" ms  ").unwrap();
        assert!(took_ms.trim().parse::<u64>().is_ok(), "{line}");
        assert_eq!(name, step.trim_start_matches("applied").trim());
    }
}

#[tokio::test]
async fn indexes_are_listed_and_a_damaged_file_ends_in_failure() {
    let place = Place::new();
    let sound = place.stdout(&["migrate", "verify-indexes"]);
    assert!(sound.contains("valid    chargers_power on chargers\n"), "{sound}");
    assert!(sound.lines().all(|line| line.starts_with("valid ")), "{sound}");
    let app = place.app().await;
    let answered = answer(&app, json!({"command": "verify-indexes"})).await.unwrap();
    let cell = json!({"name": "chargers_cell", "table": "chargers", "state": "valid", "size_bytes": null});
    assert!(answered["indexes"].as_array().unwrap().contains(&cell), "{answered}");
    drop(app);
    // So many that the file ends in pages of theirs: one of the schema could not even be opened.
    place.stdout(&["generate", "--chargers", "500"]);

    let db = place.db().await;
    db.close().await;
    let mut file = std::fs::File::options().write(true).open(place.path("new/data/sharaspot.db")).unwrap();
    // The last page: SQLite's pages have 4,096 bytes.
    file.seek(SeekFrom::End(-4096)).unwrap();
    file.write_all(&[0xff; 4096]).unwrap();
    drop(file);
    let output = place.run(&["migrate", "verify-indexes"]);
    let (said, why) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(!output.status.success() && said.contains("damage   "), "{said}{why}");
    assert!(why.contains("ops: The database file is damaged"), "{why}");
    let app = place.app().await;
    let refused = answer(&app, json!({"command": "verify-indexes"})).await.unwrap_err();
    assert!(refused.starts_with("The database file is damaged"), "{refused}");
}

#[tokio::test]
async fn events_go_down_by_steps_and_tell_the_history() {
    let place = Place::new();
    let app = place.app().await;
    let history = answer(&app, json!({"command": "migration-history"})).await.unwrap();
    let steps = history["steps"].as_array().unwrap();
    assert!(steps.iter().all(|step| step["text"] == "same" && step["took_ms"].is_u64()), "{history}");
    let down = answer(&app, json!({"command": "migrate", "direction": "down", "steps": 2})).await.unwrap();
    let versions = |report: &Value| -> Vec<i64> {
        report["steps"].as_array().unwrap().iter().map(|step| step["version"].as_i64().unwrap()).collect()
    };
    let last = versions(&history).pop().unwrap();
    assert_eq!(versions(&down), [last, last - 1]);
    let up = answer(&app, json!({"command": "migrate"})).await.unwrap();
    assert_eq!((versions(&up), &up["repairs"]), (vec![last - 1, last], &json!([])));
    let unsaid = answer(&app, json!({"command": "migrate", "direction": "down"})).await.unwrap_err();
    assert!(unsaid.contains("`steps`, how many to take back"), "{unsaid}");
}
