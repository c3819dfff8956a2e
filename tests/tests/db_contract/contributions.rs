//! What a contributor's charger brings along: status, verification, counters, trust, photos.

use db::Db;
use db::contributions::{Addition, Contribution};
use db::photos::{NewPhoto, PhotoResult};
use domain::Timestamp;
use domain::new_charger::NewCharger;
use domain::photo::{PhotoKind, raw_key};
use domain::verification::Action;
use domain::verification::report::Report;
use tests::seed::{NOON, add, finish_photo, id, new_charger, point};
use tests::{TestDb, on_both_engines};
use uuid::Uuid;

on_both_engines!(
    a_new_charger_has_level_one_and_its_authors_verification,
    every_contribution_counts_and_earns_trust_up_to_a_hundred,
    own_free_photos_are_attached_and_all_others_refused,
    new_photos_come_with_the_charger_or_not_at_all,
    a_contributor_is_made_once,
    authors_who_add_at_the_same_time_lose_no_count,
    of_several_who_add_the_same_charger_at_once_one_does,
    a_photo_may_become_ready_while_its_owner_attaches_it,
);

/// Chargers added, verifications, photos, trust.
async fn counters(db: &Db, sub: &str) -> Option<(i32, i32, i32, i32)> {
    const SQL: &str =
        "SELECT chargers_added, verifications, photos_uploaded, trust_score FROM contributors WHERE sub = $1";
    match db {
        Db::Postgres(postgres) => sqlx::query_as(SQL).bind(sub).fetch_optional(postgres.pool()).await.unwrap(),
        Db::Sqlite(sqlite) => sqlx::query_as(SQL).bind(sub).fetch_optional(sqlite.pool()).await.unwrap(),
    }
}

fn photo(number: u128, kind: PhotoKind, charger_id: Option<Uuid>) -> NewPhoto {
    NewPhoto { id: id(number), charger_id, kind, raw_key: raw_key(kind, "20260301", id(number)), hash8: None }
}

async fn add_with(db: &Db, number: u128, new_photos: &[NewPhoto], photo_ids: &[Uuid]) -> domain::Result<Vec<Uuid>> {
    let charger = &new_charger("Park", point(1.0, 2.0));
    let (charger_id, verification_id) = (id(number), id(1000 + number));
    let author = "ann";
    let now = NOON;
    let contribution = Contribution { charger_id, verification_id, author, charger, new_photos, photo_ids, now };
    match db.add_charger(&contribution).await? {
        Addition::Done { refused_ids } => Ok(refused_ids),
        Addition::Duplicate { of } => panic!("{of:?}"),
    }
}

