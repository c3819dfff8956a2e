//! `ops export ndjson` and `ops import ndjson`, as they are typed.

use crate::backup::digests;
use domain::connection::Database;
use std::path::Path;
use std::process::{Output, Stdio};
use tempfile::TempDir;
use tests::behind::number;
use tests::consistency::check_database;
use tests::everything::fill;
use tests::programs::program;
use tests::seed::{NOON, add, new_charger, point};
use tests::{TestDb, open};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// `ops` as a process on a database, with this as its standard input.
async fn ops(url: &str, words: &[&str], input: &[u8]) -> Output {
    let binary = tokio::task::spawn_blocking(|| program("ops")).await.unwrap();
    let mut process = Command::new(binary)
        .args(words)
        .env_clear()
        .env("DATABASE_URL", url)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = process.stdin.take().unwrap();
    let feed = async {
        // Whoever refuses does not read to the end.
        let _ = stdin.write_all(input).await;
        drop(stdin);
    };
    tokio::join!(process.wait_with_output(), feed).0.unwrap()
}

async fn said(url: &str, words: &[&str], input: &[u8]) -> String {
    let output = ops(url, words, input).await;
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{stderr}");
    String::from_utf8(output.stdout).unwrap()
}

async fn refused(url: &str, words: &[&str], input: &[u8]) -> String {
    let output = ops(url, words, input).await;
    assert!(!output.status.success());
    let stderr = String::from_utf8(output.stderr).unwrap();
    stderr.lines().last().unwrap().to_owned()
}

#[tokio::test]
async fn a_text_goes_from_sqlite_to_postgresql_and_back_without_a_byte_of_difference() {
    let (sqlite, back, dir) = (TestDb::sqlite().await, TestDb::sqlite().await, TempDir::new().unwrap());
    let Some(postgres) = TestDb::postgres().await else { return };
    fill(&sqlite.db).await;
    let file = |name: &str| dir.path().join(name).display().to_string();
    let (one, two) = (file("one.ndjson"), file("two.ndjson"));
    let exported = said(&sqlite.url, &["export", "ndjson", &one], b"").await;
    assert_eq!(said(&postgres.url, &["import", "ndjson", &one], b"").await, exported);
    let text = ops(&postgres.url, &["export", "ndjson", "-"], b"").await;
    assert!(text.status.success() && String::from_utf8_lossy(&text.stderr).ends_with(&exported));
    assert_eq!(String::from_utf8(text.stdout.clone()).unwrap(), std::fs::read_to_string(&one).unwrap());
    assert_eq!(said(&back.url, &["import", "ndjson", "-"], &text.stdout).await, exported);
    said(&back.url, &["export", "ndjson", &two], b"").await;
    assert!(std::fs::read(&one).unwrap() == std::fs::read(&two).unwrap());
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 2, "nothing unfinished");
    assert_eq!(digests(&back.db).await, digests(&sqlite.db).await);
    check_database(&postgres.db).await;
    check_database(&back.db).await;
    // Not over what is there, unless by force.
    add(&back.db, 9_000, &new_charger("Since", point(1.0, 2.0)), NOON).await;
    let stays = refused(&back.url, &["import", "ndjson", &one], b"").await;
    assert!(stays.starts_with("ops: The database is not empty: it has rows, "), "{stays}");
    said(&back.url, &["import", "ndjson", &one, "--force"], b"").await;
    assert_eq!(digests(&back.db).await, digests(&sqlite.db).await);
    // A database without a schema gets it.
    let fresh = tests::postgres::create_database().await.unwrap();
    said(&fresh, &["import", "ndjson", &one], b"").await;
    assert_eq!(digests(&open(&Database::at(fresh, 4)).await.unwrap()).await, digests(&sqlite.db).await);
}

