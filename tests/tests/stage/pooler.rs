//! A pooler in transaction mode shares few connections among many clients, and so keeps no session.

use crate::{code, number};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor, PgConnection};
use tests::pooler::PgBouncer;
use tests::postgres::{Options, Server};

async fn stage(pool_size: u32) -> Option<(Server, PgBouncer)> {
    let server = Server::start(Options::default()).await?;
    server.create_login("ann", "p@ss").await;
    let pooler = PgBouncer::start(&server, pool_size).await?;
    Some((server, pooler))
}

async fn session(pooler: &PgBouncer) -> PgConnection {
    let options: PgConnectOptions = pooler.url("ann", "p@ss", "postgres").parse().unwrap();
    options.application_name("pooled").connect().await.unwrap_or_else(|error| panic!("{error}: {}", pooler.log()))
}

#[tokio::test]
async fn more_clients_than_connections_are_served() {
    let Some((server, pooler)) = stage(2).await else { return };
    let mut sessions = vec![];
    for _ in 0..10 {
        sessions.push(session(&pooler).await);
    }
    for session in &mut sessions {
        session.execute("SELECT 1").await.unwrap();
        let mut transaction = session.begin().await.unwrap();
        let unnamed = sqlx::query_scalar::<_, i64>("SELECT 7::bigint").persistent(false);
        assert_eq!(unnamed.fetch_one(&mut *transaction).await.unwrap(), 7);
        transaction.rollback().await.unwrap();
    }
    assert!((1..=2).contains(&server.sessions("pooled").await));
}

#[tokio::test]
async fn a_prepared_statement_is_not_there_on_another_connection() {
    let Some((_server, pooler)) = stage(2).await else { return };
    let (mut one, mut two, mut three) = (session(&pooler).await, session(&pooler).await, session(&pooler).await);
    let mut on_first = one.begin().await.unwrap();
    on_first.execute("SELECT 1").await.unwrap();
    // Only the second connection is free, so that it is the one that knows the statement.
    assert_eq!(number(&mut three, "SELECT 7::bigint").await, 7);
    let mut on_second = two.begin().await.unwrap();
    on_second.execute("SELECT 1").await.unwrap();
    on_first.rollback().await.unwrap();
    let again = sqlx::query("SELECT 7::bigint").fetch_one(&mut three).await.unwrap_err();
    assert_eq!(code(&again), "26000");
}

#[tokio::test]
async fn a_changed_password_counts_for_the_pooler_as_well() {
    let Some((server, pooler)) = stage(2).await else { return };
    session(&pooler).await.execute("SELECT 1").await.unwrap();
    server.change_password("ann", "new").await;
    let refused = PgConnection::connect(&pooler.url("ann", "p@ss", "postgres")).await.unwrap_err();
    assert!(refused.as_database_error().is_some(), "{refused}");
    let mut session = PgConnection::connect(&pooler.url("ann", "new", "postgres")).await.unwrap();
    session.execute("SELECT 1").await.unwrap();
}
