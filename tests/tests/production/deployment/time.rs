//! A migration that takes longer than an invocation.

use super::stack::{MIGRATOR, Stack, seconds_of_work, text};
use serde_json::json;
use sqlx::Executor;
use tests::runtime::Outcome;

const BUILD: &str = "SELECT coalesce(max(i.indexrelid::text || ' ' || i.indisvalid), 'none')
     FROM pg_index i WHERE i.indexrelid = to_regclass('chargers_power')";

#[tokio::test]
async fn an_index_that_takes_longer_than_an_invocation_is_built_once_and_answered_by_the_next_try() {
    let Some(stack) = Stack::deployed().await else { return };
    let mut ops = stack.ops(&[]).await;
    ops.invoke(&json!({"command": "generate", "chargers": 50, "seed": 1})).await;
    ops.invoke(&json!({"command": "migrate", "direction": "down", "to": 7})).await;
    let answers = stack.inbox.letters().len();
    // Whoever reads on holds the build up.
    let mut reading = stack.admin().await;
    reading.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM chargers").await.unwrap();

    ops.limit_time(seconds_of_work(8));
    let Outcome::Error(_, error) = ops.invoke_text(&stack.request("Update").to_string()).await else {
        panic!("answered")
    };
    let said = error["errorMessage"].as_str().unwrap();
    assert!(said.contains("index chargers_power: waiting for old snapshots"), "{said}");
    assert_eq!(stack.inbox.letters().len(), answers, "CloudFormation waits on");
    let mut observer = stack.session(MIGRATOR).await;
    let unfinished = text(&mut observer, BUILD).await;
    assert!(unfinished.ends_with(" false"), "{unfinished}");

    // Lambda's second try: the server still builds, and keeps the lock of the first one meanwhile.
    ops.limit_time(seconds_of_work(6));
    let Outcome::Error(_, error) = ops.invoke_text(&stack.request("Update").to_string()).await else {
        panic!("answered")
    };
    let said = error["errorMessage"].as_str().unwrap();
    assert!(said.contains("another runner is migrating") && said.contains("chargers_power"), "{said}");
    assert_eq!(text(&mut observer, BUILD).await, unfinished);

    ops.limit_time(seconds_of_work(60));
    let request = stack.request("Update");
    let (letter, ()) = tokio::join!(stack.send(&mut ops, &request), async {
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        reading.execute("ROLLBACK").await.unwrap();
    });
    assert_eq!(letter.body["Status"], "SUCCESS", "{letter:?}");
    assert!(letter.body["Data"]["Applied"].as_str().unwrap().starts_with("0008 chargers power"), "{letter:?}");
    assert_eq!(text(&mut observer, BUILD).await, unfinished.replace("false", "true"), "the same index");
}

#[tokio::test]
async fn a_server_that_does_not_answer_in_time_is_not_answered_for() {
    let Some(mut stack) = Stack::deployed().await else { return };
    let mut ops = stack.ops(&[]).await;
    let answers = stack.inbox.letters().len();
    stack.server.stop(tests::postgres::Stop::Fast).await;
    ops.limit_time(seconds_of_work(0));
    let outcome = ops.invoke_text(&stack.request("Update").to_string()).await;
    assert!(matches!(outcome, Outcome::Error(..)) && stack.inbox.letters().len() == answers, "{outcome:?}");
    // With time, that is a failure like any other.
    ops.limit_time(seconds_of_work(60));
    let said = stack.deploy(&mut ops, "Update").await.body;
    assert_eq!(said["Status"], "FAILED", "{said}");
}