/// What may be wrong with a text of so many lines, and what is said of it.
fn wrong(text: &str) -> Vec<(Vec<u8>, &'static str)> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let with = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1).into_bytes()
    };
    let without = |at: usize| [&lines[..at], &lines[at + 1..]].concat().concat().into_bytes();
    let last = lines.len() - 1;
    vec![
        (Vec::new(), "Line 1: this is nothing that"),
        (b"a,b,c\n".to_vec(), "Line 1: this is nothing that"),
        (lines[0].as_bytes().to_vec(), "Line 2: the text ends here"),
        (without(last), "Line 8: the text ends here, and its last line is missing"),
        (text.as_bytes()[..text.len() - 1].to_vec(), "Line 8: it has no end"),
        (lines[..3].concat().as_bytes()[..lines[..3].concat().len() - 9].to_vec(), "Line 3: it has no end"),
        (without(3), "Line 4: the rows of charger_connectors are missing"),
        (
            with("\"name\":\"Park\"", "\"name\":\"Lake\""),
            "Lines 3 to 3: the rows of chargers are not as they were written",
        ),
        (with("\"total_ports\":2", "\"total_ports\":true"), "Line 3: total_ports is cut off or no int4"),
        (with("\"total_ports\":2", "\"colour\":2"), "Line 3: total_ports is not where it belongs"),
        (with(",\"updated_at\":", ",\"colour\":1,\"updated_at\":"), "Line 3: updated_at is not where it belongs"),
        (with("\"sharaspot\":1", "\"sharaspot\":2"), "Line 1: this is form 2, this program knows 1"),
        (with("\"schema\":", "\"schema\":9"), "These rows are of schema 9"),
        (with("\"added_by\",", "\"added_by\",\"colour\","), "Line 1: This program knows no column chargers.colour"),
        (with("\"name\":\"erasures\"", "\"name\":\"coins\""), "Line 1: This program knows no table coins"),
        ([text, lines[2]].concat().into_bytes(), "Line 9: something follows the last line"),
        (
            [&lines[..3], &[lines[4], lines[3]], &lines[5..]].concat().concat().into_bytes(),
            "Line 5: it is no row of a table that comes here",
        ),
        ([&lines[..3].concat(), lines[2], &lines[3..].concat()].concat().into_bytes(), "refused by the database"),
        (text.replace('\n', "\r\n").into_bytes(), "Line 2: it does not end where it should"),
    ]
}

async fn a_text_that_is_not_as_it_was_written_brings_nothing_in(test_db: &TestDb) {
    let from = TestDb::sqlite().await;
    add(&from.db, 1, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    let text = said(&from.url, &["export", "ndjson", "-"], b"").await;
    assert_eq!(text.lines().count(), 8);
    add(&test_db.db, 2, &new_charger("Stays", point(1.0, 2.0)), NOON).await;
    let before = digests(&test_db.db).await;
    for (bytes, expected) in wrong(&text) {
        let said = refused(&test_db.url, &["import", "ndjson", "-", "--force"], &bytes).await;
        assert!(said.contains(expected), "{expected}: {said}");
        assert_eq!(digests(&test_db.db).await, before, "{expected}");
    }
    check_database(&test_db.db).await;
    said(&test_db.url, &["import", "ndjson", "-", "--force"], text.as_bytes()).await;
    assert_eq!(number(&test_db.db, "SELECT count(*) FROM chargers WHERE name = 'Park'").await, 1);
}

tests::on_both_engines!(a_text_that_is_not_as_it_was_written_brings_nothing_in);

#[tokio::test]
async fn a_file_that_cannot_be_written_or_read_is_named() {
    let test_db = TestDb::sqlite().await;
    let nowhere = Path::new("/no/such/folder/x.ndjson").display().to_string();
    let said = refused(&test_db.url, &["export", "ndjson", &nowhere], b"").await;
    assert!(said.starts_with("ops: The file /no/such/folder/x.ndjson cannot be written (No such file"), "{said}");
    let said = refused(&test_db.url, &["import", "ndjson", &nowhere], b"").await;
    assert!(said.starts_with("ops: The file /no/such/folder/x.ndjson cannot be read (No such file"), "{said}");
}
