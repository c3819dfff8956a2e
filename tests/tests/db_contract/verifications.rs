//! What a verification leaves behind: its row, its author's counters, its charger's score, its photo.

use db::Db;
use db::photos::{NewPhoto, PhotoResult};
use db::verifications::{NewVerification, Verified};
use domain::photo::{PhotoKind, PhotoPlace, raw_key};
use domain::verification::Action::{self, Active, NotWorking, Partial};
use domain::verification::report::Report;
use domain::vocabulary::{PaymentMethod, Port, StationLighting};
use domain::{Kind, Result, Timestamp};
use tests::behind::{execute, number};
use tests::rule::{score_by_rule, score_shown, trust, wrong_contributors};
use tests::seed::{NOON, add, finish_photo, id, new_charger, point};
use tests::{TestDb, on_both_engines};
use uuid::Uuid;

on_both_engines!(
    every_detail_comes_back_as_it_was_said,
    a_verification_counts_for_its_author_and_scores_the_charger,
    a_charger_has_changed_only_when_its_level_has,
    the_trust_of_now_is_what_counts,
    what_is_older_than_ninety_days_counts_no_longer,
    somebody_who_comes_again_is_counted_once,
    free_ports_are_those_that_were_seen_and_no_more_than_there_are,
    an_unknown_charger_is_not_verified_and_nobody_is_made,
    own_free_photos_of_the_kind_are_attached_and_all_others_refused,
    a_photo_that_is_removed_leaves_its_verification,
    pages_by_offset_and_by_key_are_the_same_whole,
    what_followed_from_a_verification_can_be_asked_again,
    a_photo_may_be_removed_while_its_owner_verifies_its_charger,
    a_photo_may_be_retired_while_its_owner_verifies_its_charger,
);

const DAY_S: i64 = 86_400;

async fn say(db: &Db, number: u128, user_id: &str, report: &Report, now: Timestamp) -> Result<Option<Verified>> {
    db.verify_charger(&NewVerification { id: id(500 + number), charger_id: id(1), user_id, report, now }).await
}

async fn verify(db: &Db, number: u128, user_id: &str, action: Action, now: Timestamp) -> Verified {
    say(db, number, user_id, &Report::new(action), now).await.unwrap().unwrap()
}

async fn park(db: &Db) {
    add(db, 1, &new_charger("Park", point(1.0, 2.0)), NOON).await;
}

async fn promise(db: &Db, owner: &str, number: u128, kind: PhotoKind, charger_id: Option<Uuid>) {
    let photo =
        NewPhoto { id: id(number), charger_id, kind, raw_key: raw_key(kind, "20260301", id(number)), hash8: None };
    db.promise_photos(owner, &[photo], NOON).await.unwrap();
}

fn with_photo(photo_id: u128) -> Report {
    Report { photo_id: Some(id(photo_id)), ..Report::new(Active) }
}

async fn every_detail_comes_back_as_it_was_said(test_db: &TestDb) {
    let db = &test_db.db;
    park(db).await;
    promise(db, "bob", 70, PhotoKind::Verification, None).await;
    let report = Report {
        action: Partial,
        notes: Some("Joe's \"cable\"\nis short; 100 % \u{1F50C}".to_owned()),
        wait_time: Some(1440),
        port_type_used: Some(Port::Household),
        ports_available: Some(100),
        charging_success: Some(false),
        payment_method: Some(PaymentMethod::Subscription),
        station_lighting: Some(StationLighting::WellLit),
        cleanliness_rating: Some(1),
        charging_speed_rating: Some(5),
        amenities_rating: Some(3),
        would_recommend: Some(true),
        photo_id: Some(id(70)),
    };
    say(db, 1, "bob", &report, NOON.plus_seconds(60)).await.unwrap();
    let history = db.latest_verifications(id(1)).await.unwrap();
    let [said, first] = history.as_slice() else { panic!("{history:?}") };
    assert_eq!((said.id, said.user_id.as_str(), said.timestamp), (id(501), "bob", NOON.plus_seconds(60)));
    assert_eq!((&said.report, &first.report), (&report, &Report::new(Active)));
    assert_eq!((&said.photo_place, &first.photo_place), (&None, &None), "its bytes are not known yet");
    let reason = PhotoResult::Rejected { reason: "Not a photo.".to_owned() };
    assert!(finish_photo(db, id(70), "etag", &reason).await);
    assert_eq!(db.latest_verifications(id(1)).await.unwrap()[0].photo_place, None);
}

