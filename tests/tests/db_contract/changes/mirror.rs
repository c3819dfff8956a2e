//! A copy of all chargers that lives on the feed alone, beside whatever happens to the table.

use super::{execute, ids};
use crate::population::sample;
use db::Db;
use domain::changes::{ChangeType, Position};
use domain::connection::Database;
use proptest::prelude::*;
use std::collections::BTreeMap;
use tests::seed::{NOON, id, imported, point};
use tests::{TestDb, eventually, on_both_engines, open};
use uuid::Uuid;

on_both_engines!(a_mirror_kept_by_pages_is_the_table_whatever_happens_to_it);

/// What may happen to chargers.
#[derive(Clone, Debug)]
enum Event {
    Import(Vec<u8>, i64),
    Rename(u8),
    Remove(u8),
    Verify(u8),
    Empty,
}

fn events(count: usize) -> Vec<Event> {
    let event = prop_oneof![
        4 => (prop::collection::vec(0_u8..30, 1..8), any::<i64>()).prop_map(|(ids, hash)| Event::Import(ids, hash)),
        4 => (0_u8..30).prop_map(Event::Rename),
        4 => (0_u8..30).prop_map(Event::Remove),
        4 => (0_u8..30).prop_map(Event::Verify),
        1 => Just(Event::Empty),
    ];
    sample(prop::collection::vec(event, count))
}

async fn run(db: &Db, event: &Event) -> domain::Result<()> {
    let numbered = |number: u8| id(u128::from(number));
    match event {
        Event::Import(numbers, hash) => {
            let charger = |number: &u8| {
                let mut charger = imported(u128::from(*number), point(1.0, 2.0));
                (charger.hash, charger.name) = (*hash, format!("Charger {hash}"));
                charger
            };
            let batch: Vec<_> = numbers.iter().map(charger).collect();
            db.import_chargers("set", &batch, NOON).await.map(drop)
        }
        Event::Rename(number) => {
            let rename = |charger: &mut domain::charger::Charger| {
                charger.name.push('!');
                Ok(())
            };
            match db.edit_charger(numbered(*number), NOON, rename).await {
                Err(error) if error.kind() == domain::Kind::NotFound => Ok(()),
                done => done,
            }
        }
        Event::Remove(number) => db.remove_charger(numbered(*number), &[]).await.map(drop),
        Event::Verify(number) => {
            let sql = "UPDATE charger_status SET verified_by_count = verified_by_count + 1 WHERE charger_id";
            execute(db, &format!("{sql} = '{}'", numbered(*number))).await;
            Ok(())
        }
        Event::Empty => {
            let sql = if matches!(db, Db::Postgres(_)) { "TRUNCATE chargers CASCADE" } else { "DELETE FROM chargers" };
            execute(db, sql).await;
            Ok(())
        }
    }
}

/// A copy of all chargers that lives on the feed alone: name and verifications of each.
#[derive(Debug, Default)]
struct Mirror {
    since: Position,
    chargers: BTreeMap<Uuid, (String, u32)>,
}

impl Mirror {
    /// Takes a page; whether there was anything on it.
    async fn follow(&mut self, db: &Db, limit: u32) -> bool {
        let changes = db.changes(self.since, limit).await.unwrap();
        let chargers = db.chargers(&ids(&changes)).await.unwrap();
        for change in &changes {
            let id = change.position.charger_id;
            match change.for_reader(self.since) {
                None => assert!(!self.chargers.contains_key(&id), "a tombstone is kept from whoever needs it"),
                Some(ChangeType::Deleted) => drop(self.chargers.remove(&id)),
                Some(_) => {
                    let charger = chargers.iter().find(|charger| charger.id == id);
                    self.chargers.extend(charger.map(|c| (id, (c.name.clone(), c.verified_by_count))));
                }
            }
        }
        self.since = changes.last().map_or(self.since, |last| last.position);
        !changes.is_empty()
    }

    /// Follows the feed until the mirror is the table.
    async fn catch_up(&mut self, db: &Db) {
        let all: Vec<Uuid> = (0..60_u128).map(id).collect();
        let table = db.chargers(&all).await.unwrap();
        let table: BTreeMap<_, _> = table.into_iter().map(|c| (c.id, (c.name, c.verified_by_count))).collect();
        eventually("the mirror is the table", async || {
            while self.follow(db, 4).await {}
            self.chargers == table
        })
        .await;
    }
}

async fn a_mirror_kept_by_pages_is_the_table_whatever_happens_to_it(test_db: &TestDb) {
    let db = &test_db.db;
    let (mut eager, mut lazy) = (Mirror::default(), Mirror::default());
    for (step, event) in events(120).iter().enumerate() {
        run(db, event).await.unwrap();
        if step % 3 == 0 {
            eager.follow(db, 2).await;
        }
        if step % 40 == 39 {
            eager.catch_up(db).await;
        }
    }
    eager.catch_up(db).await;
    lazy.catch_up(db).await;
    assert!(!eager.chargers.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mirror_that_reads_beside_eight_writers_ends_as_the_table() {
    let Some(test_db) = TestDb::postgres().await else { return };
    let writer = |number: usize| {
        let url = test_db.url.clone();
        async move {
            let db = open(&Database::at(url, 1)).await.unwrap();
            let events = events(8 * 40).into_iter().skip(number * 40).take(40);
            for event in events.filter(|event| !matches!(event, Event::Empty)) {
                run(&db, &event).await.unwrap();
            }
        }
    };
    let writers: Vec<_> = (0..8).map(|number| tokio::spawn(writer(number))).collect();
    let mut mirror = Mirror::default();
    while !writers.iter().all(tokio::task::JoinHandle::is_finished) {
        mirror.follow(&test_db.db, 3).await;
    }
    for writer in writers {
        writer.await.unwrap();
    }
    mirror.catch_up(&test_db.db).await;
}
