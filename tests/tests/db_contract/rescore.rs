//! What time does to a score, and what a rescoring must not do.

mod beside;

use crate::verification_limits::plan;
use db::Db;
use db::verifications::{NewVerification, STRETCH, Stretch};
use domain::Timestamp;
use domain::verification::Action::{self, Active, NotWorking, Partial};
use domain::verification::report::Report;
use domain::verification::score::Score;
use tests::behind::{execute, number, pairs};
use tests::consistency::check_database;
use tests::rule::{score_by_rule, score_shown};
use tests::seed::{NOON, add, id, imported, new_charger, point};
use tests::{TestDb, on_both_engines};

on_both_engines!(
    what_speaks_for_a_charger_fades_level_by_level,
    what_speaks_against_a_charger_fades_too,
    a_night_that_was_missed_makes_no_difference,
    everybodys_trust_is_that_of_now,
    chargers_that_were_never_scored_stay_as_they_are,
    where_nothing_has_changed_nothing_is_written,
    a_change_is_one_of_the_feed_and_of_the_counters,
    chargers_are_walked_in_the_order_of_their_ids_and_none_is_passed_over,
    a_stretch_is_read_from_the_primary_key,
);

const DAY_S: i64 = 86_400;
/// Later than all that happens here.
const ANY_TIME: Timestamp = Timestamp::from_micros(i64::MAX);

fn day(days: i64) -> Timestamp {
    NOON.plus_seconds(days * DAY_S)
}

async fn park(db: &Db, number: u128) {
    add(db, number, &new_charger("Park", point(1.0, number as f64)), NOON).await;
}

/// Somebody new says it, a minute after noon: 2 of trust, a weight of 0.53.
async fn say(db: &Db, charger: u128, person: u128, action: Action, now: Timestamp) {
    let (user_id, report) = (&format!("person {charger} {person}"), &Report::new(action));
    let id_of_it = id(1 << 70 | charger << 32 | person);
    let new = NewVerification { id: id_of_it, charger_id: id(charger), user_id, report, now };
    db.verify_charger(&new).await.unwrap().unwrap();
}

async fn say_all(db: &Db, charger: u128, said: &[(Action, u128)]) {
    let mut person = 0;
    for (action, count) in said {
        for _ in 0..*count {
            person += 1;
            say(db, charger, person, *action, NOON.plus_seconds(60)).await;
        }
    }
}

/// As a night does it; how many changed.
async fn rescore(db: &Db, now: Timestamp) -> u64 {
    let (mut after, mut changed) = (None, 0);
    loop {
        let Stretch { fading, last } = db.fading_chargers(after, ANY_TIME, 2).await.unwrap();
        let Some(last) = last else { return changed };
        let outdated = db.outdated_chargers(&fading, now).await.unwrap();
        let of_these = db.rescore_chargers(&outdated, now).await.unwrap();
        assert_eq!(of_these, outdated.len() as u64);
        changed += of_these;
        after = Some(last);
    }
}

async fn shown(db: &Db, charger: u128) -> (i16, Option<f64>) {
    let (Score { level, uptime_percentage }, _) = score_shown(db, id(charger)).await;
    (level, uptime_percentage)
}

/// Night after night: `(days after noon, level, uptime)`.
async fn expect_nights(db: &Db, nights: &[(i64, i16, Option<f64>)]) {
    for (days, level, uptime_percentage) in nights {
        let before = shown(db, 1).await;
        let changed = rescore(db, day(*days)).await;
        assert_eq!(shown(db, 1).await, (*level, *uptime_percentage), "after {days} days");
        assert_eq!(changed, u64::from(before != (*level, *uptime_percentage)), "after {days} days");
        assert_eq!(score_shown(db, id(1)).await, score_by_rule(db, id(1), day(*days)).await);
        assert_eq!(rescore(db, day(*days)).await, 0, "once more in the same night");
    }
    check_database(db).await;
}

async fn what_speaks_for_a_charger_fades_level_by_level(test_db: &TestDb) {
    let db = &test_db.db;
    park(db, 1).await;
    // Ann 0.68 and 12 × 0.53 are 7.04. 6 are left for 30 d × log2(7.04 / 6) = 6.9 d, 4 for 24.5 d, 2 for 54.5 d.
    say_all(db, 1, &[(Active, 12)]).await;
    assert_eq!(shown(db, 1).await, (5, Some(100.0)));
    expect_nights(
        db,
        &[
            (1, 5, Some(100.0)),
            (6, 5, Some(100.0)),
            (7, 4, Some(100.0)),
            (24, 4, Some(100.0)),
            (25, 3, Some(100.0)),
            (54, 3, Some(100.0)),
            (55, 2, Some(100.0)),
            (90, 2, Some(100.0)),
            (91, 2, None),
            (400, 2, None),
        ],
    )
    .await;
}

