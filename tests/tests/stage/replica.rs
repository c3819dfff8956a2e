//! A replica streams, holds while it is paused, and catches up.

use crate::{code, number};
use sqlx::{Executor, PgConnection};
use tests::postgres::{Options, Server, Stop};

const COUNT: &str = "SELECT count(*) FROM spots";
const ADD: &str = "INSERT INTO spots VALUES (1)";

#[tokio::test]
async fn a_replica_streams_and_takes_no_writes() {
    let Some((mut primary, replica, mut writer)) = stage().await else { return };
    let mut reader = replica.superuser("postgres").await;
    assert_eq!(number(&mut reader, COUNT).await, 1);
    assert_eq!(code(&reader.execute(ADD).await.unwrap_err()), "25006");
    writer.execute(ADD).await.unwrap();
    replica.wait_until_caught_up(&primary).await;
    assert_eq!(number(&mut reader, COUNT).await, 2);
    primary.stop(Stop::Immediate).await;
    assert_eq!(number(&mut reader, COUNT).await, 2, "it serves on without its primary");
}

#[tokio::test]
async fn a_paused_replica_holds_and_a_resumed_one_catches_up() {
    let Some((primary, replica, mut writer)) = stage().await else { return };
    let mut reader = replica.superuser("postgres").await;
    replica.pause_replay().await;
    writer.execute(ADD).await.unwrap();
    // It has received what it does not show.
    let written: String =
        sqlx::query_scalar("SELECT pg_current_wal_flush_lsn()::text").fetch_one(&mut writer).await.unwrap();
    tests::eventually("the replica receives", async || {
        let received = sqlx::query_scalar("SELECT pg_last_wal_receive_lsn() >= $1::pg_lsn").bind(&written);
        received.fetch_one(&mut reader).await.unwrap()
    })
    .await;
    assert_eq!(number(&mut reader, COUNT).await, 1);
    replica.resume_replay().await;
    replica.wait_until_caught_up(&primary).await;
    assert_eq!(number(&mut reader, COUNT).await, 2);
}

/// A primary with one row, its replica that has it, and a session to write more with.
async fn stage() -> Option<(Server, Server, PgConnection)> {
    let primary = Server::start(Options::default()).await?;
    let replica = primary.replica().await;
    let mut writer = primary.superuser("postgres").await;
    writer.execute("CREATE TABLE spots (id bigint); INSERT INTO spots VALUES (1)").await.unwrap();
    replica.wait_until_caught_up(&primary).await;
    Some((primary, replica, writer))
}