async fn a_verification_counts_for_its_author_and_scores_the_charger(test_db: &TestDb) {
    let db = &test_db.db;
    park(db).await;
    // Ann: 10 + 2 = 12, weight 0.5 + 0.18 = 0.68. Bob: 2, weight 0.53.
    let verified = verify(db, 1, "bob", NotWorking, NOON).await;
    // 0.68 − 0.53 > 0; 0.68 / 1.21 = 56.198…
    assert_eq!(verified, Verified { level: 2, uptime_percentage: Some(56.2), trust_score: 2 });
    // Carol: 0.53, too. 0.68 − 1.06 < 0; 0.68 / 1.74 = 39.080…
    let verified = verify(db, 2, "carol", NotWorking, NOON).await;
    assert_eq!(verified, Verified { level: 1, uptime_percentage: Some(39.08), trust_score: 2 });
    let charger = db.charger(id(1)).await.unwrap().unwrap();
    assert_eq!((charger.verification_level, charger.uptime_percentage), (1, Some(39.08)));
    assert_eq!((charger.verified_by_count, charger.last_verified), (3, Some(NOON)));
    assert_eq!(wrong_contributors(db).await, 0);
}

async fn a_charger_has_changed_only_when_its_level_has(test_db: &TestDb) {
    let db = &test_db.db;
    park(db).await;
    let at = |minutes: i64| NOON.plus_seconds(60 * minutes);
    let changed = async || db.charger(id(1)).await.unwrap().unwrap().updated_at;
    // A new charger starts at level 1; the rule says 2.
    assert_eq!((verify(db, 1, "bob", Active, at(1)).await.level, changed().await), (2, at(1)));
    assert_eq!((verify(db, 2, "carol", Partial, at(2)).await.level, changed().await), (2, at(1)));
    assert_eq!((verify(db, 3, "dave", Active, at(3)).await.level, changed().await), (2, at(1)));
    // 0.68 + 3 × 0.53 = 2.27, less what four minutes take
    assert_eq!((verify(db, 4, "erin", Active, at(4)).await.level, changed().await), (3, at(4)));
    let facets = "SELECT CAST(coalesce(sum(n), 0) AS bigint) FROM charger_facets WHERE verification_level = 3";
    assert_eq!(number(db, facets).await, 1);
}

async fn the_trust_of_now_is_what_counts(test_db: &TestDb) {
    let db = &test_db.db;
    park(db).await;
    assert_eq!(verify(db, 1, "bob", Active, NOON).await.level, 2);
    for charger in 2..=10 {
        add(db, charger, &new_charger("Mall", point(3.0, 4.0)), NOON).await;
    }
    // Ann is trusted in full by now: 2 + 0.53 + 0.53.
    assert_eq!(trust(db, "ann").await, 100);
    assert_eq!(verify(db, 2, "carol", Active, NOON).await.level, 3);
    assert_eq!(score_shown(db, id(1)).await, score_by_rule(db, id(1), NOON).await);
}

async fn what_is_older_than_ninety_days_counts_no_longer(test_db: &TestDb) {
    let db = &test_db.db;
    park(db).await;
    let last = NOON.plus_seconds(90 * DAY_S);
    // Ann's `active` of 0.125 × 0.68 is just in the window; 0.085 / (0.085 + 0.53) = 13.821…
    assert_eq!(verify(db, 1, "bob", NotWorking, last).await.uptime_percentage, Some(13.82));
    let over = Timestamp::from_micros(last.as_micros() + 1);
    assert_eq!(verify(db, 2, "carol", NotWorking, over).await.uptime_percentage, Some(0.0));
    assert_eq!(score_shown(db, id(1)).await, score_by_rule(db, id(1), over).await);
}

