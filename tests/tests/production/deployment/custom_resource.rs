//! Logins, schema and rights, and the answer to CloudFormation.

use super::stack::{DATABASE, LOGINS, MIGRATOR, READER, Stack, WRITER, code, text};
use domain::connection::{Database, SslMode};
use serde_json::json;
use sqlx::Executor;
use tests::runtime::Outcome;

const OWNERS: &str = "SELECT string_agg(DISTINCT pg_get_userbyid(owner), ' ') FROM (
     SELECT relowner AS owner FROM pg_class WHERE relnamespace = 'public'::regnamespace
     UNION ALL SELECT proowner FROM pg_proc WHERE pronamespace = 'public'::regnamespace) owned";

#[tokio::test]
async fn a_new_database_gets_logins_schema_and_rights_and_then_cloudformation_is_answered() {
    let Some(stack) = Stack::new().await else { return };
    let mut ops = stack.ops(&[]).await;
    let answer = stack.deploy(&mut ops, "Create").await;
    let said = &answer.body;
    assert_eq!(
        (said["Status"].as_str(), said["PhysicalResourceId"].as_str()),
        (Some("SUCCESS"), Some("sharaspot-schema"))
    );
    for id in ["StackId", "RequestId", "LogicalResourceId"] {
        assert_eq!(said[id], stack.request("Create")[id], "{id}");
    }
    assert!(said["Data"]["Applied"].as_str().unwrap().starts_with("0001 contributors, 0002 chargers, "), "{said}");
    assert_eq!(said["Data"]["Logins"], "sharaspot_ops, sharaspot_api_reader, sharaspot_api_writer");
    // As the address is signed: to the letter, and for no content type.
    assert_eq!((answer.method.as_str(), answer.content_type.as_deref()), ("PUT", Some("")));
    assert!(stack.inbox.url().ends_with(&answer.target), "{}", answer.target);

    assert_eq!(text(&mut stack.admin().await, OWNERS).await, "sharaspot_ops");
    let mut reader = stack.session(READER).await;
    reader.execute("SELECT count(*) FROM chargers").await.unwrap();
    assert_eq!(code(&mut reader, "DELETE FROM chargers").await, "42501");
    assert_eq!(text(&mut reader, "SHOW statement_timeout").await, "2500ms");
    let mut writer = stack.session(WRITER).await;
    writer.execute("DELETE FROM chargers").await.unwrap();
    assert_eq!(code(&mut writer, "CREATE TABLE more ()").await, "42501");
    let mut migrator = stack.session(MIGRATOR).await;
    assert_eq!(text(&mut migrator, "SHOW statement_timeout").await, "0");
    // Trials of backups.
    migrator.execute("CREATE DATABASE trial").await.unwrap();
    migrator.execute("CREATE TABLE later ()").await.unwrap();
    reader.execute("SELECT FROM later").await.unwrap();
    stack.assert_secret(&ops);
}

#[tokio::test]
async fn a_second_deployment_changes_nothing_and_puts_right_what_was_changed_by_hand() {
    let Some(stack) = Stack::deployed().await else { return };
    let mut ops = stack.ops(&[]).await;
    let verifiers =
        "SELECT string_agg(rolpassword, ' ' ORDER BY rolname) FROM pg_authid WHERE rolname LIKE 'sharaspot%'";
    let mut superuser = stack.server.superuser(DATABASE).await;
    let before = text(&mut superuser, verifiers).await;
    let said = stack.deploy(&mut ops, "Update").await.body;
    assert_eq!((&said["Status"], &said["Data"]["Applied"]), (&json!("SUCCESS"), &json!("none")), "{said}");
    assert_eq!(text(&mut superuser, verifiers).await, before, "a password that is accepted stays");

    superuser.execute("ALTER ROLE sharaspot_api_reader PASSWORD 'another'").await.unwrap();
    let of_tables_to_come = "ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE SELECT ON TABLES FROM sharaspot_reader";
    for changed in [
        "REVOKE sharaspot_writer FROM sharaspot_api_writer",
        "GRANT sharaspot_writer TO sharaspot_api_reader",
        of_tables_to_come,
    ] {
        stack.session(MIGRATOR).await.execute(changed).await.unwrap();
    }
    assert!(stack.log_in(LOGINS[READER].0, LOGINS[READER].1).await.is_err());
    assert_eq!(code(&mut stack.session(WRITER).await, "DELETE FROM chargers").await, "42501");
    assert_eq!(stack.deploy(&mut ops, "Update").await.body["Status"], "SUCCESS");
    stack.session(MIGRATOR).await.execute("CREATE TABLE later ()").await.unwrap();
    let mut reader = stack.session(READER).await;
    reader.execute("SELECT FROM later").await.unwrap();
    assert_eq!(code(&mut reader, "DELETE FROM chargers").await, "42501", "it is no writer any more");
    stack.session(WRITER).await.execute("DELETE FROM chargers").await.unwrap();
    stack.assert_secret(&ops);
}

