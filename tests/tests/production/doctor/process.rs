//! The program itself: before a bucket and a secret store, and how it ends.

use crate::scene::Scene;
use hyper::Method;
use serde_json::{Value, json};
use std::process::Output;
use tempfile::TempDir;
use tests::bucket::Bucket;
use tests::postgres::{Options, PASSWORD, USER};
use tests::programs::program;
use tests::secret_store::{Mood, SecretStore};

/// `ops doctor` with these variables and no others; the test's own servers answer meanwhile.
async fn doctor(variables: &[(&str, &str)], arguments: &[&str]) -> Output {
    let data = TempDir::new().unwrap();
    let ops = tokio::task::spawn_blocking(|| program("ops")).await.unwrap();
    let mut command = tokio::process::Command::new(ops);
    command.env_clear().env("DATA_DIR", data.path()).envs(variables.iter().copied()).arg("doctor").args(arguments);
    command.output().await.unwrap()
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[tokio::test]
async fn all_is_well_before_a_server_and_a_bucket_and_each_missing_right_is_named() {
    let Some(scene) = Scene::set(Options::default()).await else { return };
    let (bucket, url) = (Bucket::start().await, scene.url(USER, PASSWORD));
    let database = [("DATABASE_URL", url.as_str()), ("DB_SSLMODE", "disable"), ("APP_ENV", "production")];
    let variables = [&database[..], &bucket.variables()].concat();
    let well = doctor(&variables, &[]).await;
    let said = text(&well);
    assert!(well.status.success() && !said.contains('✗') && !said.contains("! "), "{said}");
    for line in [
        "✓ configuration ",
        "✓ database ",
        "✓ photo store        puts, reads and deletes\n",
        "✓ photo store clock ",
        "– backups ",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    let (key, password) = (bucket.store.credentials().secret_access_key.clone(), PASSWORD.replace(' ', "%20"));
    let mut left = 0;
    for (method, step, right) in [
        (Method::PUT, "putting", "s3:PutObject"),
        (Method::GET, "reading", "s3:GetObject"),
        (Method::DELETE, "deleting", "s3:DeleteObject"),
    ] {
        bucket.deny(Some(method.clone()));
        let failed = doctor(&variables, &[]).await;
        let said = text(&failed);
        assert!(
            said.contains(&format!("✗ photo store        {step}: service error: unhandled error (AccessDenied)\n")),
            "{said}"
        );
        assert!(said.contains(right) && !failed.status.success(), "{said}");
        assert!(said.ends_with("ops: 1 of 14 checks failed: photo store.\n"), "{said}");
        assert!(!said.contains(&key) && !said.contains(PASSWORD) && !said.contains(&password), "{said}");
        left += usize::from(method == Method::DELETE);
        let objects = bucket.store.list("").await.unwrap();
        assert!(objects.len() == left && objects.iter().all(|object| object.key.starts_with("doctor/")), "{objects:?}");
    }
}

#[tokio::test]
async fn a_secret_is_read_and_never_shown() {
    let Some(scene) = Scene::set(Options::default()).await else { return };
    let (store, port) = (SecretStore::start().await, scene.server.port().to_string());
    let of_store = store.variables();
    let mut variables: Vec<(&str, &str)> = of_store.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let host = [
        ("DB_SECRET_ARN", SecretStore::ARN),
        ("DB_HOST", scene.server.host()),
        ("DB_PORT", &port),
        ("DB_SSLMODE", "disable"),
    ];
    variables.extend(host);
    variables.push(("DB_NAME", &scene.database));
    let ask = async || {
        let output = doctor(&variables, &["--json"]).await;
        assert!(!text(&output).contains(PASSWORD) && !text(&output).contains("s3cret"), "{}", text(&output));
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output)));
        let state = |check: &str| {
            let findings = answer["findings"].as_array().unwrap().iter();
            let finding = findings.clone().find(|finding| finding["check"] == check).unwrap();
            (finding["state"].as_str().unwrap().to_owned(), format!("{} {}", finding["found"], finding["remedy"]))
        };
        (state("secret"), state("database"), output.status.success())
    };
    store.set(&json!({"username": USER, "password": PASSWORD}));
    let (secret, database, is_well) = ask().await;
    assert_eq!((secret.0.as_str(), database.0.as_str(), is_well), ("fine", "fine", true));

    store.set(&json!({"username": USER, "password": "s3cret"}));
    let (secret, database, is_well) = ask().await;
    assert_eq!((secret.0.as_str(), database.0.as_str(), is_well), ("fine", "failed", false));
    assert!(database.1.contains("28P01") && database.1.contains("DB_SECRET_ARN"), "{database:?}");

    store.set(&json!({"password": "s3cret"}));
    let (secret, database, _) = ask().await;
    assert_eq!((secret.0.as_str(), database.0.as_str()), ("failed", "absent"));
    assert!(secret.1.contains("no database login") || secret.1.contains("not a database login"), "{secret:?}");

    store.turn(Mood::Failing(400, "AccessDeniedException"));
    let (secret, database, _) = ask().await;
    assert_eq!((secret.0.as_str(), database.0.as_str()), ("failed", "absent"));
    assert!(
        secret.1.contains("AccessDeniedException") && secret.1.contains("secretsmanager:GetSecretValue"),
        "{secret:?}"
    );
}