async fn somebody_who_comes_again_is_counted_once(test_db: &TestDb) {
    let db = &test_db.db;
    park(db).await;
    for (number, person) in ["bob", "ann", "bob", "bob"].into_iter().enumerate() {
        verify(db, number as u128, person, Active, NOON.plus_seconds(3600 * (1 + number as i64))).await;
    }
    assert_eq!(score_shown(db, id(1)).await.1, 2);
    assert_eq!(db.count_verifications(id(1)).await.unwrap(), Some(5));
    assert_eq!(db.charger(id(1)).await.unwrap().unwrap().last_verified, Some(NOON.plus_seconds(4 * 3600)));
}

async fn free_ports_are_those_that_were_seen_and_no_more_than_there_are(test_db: &TestDb) {
    let db = &test_db.db;
    park(db).await;
    for (number, seen, free) in [(1, Some(1), 1), (2, Some(0), 0), (3, None, 0), (4, Some(100), 2)] {
        let report = Report { ports_available: seen, ..Report::new(Active) };
        say(db, number, &format!("person {number}"), &report, NOON).await.unwrap();
        assert_eq!(db.charger(id(1)).await.unwrap().unwrap().available_ports, Some(free), "{seen:?}");
    }
}

async fn an_unknown_charger_is_not_verified_and_nobody_is_made(test_db: &TestDb) {
    let db = &test_db.db;
    assert_eq!(say(db, 1, "bob", &Report::new(Active), NOON).await.unwrap(), None);
    assert_eq!(number(db, "SELECT count(*) FROM contributors").await, 0);
    assert_eq!(db.count_verifications(id(1)).await.unwrap(), None);
    assert_eq!(db.verifications(id(1), None, 0, 10).await.unwrap(), []);
}

async fn own_free_photos_of_the_kind_are_attached_and_all_others_refused(test_db: &TestDb) {
    let db = &test_db.db;
    park(db).await;
    add(db, 2, &new_charger("Mall", point(3.0, 4.0)), NOON).await;
    let proof = PhotoKind::Verification;
    promise(db, "bob", 71, proof, None).await;
    promise(db, "bob", 72, proof, Some(id(1))).await;
    promise(db, "bob", 73, proof, Some(id(2))).await;
    promise(db, "bob", 74, PhotoKind::Charger, None).await;
    promise(db, "ann", 75, proof, None).await;
    promise(db, "bob", 76, proof, None).await;
    let reason = PhotoResult::Rejected { reason: "Not a photo.".to_owned() };
    assert!(finish_photo(db, id(76), "etag", &reason).await);
    let before = db.charger(id(1)).await.unwrap();
    for (photo_id, why) in
        [(73, "of another charger"), (74, "another kind"), (75, "another's"), (76, "rejected"), (77, "unknown")]
    {
        let error = say(db, 1, "bob", &with_photo(photo_id), NOON).await.unwrap_err();
        let named: Vec<_> = error.fields().iter().map(|field| field.field.as_str()).collect();
        assert_eq!((error.kind(), named), (Kind::BadInput, vec!["photo_id"]), "{why}");
    }
    assert_eq!((db.charger(id(1)).await.unwrap(), trust(db, "bob").await), (before, 0), "nothing is kept");
    assert_eq!(db.count_verifications(id(1)).await.unwrap(), Some(1));
    say(db, 2, "bob", &with_photo(71), NOON).await.unwrap();
    assert_eq!(db.photo(id(71)).await.unwrap().unwrap().charger_id, Some(id(1)));
    let later = NOON.plus_seconds(3600);
    assert_eq!(say(db, 3, "bob", &with_photo(71), later).await.unwrap_err().kind(), Kind::BadInput, "used already");
    say(db, 4, "bob", &with_photo(72), later).await.unwrap();
    assert!(db.charger(id(1)).await.unwrap().unwrap().photos.is_empty(), "proofs are not pictures of the charger");
}

