//! What it costs SQLite to note a change: the same, however many there were before.

use super::photo;
use db::Db;
use db::photos::PhotoResult;
use db::verifications::NewVerification;
use domain::connection::Database;
use domain::verification::Action;
use domain::verification::report::Report;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tests::TestDb;
use tests::seed::{NOON, add, finish_photo, id, imported, new_charger, point};

/// Counts what SQLite's machine does for a database of one connection.
async fn count_steps(db: &Db) -> Arc<AtomicU64> {
    let steps = Arc::new(AtomicU64::new(0));
    let Db::Sqlite(sqlite) = db else { panic!("SQLite counts its steps") };
    let mut connection = sqlite.pool().acquire().await.unwrap();
    let count = steps.clone();
    let every_step = move || count.fetch_add(1, Ordering::Relaxed) < u64::MAX;
    connection.lock_handle().await.unwrap().set_progress_handler(1, every_step);
    steps
}

/// Everything that changes what a charger shows, and its end.
async fn live(db: &Db, number: u128) {
    add(db, number, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    let of_photo = number + 100;
    db.promise_photos("ann", &[photo(of_photo, Some(id(number)))], NOON).await.unwrap();
    assert!(finish_photo(db, id(of_photo), "etag", &PhotoResult::Rejected { reason: "Not a photo.".to_owned() }).await);
    let report = Report::new(Action::Partial);
    let verification =
        NewVerification { id: id(number + 200), charger_id: id(number), user_id: "bob", report: &report, now: NOON };
    db.verify_charger(&verification).await.unwrap().unwrap();
    db.remove_photo(id(of_photo), NOON).await.unwrap();
    db.remove_charger(id(number), &[]).await.unwrap();
}

#[tokio::test]
async fn what_a_change_costs_does_not_grow_with_the_changes_before_it() {
    let test_db = TestDb::sqlite().await;
    let db = tests::open(&Database::at(&test_db.url, 1)).await.unwrap();
    let steps = count_steps(&db).await;
    let cost = async |number| {
        let before = steps.load(Ordering::Relaxed);
        live(&db, number).await;
        steps.load(Ordering::Relaxed) - before
    };
    let first = cost(1).await;
    let far_away: Vec<_> = (1_000..6_000).map(|number| imported(number, point(40.0, 50.0))).collect();
    db.import_chargers("set", &far_away, NOON).await.unwrap();
    let later = cost(2).await;
    assert!(first > 1_000, "{first} steps: nothing was counted");
    // Some trees are a level deeper now; a scan would be 5,000 rows, several times.
    assert!(later < first + first / 2, "{first} steps at first, {later} after 5,000 chargers");
}