async fn what_speaks_against_a_charger_fades_too(test_db: &TestDb) {
    let db = &test_db.db;
    park(db, 1).await;
    // 4 × 0.53 = 2.12 against 0.68 + 6 × 0.53 = 3.86. 2 are left of the 2.12 for 2.5 d; of the 3.86 for 28.5 d. 3.86 / 5.98 = 64.548…
    say_all(db, 1, &[(NotWorking, 4), (Active, 6)]).await;
    expect_nights(
        db,
        &[
            (0, 1, Some(64.55)),
            (2, 1, Some(64.55)),
            (3, 3, Some(64.55)),
            (28, 3, Some(64.55)),
            (29, 2, Some(64.55)),
            (91, 2, None),
        ],
    )
    .await;
}

async fn a_night_that_was_missed_makes_no_difference(test_db: &TestDb) {
    let db = &test_db.db;
    for charger in [1, 2] {
        park(db, charger).await;
        say_all(db, charger, &[(Active, 7), (Partial, 3), (NotWorking, 1)]).await;
    }
    let second = [id(2)];
    for night in 1..=60 {
        db.rescore_chargers(&[id(1)], day(night)).await.unwrap();
        if night % 25 == 0 {
            db.rescore_chargers(&second, day(night)).await.unwrap();
            assert_eq!(shown(db, 1).await, shown(db, 2).await, "night {night}");
        }
    }
    for charger in [1, 2] {
        say(db, charger, 99, Active, day(61)).await;
    }
    assert_eq!(shown(db, 1).await, shown(db, 2).await, "somebody verifies the one that was never rescored since");
    db.rescore_chargers(&[id(1), id(2)], day(80)).await.unwrap();
    assert_eq!(shown(db, 1).await, shown(db, 2).await);
}

async fn everybodys_trust_is_that_of_now(test_db: &TestDb) {
    let db = &test_db.db;
    park(db, 1).await;
    say(db, 1, 1, Active, NOON.plus_seconds(60)).await;
    assert_eq!(shown(db, 1).await.0, 2);
    for charger in 2..=10 {
        park(db, charger).await;
    }
    // Ann is trusted in full by now: 2 + 0.53, less what a day takes.
    assert_eq!((rescore(db, day(1)).await, shown(db, 1).await.0), (1, 3));
    assert_eq!(score_shown(db, id(1)).await, score_by_rule(db, id(1), day(1)).await);
}

async fn chargers_that_were_never_scored_stay_as_they_are(test_db: &TestDb) {
    let db = &test_db.db;
    // Nobody but its author has verified it: the rule applies from the next verification on.
    park(db, 1).await;
    let standing = db::Standing {
        created_at: NOON,
        verification_level: 5,
        available_ports: None,
        uptime_percentage: Some(99.0),
        verified_by_count: 7,
        last_verified: Some(NOON),
    };
    let with_standing = db::ImportedCharger { standing: Some(standing), ..imported(3, point(5.0, 6.0)) };
    db.import_chargers("set", &[imported(2, point(3.0, 4.0)), with_standing], NOON).await.unwrap();
    let before = [shown(db, 1).await, shown(db, 2).await, shown(db, 3).await];
    assert_eq!(before, [(1, Some(100.0)), (1, None), (5, Some(99.0))]);
    for days in [1, 91, 400] {
        assert_eq!(rescore(db, day(days)).await, 0);
    }
    assert_eq!([shown(db, 1).await, shown(db, 2).await, shown(db, 3).await], before);
    // One verification of a data set's charger is enough.
    say(db, 2, 1, NotWorking, NOON.plus_seconds(60)).await;
    assert_eq!((shown(db, 2).await, rescore(db, day(91)).await, shown(db, 2).await), ((1, Some(0.0)), 1, (2, None)));
}

/// Everything that a rescoring may write.
async fn written(db: &Db) -> Vec<(String, String)> {
    let status =
        "SELECT CAST(charger_id AS text), coalesce(CAST(scored_at AS text), '-') FROM charger_status ORDER BY 1";
    let feed = "SELECT CAST(charger_id AS text), CAST(changed_in AS text) FROM charger_changes ORDER BY 1";
    let rows = "SELECT CAST(id AS text), CAST(updated_at AS text) || ' ' || CAST(verification_level AS text) FROM chargers ORDER BY 1";
    [pairs(db, status).await, pairs(db, feed).await, pairs(db, rows).await].concat()
}

