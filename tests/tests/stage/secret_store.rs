//! The protocol of the secret store, and the real client before it.

use serde_json::{Value, json};
use std::time::Duration;
use tempfile::TempDir;
use tests::eventually;
use tests::runtime::Lambda;
use tests::secret_store::{Mood, SecretStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A request as it goes on the wire; the status and the body of the answer.
async fn get(store: &SecretStore, operation: &str, secret_id: &str) -> (u16, Value) {
    call(store, operation, &json!({ "SecretId": secret_id })).await
}

async fn call(store: &SecretStore, operation: &str, body: &Value) -> (u16, Value) {
    let mut connection = TcpStream::connect(store.endpoint().trim_start_matches("http://")).await.unwrap();
    let body = body.to_string();
    let request = format!(
        "POST / HTTP/1.1\r\nhost: store\r\nconnection: close\r\nx-amz-target: {operation}\r\n\
         content-type: application/x-amz-json-1.1\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), serde_json::from_str(body).unwrap())
}

async fn value(store: &SecretStore) -> (u16, Value) {
    get(store, "secretsmanager.GetSecretValue", SecretStore::ARN).await
}

#[tokio::test]
async fn a_secret_has_the_value_that_was_set_last_in_a_version_of_its_own() {
    let store = SecretStore::start().await;
    let (status, unset) = value(&store).await;
    assert_eq!((status, &unset["__type"]), (400, &json!("ResourceNotFoundException")));
    let mut versions = vec![];
    for password in ["old", "new"] {
        store.set(&json!({ "password": password }));
        let (status, answer) = value(&store).await;
        assert_eq!((status, &answer["ARN"]), (200, &json!(SecretStore::ARN)));
        assert_eq!(answer["VersionStages"], json!(["AWSCURRENT"]));
        assert_eq!(answer["SecretString"], json!({ "password": password }).to_string());
        versions.push(answer["VersionId"].clone());
    }
    assert_ne!(versions[0], versions[1]);
    assert_eq!(store.requests(), 3);
}

#[tokio::test]
async fn a_secret_may_follow_later() {
    let store = SecretStore::start().await;
    store.set(&json!("old"));
    store.set_after(Duration::from_millis(50), &json!("new"));
    assert_eq!(value(&store).await.1["SecretString"], "\"old\"");
    eventually("the secret follows", async || value(&store).await.1["SecretString"] == "\"new\"").await;
}

#[tokio::test]
async fn it_knows_its_secrets_and_no_call_that_nobody_makes() {
    let store = SecretStore::start().await;
    store.set(&json!({}));
    let (status, answer) = get(&store, "secretsmanager.GetSecretValue", "another").await;
    assert_eq!((status, &answer["__type"]), (400, &json!("ResourceNotFoundException")));
    let (status, answer) = get(&store, "secretsmanager.DeleteSecret", SecretStore::ARN).await;
    assert_eq!((status, &answer["__type"]), (400, &json!("UnknownOperationException")));
}

/// As Secrets Manager documents them: a stage is on one version, and moves only from where the caller says that it is.
#[tokio::test]
async fn a_rotation_moves_versions_through_the_stages() {
    let store = SecretStore::start().await;
    let arn = store.add("sharaspot/reader", &json!("one"));
    let version = store.begin_rotation(&arn);
    let at = async |stage: &str| {
        let request = json!({"SecretId": arn, "VersionStage": stage});
        call(&store, "secretsmanager.GetSecretValue", &request).await
    };
    assert_eq!(at("AWSPENDING").await.1["__type"], "ResourceNotFoundException");
    let put = |text: &str| json!({"SecretId": arn, "ClientRequestToken": version, "SecretString": text, "VersionStages": ["AWSPENDING"]});
    let put = async |text: &str| call(&store, "secretsmanager.PutSecretValue", &put(text)).await;
    assert_eq!((put("\"two\"").await.0, put("\"two\"").await.0), (200, 200));
    assert_eq!(put("\"three\"").await.1["__type"], "ResourceExistsException");
    assert_eq!(
        (at("AWSPENDING").await.1["SecretString"].take(), store.value(&arn, "AWSCURRENT")),
        (json!("\"two\""), Some(json!("one")))
    );

    let (_, described) = get(&store, "secretsmanager.DescribeSecret", &arn).await;
    let stages = described["VersionIdsToStages"].as_object().unwrap();
    let current = stages.iter().find(|(_, stages)| **stages == json!(["AWSCURRENT"])).unwrap().0;
    let mut request = json!({"SecretId": arn, "VersionStage": "AWSCURRENT", "MoveToVersionId": version});
    let move_stage = async |request: &Value| call(&store, "secretsmanager.UpdateSecretVersionStage", request).await;
    assert_eq!(move_stage(&request).await.1["__type"], "InvalidParameterException");
    request["RemoveFromVersionId"] = json!(current);
    assert_eq!(move_stage(&request).await.0, 200);
    assert_eq!(
        (store.value(&arn, "AWSCURRENT"), store.value(&arn, "AWSPREVIOUS")),
        (Some(json!("two")), Some(json!("one")))
    );
    assert_eq!(store.stages(&arn, &version), ["AWSPENDING", "AWSCURRENT"]);
}

#[tokio::test]
async fn it_fails_and_hangs_when_it_is_told_to() {
    let store = SecretStore::start().await;
    store.set(&json!({}));
    store.turn(Mood::Failing(500, "InternalServiceError"));
    let (status, answer) = value(&store).await;
    assert_eq!((status, &answer["__type"]), (500, &json!("InternalServiceError")));
    store.turn(Mood::Hanging);
    let hung = async {
        eventually("the store takes the request", async || store.requests() == 2).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    tokio::select! {
        answer = value(&store) => panic!("{answer:?}"),
        () = hung => {}
    }
    store.turn(Mood::Serving);
    assert_eq!(value(&store).await.0, 200);
}

#[tokio::test]
async fn the_real_client_of_a_function_goes_where_the_secret_says() {
    let (store, database) = (SecretStore::start().await, TcpListener::bind("127.0.0.1:0").await.unwrap());
    let port = database.local_addr().unwrap().port();
    store.set(&json!({ "username": "ann", "password": "p", "host": "127.0.0.1", "port": port, "dbname": "spots" }));
    let mut variables = store.variables();
    variables.push(("DB_SECRET_ARN", SecretStore::ARN.to_owned()));
    let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let data = TempDir::new().unwrap();
    let mut lambda = Lambda::start("chargers", data.path(), &variables).await;
    tokio::select! {
        connection = database.accept() => drop(connection.unwrap()),
        answer = lambda.http("get-chargers.nearby") => panic!("{answer:?} {}", lambda.log()),
    }
    assert!(store.requests() >= 1);
}
