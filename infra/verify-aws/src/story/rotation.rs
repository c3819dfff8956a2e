//! Passwords change while people read, and no request fails.

use crate::Trouble;
use crate::event::{Answer, Ask};
use crate::report::Report;
use crate::stage::{Emulator, Stage};
use serde_json::json;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;
use uuid::Uuid;

/// The roles, by the secrets of `Migrations`, and the functions that log in as each.
const LOGINS: [(&str, &[&str]); 4] = [
    ("ReaderSecretArn", &["chargers", "route-search"]),
    ("WriterSecretArn", &["contribute", "upload", "optimize-photo"]),
    ("MigratorSecretArn", &["ops"]),
    ("AdminSecretArn", &[]),
];
const STEPS: [&str; 4] = ["createSecret", "setSecret", "testSecret", "finishSecret"];
/// For so long the secret still says what the database does not take any more.
const SECRET_FOLLOWS_AFTER: Duration = Duration::from_secs(1);

pub(super) async fn tell(stage: &Stage, report: &mut Report) -> Result<(), Trouble> {
    let readers = [stage.another("chargers")?, stage.another("chargers")?, stage.another("chargers")?];
    let is_over = AtomicBool::new(false);
    let [one, two, three] = readers.each_ref().map(|reader| read(reader, &is_over));
    let work = async {
        let done = async {
            by_hand(stage).await?;
            for (secret, _) in LOGINS {
                by_ops(stage, report, secret).await?;
            }
            Ok::<_, Trouble>(())
        };
        let done = done.await;
        is_over.store(true, Relaxed);
        done
    };
    let (one, two, three, done) = tokio::join!(one, two, three, work);
    done?;
    let (mut good, mut bad) = (0, Vec::new());
    for (count, failures) in [one, two, three] {
        good += count;
        bad.extend(failures);
    }
    report.check(bad.is_empty() && good > 100, format!("of {good} reads in the meantime none failed {bad:?}"));
    let refusals = stage.postgres.log().matches("password authentication failed").count();
    report.check(refusals > 0, format!("although the server refused {refusals} logins with old passwords"));
    let written = Ask::of("post-verify").id("018f6d2e-7c1a-7b60-9f5e-3a1d2c4b5e6f").send(stage, "contribute").await?;
    report.equal(written.status, 404, "functions that write log in with their new password");
    Ok(())
}

/// Asks one instance, again and again; how often it answered 200, and what else it said.
async fn read(reader: &Emulator, is_over: &AtomicBool) -> (usize, Vec<String>) {
    let ask = Ask::of("get-chargers.nearby").query("page_size=5");
    let (mut good, mut bad) = (0, Vec::new());
    while !is_over.load(Relaxed) {
        match reader.invoke(ask.payload()).await.and_then(|answer| Answer::read(&answer)) {
            Ok(answer) if answer.status == 200 => good += 1,
            Ok(answer) => bad.push(format!("{}: {}", answer.status, answer.body)),
            Err(trouble) => bad.push(trouble.to_string()),
        }
    }
    (good, bad)
}

/// An administrator changes the password of those who read, and the secret a second later.
async fn by_hand(stage: &Stage) -> Result<(), Trouble> {
    let arn = arn(stage, "ReaderSecretArn")?;
    let mut secret = stage.aws.secret(&arn).await?;
    let password = Uuid::new_v4().simple().to_string();
    let username = secret["username"].as_str().ok_or("a secret without a name")?.to_owned();
    stage.postgres.change_password(&username, &password).await;
    end_sessions(stage, LOGINS[0].1).await;
    tokio::time::sleep(SECRET_FOLLOWS_AFTER).await;
    secret["password"] = password.into();
    let value = json!({"SecretId": arn, "SecretString": secret.to_string()});
    stage.aws.secrets_manager("PutSecretValue", &value).await?;
    Ok(())
}

/// Secrets Manager rotates one secret by Ops: a pending version, and four events.
async fn by_ops(stage: &Stage, report: &mut Report, secret: &str) -> Result<(), Trouble> {
    let (arn, token) = (arn(stage, secret)?, Uuid::new_v4().to_string());
    let before = stage.aws.secret(&arn).await?;
    stage.aws.begin_rotation(&arn, &token).await?;
    for step in STEPS {
        stage.invoke("ops", &json!({"Step": step, "SecretId": arn, "ClientRequestToken": token})).await?;
        // Whoever is logged in would stay so: only who connects anew meets the change.
        let functions = LOGINS.iter().filter(|(name, _)| *name == secret).flat_map(|(_, functions)| *functions);
        end_sessions(stage, &functions.copied().collect::<Vec<_>>()).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let after = stage.aws.secret(&arn).await?;
    let is_new = after["password"] != before["password"] && after["username"] == before["username"];
    report.check(is_new, format!("Ops rotates {secret} in {} steps", STEPS.len()));
    Ok(())
}

async fn end_sessions(stage: &Stage, functions: &[&str]) {
    for function in functions {
        stage.postgres.terminate_backends(function).await;
    }
}

fn arn(stage: &Stage, secret: &str) -> Result<String, Trouble> {
    let arn = stage.migrations[secret].as_str();
    arn.map(str::to_owned).ok_or_else(|| format!("Migrations has no {secret}").into())
}