async fn where_nothing_has_changed_nothing_is_written(test_db: &TestDb) {
    let db = &test_db.db;
    for charger in 1..=3 {
        park(db, charger).await;
        say_all(db, charger, &[(Active, 12)]).await;
    }
    let before = written(db).await;
    assert_eq!(rescore(db, day(5)).await, 0);
    let all = [id(1), id(2), id(3), id(77)];
    assert_eq!(db.rescore_chargers(&all, day(5)).await.unwrap(), 0, "nor where they are scored all the same");
    assert_eq!(db.outdated_chargers(&all, day(10)).await.unwrap(), all[..3]);
    assert_eq!(written(db).await, before);
    assert_eq!(db.rescore_chargers(&all, day(10)).await.unwrap(), 3);
    let after = written(db).await;
    let changed = before.iter().zip(&after).filter(|(before, after)| before != after).count();
    assert_eq!((changed, after.len()), (9, 9), "a status, an entry of the feed and a row of each");
}

async fn a_change_is_one_of_the_feed_and_of_the_counters(test_db: &TestDb) {
    let db = &test_db.db;
    for charger in 1..=5 {
        park(db, charger).await;
        say_all(db, charger, &[(Active, 12 - charger)]).await;
    }
    let last = number(db, "SELECT max(changed_in) FROM charger_changes").await;
    // Of 0.68 + 11 … 7 × 0.53, half is left: 3.26 … 2.2.
    assert_eq!(rescore(db, day(30)).await, 5);
    assert_eq!(number(db, &format!("SELECT count(*) FROM charger_changes WHERE changed_in > {last}")).await, 5);
    assert_eq!(number(db, "SELECT CAST(sum(n) AS bigint) FROM charger_facets WHERE verification_level = 3").await, 5);
    check_database(db).await;
}

async fn chargers_are_walked_in_the_order_of_their_ids_and_none_is_passed_over(test_db: &TestDb) {
    let db = &test_db.db;
    for charger in 1..=7 {
        park(db, charger).await;
        say(db, charger, 1, if charger % 2 == 1 { Active } else { Partial }, day(charger as i64)).await;
    }
    let expect = async |after, before, limit, fading: &[u128], last: Option<u128>| {
        let fading = fading.iter().map(|number| id(*number)).collect();
        let found = db.fading_chargers(after, before, limit).await.unwrap();
        assert_eq!(found, Stretch { fading, last: last.map(id) });
    };
    // At 2, 4 and 6 Ann's `active` speaks.
    expect(None, ANY_TIME, 100, &[1, 2, 3, 4, 5, 6, 7], Some(7)).await;
    expect(None, day(4), 100, &[1, 2, 3], Some(7)).await;
    expect(Some(id(2)), day(4), 3, &[3], Some(5)).await;
    expect(Some(id(5)), day(4), 100, &[], Some(7)).await;
    expect(Some(id(7)), ANY_TIME, 100, &[], None).await;
    // At all of them nothing has been said for so long that there is nothing to fade any more.
    assert_eq!(rescore(db, day(100)).await, 7);
    expect(None, ANY_TIME, 100, &[], Some(7)).await;
}

async fn a_stretch_is_read_from_the_primary_key(test_db: &TestDb) {
    let db = &test_db.db;
    let chargers: Vec<_> = (1..=3_000).map(|number| imported(number, point(1.0, 2.0))).collect();
    db.import_chargers("set", &chargers, NOON).await.unwrap();
    execute(db, "ANALYZE").await.unwrap();
    let (after, before) = (
        format!("'{}'", id(70)),
        match db {
            Db::Postgres(_) => "'2026-01-01'".to_owned(),
            Db::Sqlite(_) => "5".to_owned(),
        },
    );
    let plan = plan(db, STRETCH, &[&after, &before, "100"]).await;
    let scan = match db {
        Db::Postgres(_) => "Index Scan using charger_status_pkey on charger_status",
        Db::Sqlite(_) => "SEARCH charger_status USING INDEX sqlite_autoindex_charger_status_1",
    };
    assert!(plan.contains(scan) && !plan.contains("Sort") && !plan.contains("TEMP B-TREE"), "{plan}");
}