async fn a_new_charger_has_level_one_and_its_authors_verification(test_db: &TestDb) {
    let db = &test_db.db;
    add(db, 1, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    let charger = db.charger(id(1)).await.unwrap().unwrap();
    assert_eq!((charger.verification_level, charger.verified_by_count), (1, 1));
    assert_eq!((charger.available_ports, charger.uptime_percentage), (Some(2), Some(100.0)));
    assert_eq!(charger.last_verified, Some(NOON));
    let history = db.latest_verifications(id(1)).await.unwrap();
    let [only] = history.as_slice() else { panic!("{history:?}") };
    assert_eq!((only.user_id.as_str(), only.timestamp), ("ann", NOON));
    assert_eq!(only.report, Report::new(Action::Active));
    assert_eq!(db.latest_verifications(id(2)).await.unwrap(), []);
}

async fn every_contribution_counts_and_earns_trust_up_to_a_hundred(test_db: &TestDb) {
    let db = &test_db.db;
    let charger = new_charger("Park", point(1.0, 2.0));
    for (number, trust) in [(1, 12), (2, 24), (3, 36)] {
        add(db, number, &charger, NOON).await;
        assert_eq!(counters(db, "ann").await, Some((number as i32, number as i32, 0, trust)));
    }
    for number in 4..=10 {
        add(db, number, &charger, NOON).await;
    }
    assert_eq!(counters(db, "ann").await, Some((10, 10, 0, 100)));
}

async fn own_free_photos_are_attached_and_all_others_refused(test_db: &TestDb) {
    let db = &test_db.db;
    let of = |number| photo(number, PhotoKind::Charger, None);
    let profile = photo(3, PhotoKind::Profile, None);
    db.promise_photos("ann", &[of(1), of(2), profile, of(4)], NOON).await.unwrap();
    db.promise_photos("bob", &[of(5)], NOON).await.unwrap();
    let rejected = PhotoResult::Rejected { reason: "Not a photo.".to_owned() };
    assert!(finish_photo(db, id(4), "etag", &rejected).await);
    let refused = add_with(db, 10, &[], &[id(1), id(3), id(4), id(5), id(6)]).await.unwrap();
    assert_eq!(refused, [id(3), id(4), id(5), id(6)], "another kind, rejected, another's, unknown");
    let refused = add_with(db, 11, &[], &[id(1), id(2)]).await.unwrap();
    assert_eq!(refused, [id(1)], "at another charger already");
    let shown = |charger: domain::charger::Charger| charger.photos.iter().map(|photo| photo.id).collect::<Vec<_>>();
    assert_eq!(shown(db.charger(id(10)).await.unwrap().unwrap()), [id(1)]);
    assert_eq!(shown(db.charger(id(11)).await.unwrap().unwrap()), [id(2)]);
    assert_eq!(db.photo(id(5)).await.unwrap().unwrap().charger_id, None);
}

async fn new_photos_come_with_the_charger_or_not_at_all(test_db: &TestDb) {
    let db = &test_db.db;
    let new = |number| photo(number, PhotoKind::Charger, Some(id(10)));
    assert_eq!(add_with(db, 10, &[new(1), new(2)], &[]).await.unwrap(), Vec::<Uuid>::new());
    assert_eq!(db.charger(id(10)).await.unwrap().unwrap().photos.len(), 2);
    assert_eq!(counters(db, "ann").await, Some((1, 1, 0, 12)), "a promise is no credit");
    // A photo that is there already fails the whole charger.
    let photo = NewPhoto { charger_id: Some(id(20)), ..new(1) };
    assert!(add_with(db, 20, &[photo], &[]).await.is_err());
    assert_eq!(db.charger(id(20)).await.unwrap(), None);
    assert_eq!(counters(db, "ann").await, Some((1, 1, 0, 12)));
}

async fn a_contributor_is_made_once(test_db: &TestDb) {
    let db = &test_db.db;
    assert_eq!(counters(db, "bob").await, None);
    for _ in 0..2 {
        db.ensure_contributor("bob", NOON).await.unwrap();
        assert_eq!(counters(db, "bob").await, Some((0, 0, 0, 0)));
    }
}

async fn authors_who_add_at_the_same_time_lose_no_count(test_db: &TestDb) {
    let charger = new_charger("Park", point(1.0, 2.0));
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..8_u128 {
        let (db, charger): (Db, _) = (test_db.db.clone(), charger.clone());
        let now: Timestamp = NOON;
        tasks.spawn(async move { add(&db, number, &charger, now).await });
    }
    tasks.join_all().await;
    assert_eq!(counters(&test_db.db, "ann").await, Some((8, 8, 0, 96)));
    assert_eq!(test_db.db.count_chargers(&Default::default()).await.unwrap().count, 8);
}

async fn of_several_who_add_the_same_charger_at_once_one_does(test_db: &TestDb) {
    // On both sides of the antimeridian: their cells are far apart, their quarters are not.
    for (round, lng) in [0.0, 180.0, 10.0, 20.0].into_iter().enumerate() {
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..10_u128 {
            let number = 100 * round as u128 + number;
            let beside = if number.is_multiple_of(2) { lng } else { lng - 0.0001 };
            let charger = NewCharger { allow_duplicate: false, ..new_charger("Park", point(1.0, beside)) };
            let db: Db = test_db.db.clone();
            tasks.spawn(async move {
                let (charger_id, verification_id) = (id(number + 1), id(10_000 + number));
                let (charger, author, new_photos, photo_ids) = (&charger, "ann", &[][..], &[][..]);
                let now = NOON;
                let new = Contribution { charger_id, verification_id, author, charger, new_photos, photo_ids, now };
                db.add_charger(&new).await.unwrap()
            });
        }
        let all = tasks.join_all().await;
        let is_done = |addition: &&Addition| matches!(addition, Addition::Done { .. });
        assert_eq!(all.iter().filter(is_done).count(), 1, "{all:?}");
        let added = round as u64 + 1;
        assert_eq!(test_db.db.count_chargers(&Default::default()).await.unwrap().count, added);
        assert_eq!(counters(&test_db.db, "ann").await.map(|counters| counters.0), Some(added as i32));
    }
}

async fn a_photo_may_become_ready_while_its_owner_attaches_it(test_db: &TestDb) {
    let db = &test_db.db;
    for number in 0..20 {
        let photo_id = 100 + number;
        db.promise_photos("ann", &[photo(photo_id, PhotoKind::Charger, None)], NOON).await.unwrap();
        let delivered = {
            let db = db.clone();
            let (thumbhash, dominant_color) = (String::new(), String::new());
            let ready = PhotoResult::Ready { width: 1, height: 1, thumbhash, dominant_color, renditions: Vec::new() };
            tokio::spawn(async move { finish_photo(&db, id(photo_id), "etag", &ready).await })
        };
        assert_eq!(add_with(db, number, &[], &[id(photo_id)]).await.unwrap(), Vec::<Uuid>::new());
        assert!(delivered.await.unwrap());
    }
    assert_eq!(counters(db, "ann").await, Some((20, 20, 20, 100)));
}