async fn a_photo_that_is_removed_leaves_its_verification(test_db: &TestDb) {
    let db = &test_db.db;
    park(db).await;
    promise(db, "bob", 70, PhotoKind::Verification, None).await;
    say(db, 1, "bob", &with_photo(70), NOON.plus_seconds(1)).await.unwrap();
    execute(db, "UPDATE photos SET state = 'ready', hash8 = '0a1b2c3d'").await.unwrap();
    let key = format!("processed/verification/20260301/{}_0a1b2c3d.jpg", id(70));
    let shown = db.latest_verifications(id(1)).await.unwrap().remove(0);
    assert_eq!((shown.report.photo_id, shown.photo_place), (Some(id(70)), Some(PhotoPlace::Key(key))));
    assert!(db.remove_photo(id(70), NOON).await.unwrap());
    let left = db.latest_verifications(id(1)).await.unwrap().remove(0);
    assert_eq!((left.id, left.report.photo_id, left.photo_place), (id(501), None, None));
}

async fn pages_by_offset_and_by_key_are_the_same_whole(test_db: &TestDb) {
    let db = &test_db.db;
    park(db).await;
    add(db, 2, &new_charger("Mall", point(3.0, 4.0)), NOON).await;
    for number in 0..30 {
        // Many at one time: the order is broken by id.
        let now = NOON.plus_seconds(60 * (number as i64 / 7));
        verify(db, number, &format!("person {number}"), Active, now).await;
    }
    let whole = db.verifications(id(1), None, 0, 100).await.unwrap();
    assert_eq!(whole.len(), 31);
    assert!(whole.windows(2).all(|pair| (pair[0].timestamp, pair[0].id) > (pair[1].timestamp, pair[1].id)));
    assert_eq!(db.latest_verifications(id(1)).await.unwrap(), whole[..10]);
    for size in [1, 7, 31] {
        let (mut by_offset, mut by_key) = (Vec::new(), Vec::new());
        while by_key.len() < whole.len() {
            by_offset.extend(db.verifications(id(1), None, by_offset.len() as u64, size).await.unwrap());
            let after = by_key.last().map(|last: &domain::verification::Verification| (last.timestamp, last.id));
            by_key.extend(db.verifications(id(1), after, 0, size).await.unwrap());
            assert_eq!(by_offset, by_key);
        }
        assert_eq!(by_key, whole);
    }
}

async fn what_followed_from_a_verification_can_be_asked_again(test_db: &TestDb) {
    let db = &test_db.db;
    park(db).await;
    let verified = verify(db, 1, "bob", NotWorking, NOON).await;
    assert_eq!(db.verified(id(501)).await.unwrap(), Some(verified));
    assert_eq!(db.verified(id(502)).await.unwrap(), None);
}

async fn a_photo_may_be_removed_while_its_owner_verifies_its_charger(test_db: &TestDb) {
    let db = &test_db.db;
    park(db).await;
    for round in 0..40 {
        let charger_photo = 1000 + round;
        promise(db, "ann", charger_photo, PhotoKind::Charger, Some(id(1))).await;
        let now = NOON.plus_seconds(3600 * (1 + round as i64));
        let report = Report::new(Active);
        let (verified, removed) =
            tokio::join!(say(db, round, "ann", &report, now), db.remove_photo(id(charger_photo), now));
        assert!(verified.unwrap().is_some() && removed.unwrap(), "round {round}");
    }
}

async fn a_photo_may_be_retired_while_its_owner_verifies_its_charger(test_db: &TestDb) {
    let db = &test_db.db;
    park(db).await;
    for round in 0..40 {
        promise(db, "ann", 1000 + round, PhotoKind::Charger, Some(id(1))).await;
        let now = NOON.plus_seconds(3600 * (1 + round as i64));
        let stale = db.stale_photos(now, Some(id(999 + round)), 1).await.unwrap().remove(0);
        let report = Report::new(Active);
        let (verified, retired) = tokio::join!(say(db, round, "ann", &report, now), db.retire_photo(&stale, now, now));
        assert!(verified.unwrap().is_some() && retired.unwrap(), "round {round}");
    }
}
