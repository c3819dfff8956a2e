//! `ops redrive`: every event back to its function, and no letter lost. The program itself, before a queue and (`embedded`) the
//! embedded folder.

mod embedded;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use std::process::{Output, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use tests::dead_letter_queue::DeadLetterQueue;
use tests::eventually;
use tests::programs::program;
use tests::repository::event;
use tests::trap::Moment;

const HOME: &str = "arn:aws:lambda:eu-central-1:123456789012:function:";
const OPTIMIZE: &str = "sharaspot-production-OptimizePhoto-1a:live";
const INVALIDATE: &str = "sharaspot-production-InvalidateCdn-2b";

fn letter(function: &str, event: &Value) -> Value {
    json!({
        "version": "1.0",
        "timestamp": "2026-11-26T02:00:04.123Z",
        "requestContext": {
            "requestId": "e4b46cbf-b738-4880-8f1b-a18cdf61200e",
            "functionArn": format!("{HOME}{function}"),
            "condition": "RetriesExhausted",
            "approximateInvokeCount": 3,
        },
        "requestPayload": event,
        "responseContext": {"statusCode": 200, "executedVersion": "7", "functionError": "Unhandled"},
        "responsePayload": {"errorType": "Error", "errorMessage": "The database is not available at the moment."},
    })
}

/// So many events of photos, whose keys tell them apart.
fn send_photos(queue: &DeadLetterQueue, count: usize) -> Vec<Value> {
    let photo = |number: usize| {
        let mut event = event("s3-put");
        event["Records"][0]["s3"]["object"]["key"] = json!(format!("raw/charger/20260301/{number}"));
        queue.send(letter(OPTIMIZE, &event).to_string());
        event
    };
    (0..count).map(photo).collect()
}

/// `ops redrive` with these variables and no others, on a folder of data that is empty and stays so.
async fn redrive_with(variables: &[(&str, &str)], arguments: &[&str]) -> Output {
    let data = TempDir::new().unwrap();
    let output = command(variables, arguments).await.env("DATA_DIR", data.path()).output().await.unwrap();
    assert_eq!(std::fs::read_dir(data.path()).unwrap().count(), 0, "nothing is made: {}", text(&output));
    output
}

async fn command(variables: &[(&str, &str)], arguments: &[&str]) -> tokio::process::Command {
    let ops = tokio::task::spawn_blocking(|| program("ops")).await.unwrap();
    let mut command = tokio::process::Command::new(ops);
    command.env_clear().envs(variables.iter().copied()).arg("redrive").args(arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

async fn redrive(queue: &DeadLetterQueue, arguments: &[&str]) -> Output {
    let of_queue = queue.variables();
    let variables: Vec<(&str, &str)> = of_queue.iter().map(|(name, value)| (*name, value.as_str())).collect();
    redrive_with(&variables, arguments).await
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[tokio::test]
async fn each_event_goes_back_to_its_own_function_and_what_is_no_letter_stays() {
    let queue = DeadLetterQueue::start().await;
    let photos = send_photos(&queue, 2);
    let removed = event("s3-removed.rendition");
    queue.send(letter(INVALIDATE, &removed).to_string());
    let no_letter = queue.send("hello");
    let strange = queue.send(letter(OPTIMIZE, &removed).to_string().replace("123456789012", "210987654321"));
    let order = json!({"command": "migrate", "direction": "down", "to": 0});
    let forged = queue.send(letter("sharaspot-production-Ops-3c", &order).to_string());
    let output = redrive(&queue, &[]).await;
    let said = text(&output);
    for line in [
        "redriven 3 / kept 3 of the queue dead-letters\n",
        &format!("  2 to {OPTIMIZE}\n"),
        &format!("  1 to {INVALIDATE}\n"),
        &format!("  {no_letter} stays: no letter: it is no JSON\n"),
        &format!("  {strange} stays: no letter: its function belongs to another account than the queue\n"),
        &format!("  {forged} stays: no letter: its event is none of S3\n"),
        "ops: 3 letters stay where they are.\n",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    assert!(!output.status.success());
    let mut expected: Vec<(String, Value)> =
        photos.into_iter().map(|event| (format!("{HOME}{OPTIMIZE}"), event)).collect();
    expected.push((format!("{HOME}{INVALIDATE}"), removed));
    assert_eq!(queue.invocations(), expected);
    assert_eq!((queue.messages(), queue.in_hand()), (vec![no_letter, strange.clone(), forged], 0));

    let again = redrive(&queue, &["--json"]).await;
    let answer: Value = serde_json::from_slice(&again.stdout).unwrap_or_else(|_| panic!("{}", text(&again)));
    assert_eq!((&answer["report"], &answer["redriven"], &answer["kept"]), (&json!("redrive"), &json!({}), &json!(3)));
    assert_eq!(answer["reasons"][1]["id"], json!(strange));
}

#[tokio::test]
async fn a_dry_run_shows_every_letter_and_leaves_each_where_it_is() {
    let queue = DeadLetterQueue::start().await;
    send_photos(&queue, 11);
    queue.send("hello");
    for _ in 0..2 {
        let output = redrive(&queue, &["--dry-run"]).await;
        let said = text(&output);
        assert!(output.status.success() && said.contains("12 letters in the queue dead-letters\n"), "{said}");
        for line in [
            &format!("  2026-11-26T02:00:04.123Z  {OPTIMIZE}  RetriesExhausted\n"),
            "    ObjectCreated:Post raw/charger/20260301/10\n",
            "    Error: The database is not available at the moment.\n",
            "  no letter: it is no JSON\n",
        ] {
            assert!(said.contains(line), "{line}: {said}");
        }
        assert_eq!((queue.messages().len(), queue.in_hand(), queue.invocations().len()), (12, 0, 0));
    }
}

#[tokio::test]
async fn a_run_deals_with_no_more_than_it_was_asked_for_and_the_next_one_goes_on() {
    let queue = DeadLetterQueue::start().await;
    send_photos(&queue, 13);
    let said = text(&redrive(&queue, &["--max", "12"]).await);
    assert!(said.contains("redriven 12 / kept 0") && said.contains("--max 12 is reached; there may be more"), "{said}");
    assert_eq!((queue.messages().len(), queue.in_hand()), (1, 0));
    let rest = redrive(&queue, &[]).await;
    assert!(rest.status.success() && text(&rest).contains("redriven 1 / kept 0"), "{}", text(&rest));
    assert!(queue.messages().is_empty() && queue.invocations().len() == 13);
}

#[tokio::test]
async fn a_letter_whose_event_is_not_accepted_stays_and_ten_in_a_row_end_the_run() {
    let queue = DeadLetterQueue::start().await;
    let kept = queue.send(letter(INVALIDATE, &event("s3-removed.rendition")).to_string());
    send_photos(&queue, 1);
    queue.refuse("InvalidateCdn", 403, "AccessDeniedException");
    let said = text(&redrive(&queue, &[]).await);
    let reason = format!("{kept} stays: Lambda does not take an event for {INVALIDATE} (AccessDeniedException).\n");
    assert!(said.contains("redriven 1 / kept 1") && said.contains(&reason) && !said.contains("somebody"), "{said}");
    assert_eq!((queue.messages(), queue.in_hand()), (vec![kept], 0));

    send_photos(&queue, 12);
    queue.refuse("arn:", 404, "ResourceNotFoundException");
    let output = redrive(&queue, &[]).await;
    let said = text(&output);
    assert!(
        said.contains("ops: It stopped: 0 redriven from the queue dead-letters; the same command goes on ("),
        "{said}"
    );
    assert!(!output.status.success() && said.contains("ResourceNotFoundException"), "{said}");
    assert_eq!((queue.messages().len(), queue.in_hand()), (13, 0));

    queue.refuse("nobody", 403, "AccessDeniedException");
    assert!(redrive(&queue, &[]).await.status.success() && queue.messages().is_empty());
}

#[tokio::test]
async fn what_was_meant_for_one_version_goes_to_the_alias_that_is_named_and_to_nobody_else() {
    let queue = DeadLetterQueue::start().await;
    let photo = event("s3-put");
    queue.send(letter("sharaspot-production-OptimizePhoto-1a:7", &photo).to_string());
    let removed = event("s3-removed.rendition");
    let said = text(&redrive(&queue, &[]).await);
    assert!(said.contains("it was for version 7 alone: --alias says who takes it now"), "{said}");
    assert_eq!((queue.messages().len(), queue.invocations().len()), (1, 0));
    // A function without versions has no alias either.
    queue.send(letter(INVALIDATE, &removed).to_string());
    assert!(redrive(&queue, &["--alias", "live"]).await.status.success());
    let expected = vec![(format!("{HOME}{OPTIMIZE}"), photo), (format!("{HOME}{INVALIDATE}"), removed)];
    assert_eq!((queue.messages().len(), queue.invocations()), (0, expected));
}

/// Starts a run in the background.
async fn begin(queue: &DeadLetterQueue, data: &TempDir) -> tokio::process::Child {
    let of_queue = queue.variables();
    let variables: Vec<(&str, &str)> = of_queue.iter().map(|(name, value)| (*name, value.as_str())).collect();
    command(&variables, &[]).await.env("DATA_DIR", data.path()).spawn().unwrap()
}

#[tokio::test]
async fn whenever_a_run_is_killed_every_event_arrives_and_at_most_one_of_them_twice() {
    // It takes, hands over and does away with: two letters are five steps, and one more finds the end.
    for step in 1..=6 {
        for moment in [Moment::Before, Moment::After] {
            let (queue, data) = (DeadLetterQueue::start().await, TempDir::new().unwrap());
            let photos = send_photos(&queue, 2);
            // Not before the process is there whose steps they are.
            let mut run = begin(&queue, &data).await;
            queue.trap.set(run.id().unwrap(), step, moment);
            let ended = run.wait().await.unwrap();
            assert!(ended.code().is_none(), "{step}, {moment:?}: it was killed");
            queue.trap.open();
            queue.pass_time();
            assert!(redrive(&queue, &[]).await.status.success());
            assert!(queue.messages().is_empty(), "{step}, {moment:?}");
            let events: Vec<Value> = queue.invocations().into_iter().map(|(_, event)| event).collect();
            assert!(photos.iter().all(|photo| events.contains(photo)) && events.len() <= 3, "{step}, {moment:?}");
        }
    }
}

#[tokio::test]
async fn ctrl_c_ends_a_run_between_two_letters() {
    let (queue, data) = (DeadLetterQueue::start().await, TempDir::new().unwrap());
    send_photos(&queue, 5);
    queue.delay(Duration::from_millis(300));
    let run = begin(&queue, &data).await;
    eventually("an event arrives", async || !queue.invocations().is_empty()).await;
    kill_process(Pid::from_raw(run.id().unwrap().cast_signed()).unwrap(), Signal::INT).unwrap();
    let ended = run.wait_with_output().await.unwrap();
    let (said, done) = (text(&ended), queue.invocations().len());
    assert!(!ended.status.success() && said.contains("ops: Interrupted; the same command goes on."), "{said}");
    assert!((1..5).contains(&done) && said.contains(&format!("redriven {done} / kept 0")), "{said}");
    assert_eq!((queue.messages().len(), queue.in_hand()), (5 - done, 0));
}

#[tokio::test]
async fn a_queue_that_is_not_to_be_had_is_said_to_be_so_without_a_word_of_amazons() {
    let queue = DeadLetterQueue::start().await;
    let output = redrive(&queue, &["--queue", &format!("{}-of-others", queue.url())]).await;
    let said = text(&output);
    let sentence = "The queue of dead letters is not available at the moment. Please try again (AWS.SimpleQueueService.NonExistentQueue).";
    assert!(!output.status.success() && said.contains(sentence) && !said.contains("somebody"), "{said}");
    let bucket = text(&redrive_with(&[("S3_BUCKET", "photos")], &[]).await);
    assert!(bucket.contains("ops: Say which queue: --queue, or DEAD_LETTER_QUEUE_URL"), "{bucket}");
    let url = queue.url();
    let nobody = [("DEAD_LETTER_QUEUE_URL", url.as_str()), ("AWS_EC2_METADATA_DISABLED", "true")];
    let nobody = text(&redrive_with(&nobody, &[]).await);
    assert!(nobody.contains("no region or no credentials of AWS"), "{nobody}");
}
