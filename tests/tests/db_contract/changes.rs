//! The feed of changes: one entry a charger, in an order in which nothing ever comes late.

mod cost;
mod mirror;

use db::Db;
use db::chargers::Removal;
use db::photos::{NewPhoto, PhotoResult};
use domain::changes::{Change, ChangeType, Position};
use domain::photo::{PhotoKind, raw_key};
use sqlx::{Connection, PgConnection};
use std::collections::BTreeSet;
use tests::seed::{NOON, add, finish_photo, id, imported, new_charger, point};
use tests::{TestDb, eventually, on_both_engines};
use uuid::Uuid;

on_both_engines!(
    a_charger_has_one_entry_which_moves_to_the_end_with_each_change,
    what_a_charger_shows_of_photos_and_status_changes_it,
    what_is_shown_nowhere_changes_nothing,
    a_tombstone_outlives_what_a_deletion_does_to_photos,
    a_page_ends_anywhere_even_within_a_transaction,
    a_place_beyond_every_change_is_refused,
    a_charger_that_returns_is_no_longer_gone,
    the_step_fills_the_feed_with_the_chargers_that_are_there,
);

async fn execute(db: &Db, sql: &str) {
    let sql = sqlx::AssertSqlSafe(sql);
    match db {
        Db::Postgres(postgres) => drop(sqlx::query(sql).execute(postgres.pool()).await.unwrap()),
        Db::Sqlite(sqlite) => drop(sqlx::query(sql).execute(sqlite.pool()).await.unwrap()),
    }
}

/// The entries behind a place as soon as there are so many: transactions of other tests on the same server hold the feed back.
async fn settled(db: &Db, since: Position, count: usize) -> Vec<Change> {
    eventually("changes", async || db.changes(since, 500).await.unwrap().len() >= count).await;
    let changes = db.changes(since, 500).await.unwrap();
    assert_eq!(changes.len(), count, "{changes:?}");
    changes
}

fn ids(changes: &[Change]) -> Vec<Uuid> {
    changes.iter().map(|change| change.position.charger_id).collect()
}

/// Waits for one entry behind a place: the charger that changed, and whether it is gone.
async fn next(db: &Db, since: &mut Position) -> (Uuid, bool) {
    let changes = settled(db, *since, 1).await;
    *since = changes[0].position;
    (changes[0].position.charger_id, changes[0].is_deleted)
}

