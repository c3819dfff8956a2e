//! A server of the test's own: restarts, crashes, logins.

use crate::{code, number};
use sqlx::{Connection, Executor, PgConnection};
use std::net::TcpStream;
use tests::eventually;
use tests::postgres::{Options, PASSWORD, Server, Stop, USER};

#[tokio::test]
async fn what_is_committed_outlives_every_kind_of_stop_on_the_same_port() {
    let Some(mut server) = Server::start(Options::default()).await else { return };
    let url = server.url(USER, PASSWORD, "postgres");
    PgConnection::connect(&url).await.unwrap().execute("CREATE TABLE lives (n bigint)").await.unwrap();
    for (n, how) in [Stop::Fast, Stop::Immediate, Stop::Kill].into_iter().enumerate() {
        let mut session = PgConnection::connect(&url).await.unwrap();
        sqlx::query("INSERT INTO lives VALUES ($1)").bind(n as i64).execute(&mut session).await.unwrap();
        server.stop(how).await;
        assert!(TcpStream::connect((server.host(), server.port())).is_err(), "{how:?}: nobody listens");
        assert!(session.execute("SELECT 1").await.is_err(), "{how:?}: the session is gone");
        server.start_again().await;
        let mut session = PgConnection::connect(&url).await.unwrap();
        assert_eq!(number(&mut session, "SELECT count(*) FROM lives").await, n as i64 + 1, "{how:?}");
    }
    assert!(server.log().contains("database system was not properly shut down"), "{}", server.log());
}

#[tokio::test]
async fn a_changed_password_refuses_the_old_one_and_leaves_sessions_alone() {
    let Some(server) = Server::start(Options::default()).await else { return };
    let (old, new) = ("o'ld \"p@ss/word\"%", "new:pass");
    let database = server.create_database().await;
    server.create_login("Ann", old).await;
    let mut session = PgConnection::connect(&server.url("Ann", old, &database)).await.unwrap();
    session.execute("CREATE TABLE spots (id bigint); INSERT INTO spots VALUES (1)").await.unwrap();
    server.change_password("Ann", new).await;
    let refused = PgConnection::connect(&server.url("Ann", old, &database)).await.unwrap_err();
    assert_eq!(code(&refused), "28P01");
    assert_eq!(number(&mut session, "SELECT count(*) FROM spots").await, 1);
    let mut session = PgConnection::connect(&server.url("Ann", new, &database)).await.unwrap();
    assert_eq!(number(&mut session, "SELECT count(*) FROM spots").await, 1);
}

#[tokio::test]
async fn only_the_sessions_of_the_named_application_are_ended() {
    let Some(server) = Server::start(Options::default()).await else { return };
    let url = |name: &str| format!("{}?application_name={name}", server.url(USER, PASSWORD, "postgres"));
    let mut victims = vec![];
    for _ in 0..2 {
        victims.push(PgConnection::connect(&url("chargers")).await.unwrap());
    }
    let mut other = PgConnection::connect(&url("upload")).await.unwrap();
    assert_eq!(server.sessions("chargers").await, 2);
    assert_eq!(server.terminate_backends("chargers").await, 2);
    assert_eq!((server.sessions("chargers").await, server.sessions("upload").await), (0, 1));
    for victim in &mut victims {
        assert_eq!(code(&victim.execute("SELECT 1").await.unwrap_err()), "57P01");
    }
    other.execute("SELECT 1").await.unwrap();
}

#[tokio::test]
async fn a_full_server_refuses_a_login_and_lets_the_superuser_in() {
    let options = Options { max_connections: 6, settings: vec!["work_mem=1MB".to_owned()], ..Options::default() };
    let Some(server) = Server::start(options).await else { return };
    server.create_login("ann", "p").await;
    let url = server.url("ann", "p", "postgres");
    // The session that made the login may still be on its way out, in a place that is nobody else's.
    let mut sessions = vec![];
    eventually("the server is full", async || match PgConnection::connect(&url).await {
        Ok(session) => {
            sessions.push(session);
            false
        }
        Err(error) => code(&error) == "53300",
    })
    .await;
    assert_eq!(sessions.len(), 3, "six, and three of them are for superusers");
    let work_mem: String =
        sqlx::query_scalar("SHOW work_mem").fetch_one(&mut server.superuser("postgres").await).await.unwrap();
    assert_eq!(work_mem, "1MB");
}
