//! The four steps of Secrets Manager, and what the functions see of them: nothing.

use super::stack::{LOGINS, MIGRATOR, READER, Stack, WRITER};
use serde_json::{Value, json};
use sqlx::Executor;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use tests::repository::event;
use tests::runtime::{Lambda, http_answer};

const STEPS: [&str; 4] = ["create-secret", "set-secret", "test-secret", "finish-secret"];

fn password(stack: &Stack, index: usize, stage: &str) -> String {
    let value = stack.store.value(&stack.arns[index], stage).unwrap();
    assert_eq!(value["username"], LOGINS[index].0);
    value["password"].as_str().unwrap().to_owned()
}

async fn works(stack: &Stack, index: usize, password: &str) -> bool {
    stack.log_in(LOGINS[index].0, password).await.is_ok()
}

fn everything() -> Value {
    let mut everything = event("get-chargers.nearby");
    everything["rawQueryString"] = json!("");
    everything
}

#[tokio::test]
async fn every_step_may_be_repeated_and_the_last_one_makes_the_password_current() {
    let Some(stack) = Stack::deployed().await else { return };
    let mut ops = stack.ops(&[]).await;
    for index in [READER, WRITER, MIGRATOR] {
        let (arn, first) = (stack.arns[index].as_str(), LOGINS[index].1);
        let version = stack.store.begin_rotation(arn);
        let twice = async |ops: &mut Lambda, step: &str| {
            let mut outcomes = Vec::new();
            for _ in 0..2 {
                outcomes.push(stack.rotate(ops, step, arn, &version).await.unwrap());
            }
            outcomes
        };
        assert_eq!(twice(&mut ops, "create-secret").await, ["made", "done"]);
        let next = password(&stack, index, "AWSPENDING");
        assert!(works(&stack, index, first).await && !works(&stack, index, &next).await);
        assert_eq!(twice(&mut ops, "set-secret").await, ["made", "done"]);
        assert!(!works(&stack, index, first).await && works(&stack, index, &next).await);
        assert_eq!(twice(&mut ops, "test-secret").await, ["done", "done"]);
        assert_eq!(password(&stack, index, "AWSCURRENT"), first);
        assert_eq!(twice(&mut ops, "finish-secret").await, ["made", "finished"]);
        assert_eq!(
            (password(&stack, index, "AWSCURRENT"), password(&stack, index, "AWSPREVIOUS").as_str()),
            (next.clone(), first)
        );
        // Long after: Secrets Manager may ask again whatever it likes.
        for step in STEPS {
            assert_eq!(stack.rotate(&mut ops, step, arn, &version).await.unwrap(), "finished");
        }
        assert!(!stack.server.log().contains(&next) && !ops.log().contains(&next));
    }
    // With its own new password, too.
    assert_eq!(ops.invoke(&json!({"command": "migrate"})).await["steps"], json!([]));
    assert!(!ops.log().contains(&stack.arns[READER]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_function_goes_on_answering_while_its_login_is_rotated_however_long_that_takes() {
    let Some(stack) = Stack::deployed().await else { return };
    let (mut ops, arn) = (stack.ops(&[]).await, stack.arns[READER].clone());
    let mut chargers = stack.function("chargers", &arn, &[]).await;
    let is_over = Arc::new(AtomicBool::new(false));
    let reading = tokio::spawn({
        let is_over = is_over.clone();
        async move {
            let mut answers = 0;
            while !is_over.load(Relaxed) {
                let (status, body) = http_answer(&chargers.invoke(&everything()).await);
                assert_eq!(status, 200, "{body} {}", chargers.log());
                answers += 1;
            }
            (answers, chargers.log())
        }
    });
    for _ in 0..2 {
        let version = stack.store.begin_rotation(&arn);
        for step in STEPS {
            stack.rotate(&mut ops, step, &arn, &version).await.unwrap();
            // Only who connects anew meets the change. Between two steps it is more than a function waits for a secret.
            for _ in 0..if step == "set-secret" { 8 } else { 1 } {
                stack.server.terminate_backends("chargers").await;
                tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            }
        }
    }
    is_over.store(true, Relaxed);
    let (answers, log) = reading.await.unwrap();
    assert!(answers > 20, "{answers}");
    assert!(
        stack.server.log().contains("password authentication failed for user \"sharaspot_api_reader\""),
        "it met the change"
    );
    for stage in ["AWSCURRENT", "AWSPREVIOUS"] {
        assert!(!log.contains(&password(&stack, READER, stage)));
    }
}

#[tokio::test]
async fn a_step_that_nobody_should_ask_for_is_refused_and_changes_nothing() {
    let Some(stack) = Stack::deployed().await else { return };
    let (mut ops, arn) = (stack.ops(&[("DB_ADMIN_SECRET_ARN", &stack.admin_arn)]).await, stack.arns[READER].as_str());
    let of_nobody = "00000000-0000-4000-8000-000000000000";
    for step in STEPS {
        let said = stack.rotate(&mut ops, step, arn, of_nobody).await.unwrap_err();
        assert!(said.contains("not pending"), "{said}");
    }
    // Out of order.
    let version = stack.store.begin_rotation(arn);
    for step in ["set-secret", "test-secret", "finish-secret"] {
        let said = stack.rotate(&mut ops, step, arn, &version).await.unwrap_err();
        assert!(said.contains("no pending password yet"), "{said}");
    }
    stack.rotate(&mut ops, "create-secret", arn, &version).await.unwrap();
    for step in ["test-secret", "finish-secret"] {
        let said = stack.rotate(&mut ops, step, arn, &version).await.unwrap_err();
        assert!(said.contains("does not accept the pending password"), "{said}");
    }
    assert_eq!(
        (password(&stack, READER, "AWSCURRENT").as_str(), stack.store.stages(arn, &version)),
        (LOGINS[READER].1, vec!["AWSPENDING"])
    );

    // A login that is none of ours: the administrator may, and does not.
    stack.server.superuser("postgres").await.execute("CREATE ROLE stranger LOGIN PASSWORD 'str4nge'").await.unwrap();
    let stranger = stack.store.add("stranger", &json!({"username": "stranger", "password": "l0st"}));
    let version = stack.store.begin_rotation(&stranger);
    stack.rotate(&mut ops, "create-secret", &stranger, &version).await.unwrap();
    let said = stack.rotate(&mut ops, "set-secret", &stranger, &version).await.unwrap_err();
    assert!(said.contains("no role of this system"), "{said}");
    stack.log_in("stranger", "str4nge").await.unwrap();
    // A secret that is no login.
    let other = stack.store.add("other", &json!({"token": "s3cret"}));
    let version = stack.store.begin_rotation(&other);
    let said = stack.rotate(&mut ops, "create-secret", &other, &version).await.unwrap_err();
    assert!(!said.contains("s3cret") && stack.store.value(&other, "AWSPENDING").is_none(), "{said}");
}

#[tokio::test]
async fn the_administrator_is_rotated_too_and_deploys_with_the_new_password() {
    let Some(stack) = Stack::deployed().await else { return };
    let (mut ops, admin) = (stack.ops(&[("DB_ADMIN_SECRET_ARN", &stack.admin_arn)]).await, stack.admin_arn.as_str());
    let version = stack.store.begin_rotation(admin);
    for step in STEPS {
        stack.rotate(&mut ops, step, admin, &version).await.unwrap();
        // Also while the old password is the current one and not accepted any more.
        assert_eq!(stack.deploy(&mut ops, "Update").await.body["Status"], "SUCCESS", "{step}");
    }
    let current = stack.store.value(admin, "AWSCURRENT").unwrap();
    stack.log_in("master", current["password"].as_str().unwrap()).await.unwrap();
    assert!(stack.log_in("master", "m4ster's word").await.is_err());
    stack.assert_secret(&ops);
}

#[tokio::test]
async fn a_schedule_is_tried_out_with_a_version_that_changes_nothing_before_there_is_a_login() {
    let Some(stack) = Stack::new().await else { return };
    let arn = stack.arns[READER].as_str();
    let version = stack.store.try_schedule(arn);
    assert_eq!(stack.rotate(&mut stack.ops(&[]).await, "test-secret", arn, &version).await.unwrap(), "done");
}

#[tokio::test]
async fn a_rotation_that_is_stuck_is_mended_by_the_administrator() {
    let Some(stack) = Stack::deployed().await else { return };
    let arn = stack.arns[READER].as_str();
    let version = stack.store.begin_rotation(arn);
    let lose = "ALTER ROLE sharaspot_api_reader PASSWORD 'l0st'";
    stack.server.superuser("postgres").await.execute(lose).await.unwrap();
    let mut alone = stack.ops(&[]).await;
    stack.rotate(&mut alone, "create-secret", arn, &version).await.unwrap();
    let said = stack.rotate(&mut alone, "set-secret", arn, &version).await.unwrap_err();
    assert!(said.contains("DB_ADMIN_SECRET_ARN"), "{said}");
    let mut ops = stack.ops(&[("DB_ADMIN_SECRET_ARN", &stack.admin_arn)]).await;
    assert_eq!(stack.rotate(&mut ops, "set-secret", arn, &version).await.unwrap(), "by-administrator");
    for step in ["test-secret", "finish-secret"] {
        stack.rotate(&mut ops, step, arn, &version).await.unwrap();
    }
    assert!(works(&stack, READER, &password(&stack, READER, "AWSCURRENT")).await);
    stack.assert_secret(&ops);
}

#[tokio::test]
async fn a_deployment_in_the_middle_of_a_rotation_leaves_the_password_that_it_is_about_to_make() {
    let Some(stack) = Stack::deployed().await else { return };
    let (mut ops, arn) = (stack.ops(&[]).await, stack.arns[READER].as_str());
    let version = stack.store.begin_rotation(arn);
    for step in ["create-secret", "set-secret", "test-secret"] {
        stack.rotate(&mut ops, step, arn, &version).await.unwrap();
    }
    assert_eq!(stack.deploy(&mut ops, "Update").await.body["Status"], "SUCCESS");
    stack.rotate(&mut ops, "finish-secret", arn, &version).await.unwrap();
    assert!(works(&stack, READER, &password(&stack, READER, "AWSCURRENT")).await);
}
