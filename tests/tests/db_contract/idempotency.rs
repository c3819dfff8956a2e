//! Claims of writes: one at a time, one effect, one answer, for a day.

use db::Db;
use domain::idempotency::{Asked, CLAIMED_S, Claim, Effect, KEPT_S, KeptAnswer, Outcome, Write};
use domain::{Kind, Timestamp, World};
use std::cell::Cell;
use tests::seed::{NOON, id};
use tests::{TestDb, on_both_engines};

on_both_engines!(
    a_write_is_done_once_and_answered_again,
    a_key_is_for_one_request_and_one_person,
    what_was_refused_is_free_again,
    what_nobody_knows_the_end_of_is_taken_over_under_the_same_id,
    a_try_that_was_killed_is_taken_over_when_its_time_is_over,
    whoever_comes_meanwhile_gets_the_answer_of_the_first,
    of_many_at_once_one_does_it,
    whoever_waits_too_long_is_told_to_ask_again,
    an_answer_is_forgotten_after_a_day,
);

thread_local! {
    static SECONDS: Cell<i64> = const { Cell::new(0) };
    static IDS: Cell<u128> = const { Cell::new(0) };
}

const WORLD: World = World { now, new_id };

fn now() -> Timestamp {
    NOON.plus_seconds(SECONDS.get())
}

fn new_id() -> uuid::Uuid {
    IDS.set(IDS.get() + 1);
    id(IDS.get())
}

fn write(sub: &str, key: &str, body: &str) -> Write {
    Write::new(sub, key, Asked { method: "POST", path: "api/chargers", query: "", body: body.as_bytes() }).unwrap()
}

fn answer() -> KeptAnswer {
    let headers = vec![("location".to_owned(), "/api/chargers/7".to_owned())];
    KeptAnswer { status: 201, headers, body: r#"{"name": "Joe's \u0000 & Co"}"#.to_owned() }
}

async fn ours(db: &Db, write: &Write) -> Effect {
    match db.claim(write, WORLD).await.unwrap() {
        Claim::Ours(effect) => effect,
        Claim::Done(answer) => panic!("{answer:?}"),
    }
}

async fn a_write_is_done_once_and_answered_again(TestDb { db, .. }: &TestDb) {
    let write = write("ann", "k", "{}");
    let effect = ours(db, &write).await;
    assert!(!effect.may_exist);
    db.settle(&write, effect, &Outcome::Done(answer())).await.unwrap();
    for _ in 0..2 {
        assert_eq!(db.claim(&write, WORLD).await.unwrap(), Claim::Done(answer()));
    }
}

async fn a_key_is_for_one_request_and_one_person(TestDb { db, .. }: &TestDb) {
    let first = write("ann", "k", "{}");
    let effect = ours(db, &first).await;
    // Whether the first is done or not.
    for _ in 0..2 {
        let refused = db.claim(&write("ann", "k", "[]"), WORLD).await.unwrap_err();
        assert_eq!(refused.kind(), Kind::Unprocessable);
        db.settle(&first, effect, &Outcome::Done(answer())).await.unwrap();
    }
    for other in [write("bob", "k", "{}"), write("ann", "l", "[]")] {
        assert!(!ours(db, &other).await.may_exist);
    }
}

async fn what_was_refused_is_free_again(TestDb { db, .. }: &TestDb) {
    let first = write("ann", "k", "{}");
    let effect = ours(db, &first).await;
    db.settle(&first, effect, &Outcome::Refused).await.unwrap();
    let corrected = write("ann", "k", "[]");
    let again = ours(db, &corrected).await;
    assert!(!again.may_exist && again.id != effect.id);
}

async fn what_nobody_knows_the_end_of_is_taken_over_under_the_same_id(TestDb { db, .. }: &TestDb) {
    let write = write("ann", "k", "{}");
    let effect = ours(db, &write).await;
    db.settle(&write, effect, &Outcome::Unknown).await.unwrap();
    assert_eq!(ours(db, &write).await, Effect { may_exist: true, ..effect });
}

async fn a_try_that_was_killed_is_taken_over_when_its_time_is_over(TestDb { db, .. }: &TestDb) {
    let write = write("ann", "k", "{}");
    let effect = ours(db, &write).await;
    SECONDS.set(CLAIMED_S);
    assert_eq!(ours(db, &write).await, Effect { may_exist: true, ..effect });
    // What the killed one would still say about its end is true: it had the same effect.
    db.settle(&write, effect, &Outcome::Done(answer())).await.unwrap();
    assert_eq!(db.claim(&write, WORLD).await.unwrap(), Claim::Done(answer()));
}

async fn whoever_comes_meanwhile_gets_the_answer_of_the_first(TestDb { db, .. }: &TestDb) {
    let write = write("ann", "k", "{}");
    let effect = ours(db, &write).await;
    let settle = async {
        tokio::task::yield_now().await;
        db.settle(&write, effect, &Outcome::Done(answer())).await.unwrap();
    };
    let (second, ()) = tokio::join!(db.claim(&write, WORLD), settle);
    assert_eq!(second.unwrap(), Claim::Done(answer()));
}

async fn of_many_at_once_one_does_it(test_db: &TestDb) {
    let write = write("ann", "k", "{}");
    let mut many = tokio::task::JoinSet::new();
    for number in 0..20 {
        let (db, write) = (test_db.db.clone(), write.clone());
        many.spawn(async move {
            match db.claim(&write, WORLD).await.unwrap() {
                Claim::Ours(effect) => {
                    assert!(!effect.may_exist, "{number}");
                    db.settle(&write, effect, &Outcome::Done(answer())).await.unwrap();
                    1
                }
                Claim::Done(kept) => {
                    assert_eq!(kept, answer());
                    0
                }
            }
        });
    }
    assert_eq!(many.join_all().await.into_iter().sum::<u32>(), 1);
}

async fn whoever_waits_too_long_is_told_to_ask_again(TestDb { db, .. }: &TestDb) {
    let write = write("ann", "k", "{}");
    ours(db, &write).await;
    let refused = db.claim(&write, WORLD).await.unwrap_err();
    assert_eq!((refused.kind(), refused.retry_after_s()), (Kind::Conflict, Some(2)));
}

async fn an_answer_is_forgotten_after_a_day(TestDb { db, .. }: &TestDb) {
    let write = write("ann", "k", "{}");
    let effect = ours(db, &write).await;
    db.settle(&write, effect, &Outcome::Done(answer())).await.unwrap();
    SECONDS.set(KEPT_S - 1);
    assert_eq!(db.claim(&write, WORLD).await.unwrap(), Claim::Done(answer()));
    assert_eq!(db.forget_answers(now(), 9).await.unwrap(), 0);
    SECONDS.set(KEPT_S);
    assert_eq!(db.count_forgotten_answers(now()).await.unwrap(), 1);
    // Forgotten, though nobody has swept.
    let again = ours(db, &write).await;
    assert!(!again.may_exist && again.id != effect.id);
    SECONDS.set(2 * KEPT_S);
    assert_eq!(db.forget_answers(now(), 9).await.unwrap(), 1);
    assert_eq!(db.forget_answers(now(), 9).await.unwrap(), 0);
}