#[tokio::test]
async fn where_the_administrator_may_statements_are_counted_and_ops_sees_those_of_every_login() {
    let Some(stack) = Stack::new().await else { return };
    // An extension is the superuser's to make, or the administrator's of RDS.
    stack.server.superuser(DATABASE).await.execute("ALTER ROLE master SUPERUSER").await.unwrap();
    let mut ops = stack.ops(&[]).await;
    for kind in ["Create", "Update"] {
        assert_eq!(stack.deploy(&mut ops, kind).await.body["Status"], "SUCCESS");
    }
    stack.session(READER).await.execute("/* of.the_reader */ SELECT pg_sleep(0.5)").await.unwrap();
    let report = ops.invoke(&json!({"command": "db-report"})).await;
    let rows = report["sections"]["statements"]["rows"].as_array().unwrap_or_else(|| panic!("{report}"));
    assert!(rows.iter().any(|row| row["statement"] == "of.the_reader"), "{rows:?}");
}

#[tokio::test]
async fn a_schema_that_the_administrator_has_made_becomes_the_migrators_and_nothing_else_does() {
    let Some(stack) = Stack::new().await else { return };
    let mut database = Database::at(stack.server.url("master", "m4ster's word", DATABASE), 1);
    database.tls.mode = SslMode::Disable;
    let db = tests::open(&database).await.unwrap();
    db.migrate_up().await.unwrap();
    db.close().await;
    stack.admin().await.execute("CREATE TABLE of_another_program ()").await.unwrap();

    let mut ops = stack.ops(&[]).await;
    let said = stack.deploy(&mut ops, "Create").await.body;
    assert_eq!((&said["Status"], &said["Data"]["Applied"]), (&json!("SUCCESS"), &json!("none")), "{said}");
    let mut admin = stack.admin().await;
    assert_eq!(text(&mut admin, OWNERS).await, "master sharaspot_ops");
    let left = "SELECT string_agg(relname::text, ' ') FROM pg_class
         WHERE relnamespace = 'public'::regnamespace AND pg_get_userbyid(relowner) = 'master'";
    assert_eq!(text(&mut admin, left).await, "of_another_program");
    // The migrator goes back and forth, and what it makes anew is the reader's to read.
    let down = json!({"command": "migrate", "direction": "down", "to": 7});
    assert_eq!(ops.invoke(&down).await["steps"][0]["is_applied"], false);
    let said = stack.deploy(&mut ops, "Update").await.body;
    assert!(said["Data"]["Applied"].as_str().unwrap().starts_with("0008 chargers power"), "{said}");
    stack.session(READER).await.execute("SELECT FROM charger_changes").await.unwrap();
}

#[tokio::test]
async fn the_command_line_makes_the_same_logins_and_says_what_is_missing() {
    let Some(stack) = Stack::new().await else { return };
    let mut ops = stack.ops(&[("DB_ADMIN_SECRET_ARN", &stack.admin_arn)]).await;
    let [migrator, reader, writer] = [0, 1, 2].map(|index| stack.arns[index].as_str());
    let mut logins = tests::repository::event("ops-logins");
    (logins["migrator_secret"], logins["reader_secret"], logins["writer_secret"]) =
        (json!(migrator), json!(reader), json!(writer));
    logins.as_object_mut().unwrap().remove("admin_secret");
    let Outcome::Error(_, error) = ops.invoke_text(&logins.to_string()).await else { panic!("{}", ops.log()) };
    assert!(error["errorMessage"].as_str().unwrap().contains("`ops migrate up`"), "{error}");
    ops.invoke(&json!({"command": "migrate"})).await;
    let made = ops.invoke(&logins).await;
    assert_eq!(made["made"], json!(["sharaspot_api_reader", "sharaspot_api_writer"]), "{made}");
    assert_eq!(made["logins"][0], json!(["sharaspot_ops", "sharaspot_migrator"]));
    stack.session(READER).await.execute("SELECT FROM chargers").await.unwrap();

    logins["writer_secret"] = json!(reader);
    let Outcome::Error(_, error) = ops.invoke_text(&logins.to_string()).await else { panic!("{}", ops.log()) };
    assert!(error["errorMessage"].as_str().unwrap().contains("the same login"), "{error}");
    stack.assert_secret(&ops);
}