async fn add_three(db: &Db) -> Position {
    for number in 1..=3 {
        add(db, number, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    }
    settled(db, Position::START, 3).await[2].position
}

fn photo(number: u128, charger_id: Option<Uuid>) -> NewPhoto {
    let kind = PhotoKind::Charger;
    NewPhoto { id: id(number), charger_id, kind, raw_key: raw_key(kind, "20260301", id(number)), hash8: None }
}

async fn a_charger_has_one_entry_which_moves_to_the_end_with_each_change(test_db: &TestDb) {
    let db = &test_db.db;
    let mut since = add_three(db).await;
    let rename = |charger: &mut domain::charger::Charger| {
        charger.name.push('!');
        Ok(())
    };
    db.edit_charger(id(1), NOON, rename).await.unwrap();
    assert_eq!(next(db, &mut since).await, (id(1), false));
    assert_eq!(db.remove_charger(id(2), &[]).await.unwrap(), Removal::Done);
    assert_eq!(next(db, &mut since).await, (id(2), true));
    let all = settled(db, Position::START, 3).await;
    assert_eq!(ids(&all), [id(3), id(1), id(2)]);
    assert!(all.is_sorted_by_key(|change| change.position));
    assert_eq!(ids(&db.changes(all[0].position, 1).await.unwrap()), [id(1)]);
}

async fn what_a_charger_shows_of_photos_and_status_changes_it(test_db: &TestDb) {
    let db = &test_db.db;
    let mut since = add_three(db).await;
    db.promise_photos("ann", &[photo(10, Some(id(1)))], NOON).await.unwrap();
    assert_eq!(next(db, &mut since).await, (id(1), false), "a promise is shown");
    let (thumbhash, dominant_color) = ("hash".to_owned(), "#000000".to_owned());
    let ready = PhotoResult::Ready { width: 1, height: 1, thumbhash, dominant_color, renditions: Vec::new() };
    assert!(finish_photo(db, id(10), "etag", &ready).await);
    assert_eq!(next(db, &mut since).await, (id(1), false), "a photo is there");
    assert!(db.remove_photo(id(10), NOON).await.unwrap());
    assert_eq!(next(db, &mut since).await, (id(1), false), "a photo is gone");
    execute(db, "UPDATE charger_status SET uptime_percentage = 50, verified_by_count = 2").await;
    let changes = settled(db, since, 3).await;
    assert_eq!(ids(&changes).into_iter().collect::<BTreeSet<_>>(), BTreeSet::from([id(1), id(2), id(3)]));
}

async fn what_is_shown_nowhere_changes_nothing(test_db: &TestDb) {
    let db = &test_db.db;
    let since = add_three(db).await;
    execute(db, "UPDATE charger_status SET scored_at = last_verified").await;
    db.promise_photos("ann", &[photo(10, None), NewPhoto { kind: PhotoKind::Profile, ..photo(11, None) }], NOON)
        .await
        .unwrap();
    execute(db, "UPDATE photos SET sequencer = '1'").await;
    db.edit_charger(id(1), NOON.plus_seconds(9), |_| Ok(())).await.unwrap();
    db.edit_charger(id(2), NOON, |_| Err(domain::Error::not_found("thing"))).await.unwrap_err();
    // Something that does change comes next.
    db.remove_charger(id(3), &[]).await.unwrap();
    assert_eq!(ids(&settled(db, since, 1).await), [id(3)]);
}

async fn a_tombstone_outlives_what_a_deletion_does_to_photos(test_db: &TestDb) {
    let db = &test_db.db;
    let mut since = add_three(db).await;
    db.promise_photos("ann", &[photo(10, Some(id(1))), photo(11, Some(id(1)))], NOON).await.unwrap();
    assert_eq!(next(db, &mut since).await, (id(1), false));
    // The foreign key takes the charger from its photos.
    execute(db, &format!("DELETE FROM chargers WHERE id = '{}'", id(1))).await;
    assert_eq!(next(db, &mut since).await, (id(1), true));
    execute(db, "UPDATE photos SET state = 'rejected'").await;
    db.remove_charger(id(2), &[]).await.unwrap();
    assert_eq!(next(db, &mut since).await, (id(2), true));
}

async fn a_page_ends_anywhere_even_within_a_transaction(test_db: &TestDb) {
    let db = &test_db.db;
    let batch: Vec<_> = (1..=20).map(|number| imported(number, point(1.0, 2.0))).collect();
    db.import_chargers("set", &batch, NOON).await.unwrap();
    settled(db, Position::START, 20).await;
    let (mut since, mut seen) = (Position::START, Vec::new());
    loop {
        let page = db.changes(since, 3).await.unwrap();
        let Some(last) = page.last() else { break };
        assert!(page.iter().all(|change| change.for_reader(since) == Some(ChangeType::Created)));
        since = last.position;
        seen.extend(ids(&page));
    }
    assert_eq!(seen, (1..=20).map(id).collect::<Vec<_>>());
}

async fn a_place_beyond_every_change_is_refused(test_db: &TestDb) {
    let db = &test_db.db;
    assert_eq!(db.changes(Position::START, 9).await.unwrap(), []);
    let last = add_three(db).await;
    assert_eq!(db.changes(last, 9).await.unwrap(), []);
    let beyond = Position { changed_in: last.changed_in + 1_000_000_000, ..last };
    let error = db.changes(beyond, 9).await.unwrap_err();
    assert_eq!((error.fields()[0].field.as_str(), error.fields()[0].code), ("since", "outdated"));
}

async fn a_charger_that_returns_is_no_longer_gone(test_db: &TestDb) {
    let db = &test_db.db;
    let before = add_three(db).await;
    db.remove_charger(id(1), &[]).await.unwrap();
    add(db, 1, &new_charger("Again", point(1.0, 2.0)), NOON).await;
    let seen = async || db.changes(before, 9).await.unwrap().iter().map(|c| c.for_reader(before)).collect::<Vec<_>>();
    eventually("its return", async || seen().await == [Some(ChangeType::Changed)]).await;
    // Whoever knew it the first time must hear of its second end.
    db.remove_charger(id(1), &[]).await.unwrap();
    eventually("its second end", async || seen().await == [Some(ChangeType::Deleted)]).await;
}

async fn the_step_fills_the_feed_with_the_chargers_that_are_there(test_db: &TestDb) {
    let db = &test_db.db;
    add_three(db).await;
    db.migrate_down_to(15).await.unwrap();
    db.migrate_up().await.unwrap();
    let changes = settled(db, Position::START, 3).await;
    assert_eq!(ids(&changes), [id(1), id(2), id(3)]);
    assert!(changes.iter().all(|change| change.changed_at == NOON && !change.is_deleted));
}

#[tokio::test]
async fn an_open_transaction_holds_the_feed_back_and_nothing_of_it_is_passed_over() {
    let Some(test_db) = TestDb::postgres().await else { return };
    let db = &test_db.db;
    let since = add_three(db).await;
    // The first to draw a number is the last to commit.
    let mut late = PgConnection::connect(&test_db.url).await.unwrap();
    let rename = format!("BEGIN; UPDATE chargers SET name = 'Late' WHERE id = '{}'", id(1));
    sqlx::raw_sql(sqlx::AssertSqlSafe(rename)).execute(&mut late).await.unwrap();
    let rename = |charger: &mut domain::charger::Charger| {
        charger.name = "Early".to_owned();
        Ok(())
    };
    db.edit_charger(id(2), NOON, rename).await.unwrap();
    assert_eq!(db.charger(id(2)).await.unwrap().unwrap().name, "Early");
    assert_eq!(db.changes(since, 9).await.unwrap(), [], "what is committed waits for what was begun before it");
    sqlx::raw_sql("COMMIT").execute(&mut late).await.unwrap();
    assert_eq!(ids(&settled(db, since, 2).await), [id(1), id(2)]);
}
