//! A disk that is full, in the middle of it: said as such, and nothing left behind.

use crate::backup::{back_up, digests};
use crate::stage::{Front, Stage, ask, type_in};
use db::Db;
use domain::connection::Database;
use serde_json::json;
use tests::disk::Disk;
use tests::everything::fill;
use tests::{TestDb, open};

/// Room that is left, in kilobytes: for nothing, for a file, for the schema or a part of it, and for a part of the rows.
const ROOM_KB: [u64; 7] = [0, 4, 40, 120, 400, 700, 1_000];

/// A database in a file on that disk.
async fn database(disk: &Disk) -> Db {
    open(&Database::at(format!("sqlite:{}", disk.path().join("spots.db").display()), 4)).await.unwrap()
}

fn is_said(error: &str) -> bool {
    let words = ["the disk is full", "cannot be opened or made", "No space left", "no storage space"];
    words.iter().any(|word| error.contains(word)) && !error.contains("on our side") && !error.contains("refused")
}

#[tokio::test]
async fn a_drill_on_a_full_disk_says_so_and_leaves_nothing_there() {
    let Some(disk) = Disk::mount(8 << 10) else { return };
    let stage = Stage::new(TestDb::sqlite().await, &Front::Folder).await;
    fill(&stage.db).await;
    back_up(&stage).await;
    let app = stage.ops_on(&database(&disk).await, &[]);
    let mut failures = 0;
    for room_kb in ROOM_KB {
        disk.leave(room_kb << 10);
        if let Err(error) = ask(&app, json!({"command": "restore-drill"}), None).await {
            assert!(is_said(&error), "{room_kb} KB: {error}");
            failures += 1;
        }
        let left: Vec<String> =
            disk.files().into_iter().filter(|file| file.contains(".trial") && !file.ends_with(".trial-lock")).collect();
        assert_eq!(left, [""; 0], "{room_kb} KB");
        disk.free();
    }
    assert!(failures >= 3, "it was full {failures} times");
    ask(&app, json!({"command": "restore-drill"}), None).await.unwrap();
}

#[tokio::test]
async fn a_restore_onto_a_full_disk_says_so_and_the_database_is_as_it_was() {
    let Some(disk) = Disk::mount(8 << 10) else { return };
    let stage = Stage::new(TestDb::sqlite().await, &Front::Folder).await;
    fill(&stage.db).await;
    back_up(&stage).await;
    let (db, expected) = (database(&disk).await, digests(&stage.db).await);
    let (app, mut there) = (stage.ops_on(&db, &[]), digests(&db).await);
    let mut failures = 0;
    for room_kb in ROOM_KB {
        disk.leave(room_kb << 10);
        let restored = type_in(&app, &["restore", "--latest", "--force"]).await;
        disk.free();
        match restored {
            Ok(_) => there = expected.clone(),
            Err(error) => {
                failures += 1;
                assert!(is_said(&error), "{room_kb} KB: {error}");
            }
        }
        assert_eq!(digests(&db).await, there, "{room_kb} KB");
    }
    assert!(failures >= 3, "it was full {failures} times");
    type_in(&app, &["restore", "--latest", "--force"]).await.unwrap();
    assert_eq!(digests(&db).await, expected);
}