#[tokio::test]
async fn a_failure_is_answered_in_words_for_an_operator() {
    let Some(stack) = Stack::new().await else { return };
    let wrong = stack.store.add("wrong", &json!({"username": "master", "password": "wr0ng"}));
    let mut request = stack.request("Create");
    request["ResourceProperties"]["AdminSecretArn"] = json!(wrong);
    let mut misspelt = stack.request("Create");
    misspelt["ResourceProperties"]["ReaderSecretARN"] = json!("arn");
    let mut unknown = stack.request("Create");
    unknown["RequestType"] = json!("Upsert");
    let mut ops = stack.ops(&[]).await;
    for (request, word) in [(&request, "administrator's login"), (&misspelt, "ReaderSecretARN"), (&unknown, "Upsert")] {
        let said = stack.send(&mut ops, request).await.body;
        let reason = said["Reason"].as_str().unwrap_or_else(|| panic!("{said}"));
        assert!(said["Status"] == "FAILED" && reason.contains(word) && reason.contains("invocation-"), "{said}");
        assert!(
            !reason.contains("wr0ng") && !reason.contains(stack.server.host()) && !reason.contains("SELECT"),
            "{said}"
        );
    }
    assert_eq!(tests::log::requests(&ops.log()).iter().filter(|line| line["errors_5xx"] == 1.0).count(), 3);

    let mut ops = stack.ops(&[("DB_POOL_SIZE", "many")]).await;
    let said = stack.deploy(&mut ops, "Update").await.body;
    assert!(said["Reason"].as_str().unwrap().contains("DB_POOL_SIZE"), "{said}");
    // A stack goes, whatever is wrong.
    let said = stack.deploy(&mut ops, "Delete").await.body;
    assert_eq!((&said["Status"], &said["PhysicalResourceId"]), (&json!("SUCCESS"), &json!("sharaspot-schema")));
}

#[tokio::test]
async fn deleting_the_resource_leaves_the_data() {
    let Some(stack) = Stack::deployed().await else { return };
    assert_eq!(stack.deploy(&mut stack.ops(&[]).await, "Delete").await.body["Status"], "SUCCESS");
    stack.session(READER).await.execute("SELECT FROM chargers").await.unwrap();
}

#[tokio::test]
async fn an_answer_is_brought_until_it_is_taken_or_refused_for_good() {
    let Some(stack) = Stack::deployed().await else { return };
    let (mut ops, before) = (stack.ops(&[]).await, stack.inbox.letters().len());
    stack.inbox.refuse(&[500, 503]);
    ops.invoke(&stack.request("Delete")).await;
    let letters = stack.inbox.letters().split_off(before);
    assert!(letters.len() == 3 && letters.iter().all(|letter| *letter == letters[0]), "{letters:?}");
    stack.inbox.refuse(&[403]);
    let Outcome::Error(_, error) = ops.invoke_text(&stack.request("Delete").to_string()).await else {
        panic!("taken?")
    };
    assert_eq!(error["errorMessage"], "CloudFormation does not take the answer (status 403).");
}

#[tokio::test]
async fn a_release_that_is_rolled_back_finds_a_newer_schema_and_leaves_it() {
    let Some(stack) = Stack::deployed().await else { return };
    let mut ops = stack.ops(&[]).await;
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (999, 'new', true, '', 0)";
    stack.session(MIGRATOR).await.execute(newer).await.unwrap();
    let said = stack.deploy(&mut ops, "Update").await.body;
    assert_eq!(said["Data"]["Applied"], "none: the schema is of a newer release", "{said}");
    stack.session(MIGRATOR).await.execute("DELETE FROM _sqlx_migrations WHERE version = 20").await.unwrap();
    let said = stack.deploy(&mut ops, "Update").await.body;
    assert!(said["Status"] == "FAILED" && said["Reason"].as_str().unwrap().contains("does not know"), "{said}");
}
