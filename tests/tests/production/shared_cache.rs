//! The tier of the cache that all instances share: what it saves, and that nobody notices when it is gone, hangs, lies or refuses.

use crate::log::Lines;
use cache::Cache;
use domain::connection;
use domain::health::Part;
use domain::{Timestamp, World};
use lambda_http::Body;
use serde_json::{Value, json};
use std::cell::Cell;
use std::time::{Duration, Instant};
use tests::redis::Redis;
use tests::repository::event;
use tests::seed::{NOON, id, imported, point};
use tests::{TestDb, eventually};

const CHARGERS: u64 = 20;
/// What nobody would call long, and a machine with other things to do keeps.
const LIMIT: Duration = Duration::from_secs(3);
/// What it has by default.
const SHORT: Duration = Duration::from_millis(50);

thread_local!(static LATER_S: Cell<i64> = const { Cell::new(0) });

fn now() -> Timestamp {
    let World { now, .. } = config::world();
    now().plus_seconds(LATER_S.get())
}

fn wait(seconds: i64) {
    LATER_S.set(LATER_S.get() + seconds);
}

/// A function with a memory of its own, and with patience: a machine that has other things to do takes longer than 50 ms.
fn instance(test_db: &TestDb, url: String) -> (chargers::App, Cache) {
    instance_with(test_db, url, LIMIT)
}

fn instance_with(test_db: &TestDb, url: String, timeout: Duration) -> (chargers::App, Cache) {
    let settings = connection::Cache { url: Some(url), timeout, ..connection::Cache::in_memory(1 << 24) };
    let cache = Cache::open(&settings, now).unwrap();
    (chargers::App::new(test_db.db.clone(), String::new()).with_cache(cache.clone()), cache)
}

async fn stage() -> Option<(TestDb, Redis)> {
    let (test_db, redis) = (TestDb::sqlite().await, Redis::start(None).await?);
    let chargers: Vec<_> = (1..=CHARGERS.into()).map(|number| imported(number, point(42.65, -73.75))).collect();
    test_db.db.import_chargers("set", &chargers, NOON).await.unwrap();
    Some((test_db, redis))
}

#[derive(Debug, PartialEq)]
struct Seen {
    cache: String,
    body: Value,
}

async fn send(app: &chargers::App, payload: &Value) -> Seen {
    let request = lambda_http::request::from_str(&payload.to_string()).unwrap();
    let started = Instant::now();
    let response = chargers::handle(app, request).await.unwrap();
    assert!(started.elapsed() < LIMIT, "{:?}", started.elapsed());
    let Body::Text(body) = response.body() else { panic!("text") };
    assert_eq!(response.status(), 200, "{body}");
    let cache = response.headers()["x-cache"].to_str().unwrap().to_owned();
    Seen { cache, body: serde_json::from_str(body).unwrap() }
}

/// A page of the listing; each size is another question.
async fn list(app: &chargers::App, size: u32) -> Seen {
    let mut payload = event("get-chargers.nearby");
    payload["rawQueryString"] = json!(format!("user_lat=42.6&user_lng=-73.7&max_distance=100&page_size={size}"));
    let seen = send(app, &payload).await;
    assert_eq!(seen.body["total"], CHARGERS);
    assert_eq!(seen.body["items"].as_array().unwrap().len(), CHARGERS.min(size.into()) as usize);
    seen
}

async fn detail(app: &chargers::App) -> Seen {
    let mut payload = event("get-charger");
    payload["rawPath"] = json!(format!("/api/chargers/{}", id(1)));
    payload["requestContext"]["http"]["path"] = payload["rawPath"].clone();
    send(app, &payload).await
}

#[tokio::test]
async fn what_one_instance_has_made_another_finds_and_then_has_itself() {
    let Some((test_db, redis)) = stage().await else { return };
    let [(one, cache), (other, _)] = [instance(&test_db, redis.url()), instance(&test_db, redis.url())];
    assert_eq!(redis.gets_and_sets().await, [0, 0], "nothing is connected before it is used");
    let made = list(&one, 10).await;
    let found = list(&other, 10).await;
    assert_eq!((made.cache.as_str(), found.cache.as_str()), ("miss", "shared-hit"));
    assert_eq!(made.body, found.body);
    assert_eq!(redis.gets_and_sets().await, [2, 1]);
    assert_eq!([list(&one, 10).await.cache, list(&other, 10).await.cache], ["hit", "hit"]);
    assert_eq!(redis.gets_and_sets().await, [2, 1], "memory asks nobody");
    assert_eq!(cache.state().await, Part::Up);
    // A write that knows nothing of any cache.
    let rename = |charger: &mut domain::charger::Charger| {
        charger.name = "Renamed".to_owned();
        Ok(())
    };
    test_db.db.edit_charger(id(1), NOON, rename).await.unwrap();
    assert_eq!(list(&other, 10).await.cache, "miss");
    let (kept, anew) = (detail(&one).await, detail(&other).await);
    assert_eq!(
        (kept.cache.as_str(), anew.cache.as_str(), &anew.body["name"]),
        ("miss", "shared-hit", &json!("Renamed"))
    );
}

#[tokio::test]
async fn each_answer_has_the_time_of_its_kind_and_a_key_that_tells_nothing() {
    let Some((test_db, redis)) = stage().await else { return };
    let (app, _) = instance(&test_db, redis.url());
    list(&app, 10).await;
    detail(&app).await;
    let mut newest = event("get-chargers.nearby");
    newest["rawQueryString"] = json!("port_type=CCS");
    send(&app, &newest).await;
    let mut times = Vec::new();
    for key in redis.keys().await {
        let hash = key.strip_prefix("sharaspot:").unwrap();
        assert!(hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()), "{key}");
        times.push(redis.ask::<i64>("TTL", &[&key]).await);
    }
    times.sort_unstable();
    // Two pages, a detail and a total; the minute is for a machine that has other things to do.
    let expected = [300, 300, 600, 3600];
    assert!(
        times.len() == 4 && times.iter().zip(expected).all(|(s, most)| (most - 60..=most).contains(s)),
        "{times:?}"
    );
}

#[tokio::test]
async fn a_value_that_is_not_what_was_kept_is_a_miss() {
    let Some((test_db, redis)) = stage().await else { return };
    let made = list(&instance(&test_db, redis.url()).0, 10).await;
    let key = redis.keys().await.pop().unwrap();
    let kept: Vec<u8> = redis.ask("GET", &[&key]).await;
    assert!(kept.starts_with(b"spot1:"));
    for harm in ["", "nonsense", "spot1:", "spot0:another release", "{\"items\":[]}"] {
        redis.ask::<()>("SET", &[&key, harm]).await;
        assert_eq!(list(&instance(&test_db, redis.url()).0, 10).await, made);
        assert_eq!(list(&instance(&test_db, redis.url()).0, 10).await.cache, "shared-hit", "it is put right");
    }
    redis.ask::<()>("SETRANGE", &[&key, "100", "x"]).await;
    assert_eq!(list(&instance(&test_db, redis.url()).0, 10).await, made);
    redis.ask::<()>("DEL", &[&key]).await;
    redis.ask::<()>("LPUSH", &[&key, "a list"]).await;
    assert_eq!(list(&instance(&test_db, redis.url()).0, 10).await, made);
}

/// Twenty clients who all ask something new; in their midst something `happens`.
async fn under_load(app: &chargers::App, sizes: u32, happens: impl AsyncFnOnce()) {
    const CLIENTS: u32 = 20;
    let done = Cell::new(0);
    let client = async |number: u32| {
        for size in (number..500).step_by(CLIENTS as usize).take(15) {
            list(app, 1 + (size + sizes) % 500).await;
            done.set(done.get() + 1);
        }
    };
    let event = async {
        while done.get() < 100 {
            tokio::task::yield_now().await;
        }
        happens().await;
    };
    tokio::join!(futures_util::future::join_all((0..CLIENTS).map(client)), event);
    assert_eq!(done.get(), 300);
}

#[tokio::test]
async fn nobody_notices_that_it_is_killed_in_mid_load_and_it_is_used_again_when_it_is_back() {
    let Some((test_db, mut redis)) = stage().await else { return };
    let (lines, _guard) = Lines::begin();
    let (app, cache) = instance(&test_db, redis.url());
    under_load(&app, 0, async || {
        assert!(redis.gets_and_sets().await.iter().all(|count| *count >= 50), "it is in use");
        redis.kill().await;
    })
    .await;
    assert_eq!(lines.about("the shared cache"), ["WARN the shared cache does not answer and is passed over"]);
    assert_eq!(cache.state().await, Part::Down);
    // It is tried out now and then, and still not there: no news.
    for sizes in [300, 310] {
        wait(6);
        list(&app, sizes).await;
    }
    assert_eq!(lines.about("the shared cache").len(), 1);
    redis.start_again().await;
    list(&app, 320).await;
    assert_eq!(redis.gets_and_sets().await, [0, 0], "it is left alone for a while");
    wait(6);
    assert_eq!(
        [list(&app, 330).await.cache, list(&instance(&test_db, redis.url()).0, 330).await.cache],
        ["miss", "shared-hit"]
    );
    assert_eq!(lines.about("the shared cache")[1..], ["INFO the shared cache answers again"]);
    assert_eq!(cache.state().await, Part::Up);
}

#[tokio::test]
async fn nobody_notices_that_it_hangs_in_mid_load() {
    let Some((test_db, redis)) = stage().await else { return };
    let (lines, _guard) = Lines::begin();
    let (app, cache) = instance_with(&test_db, redis.url(), SHORT);
    let hang = Cell::new(None);
    under_load(&app, 0, async || hang.set(Some(redis.hang().await))).await;
    assert_eq!(lines.about("the shared cache"), ["WARN the shared cache does not answer and is passed over"]);
    assert_eq!(cache.state().await, Part::Down);
    // An instance that starts meanwhile gets a connection, and no answer.
    let (new, _) = instance_with(&test_db, redis.url(), SHORT);
    under_load(&new, 200, async || ()).await;
    assert_eq!(lines.about("the shared cache").len(), 2);
    drop(hang.take());
    eventually("it answers again", async || cache.state().await == Part::Up).await;
    assert_eq!(lines.about("answers again").len(), 1);
}

#[tokio::test]
async fn a_connection_that_was_closed_between_two_requests_is_made_again_without_a_word() {
    let Some((test_db, mut redis)) = stage().await else { return };
    let (lines, _guard) = Lines::begin();
    let (app, _) = instance(&test_db, redis.url());
    list(&app, 10).await;
    redis.kill().await;
    redis.start_again().await;
    list(&app, 11).await;
    assert_eq!(redis.gets_and_sets().await, [1, 1]);
    redis.ask::<()>("CLIENT", &["KILL", "TYPE", "normal", "SKIPME", "yes"]).await;
    list(&app, 12).await;
    assert_eq!(redis.gets_and_sets().await, [2, 2]);
    // Frozen for long: what was kept of the connection is not even tried.
    wait(3600);
    list(&app, 13).await;
    assert_eq!(lines.about("the shared cache"), [""; 0]);
}

#[tokio::test]
async fn one_that_refuses_is_passed_over_and_no_line_of_the_log_tells_the_password() {
    let Some((test_db, redis)) = stage().await else { return };
    let (lines, _guard) = Lines::begin();
    let (app, cache) = instance(&test_db, redis.url_with("s3cret"));
    for size in 1..5 {
        assert_eq!(list(&app, size).await.cache, "miss");
        wait(6);
    }
    assert_eq!((cache.state().await, list(&app, 1).await.cache.as_str()), (Part::Down, "hit"));
    assert_eq!(lines.about("the shared cache").len(), 1);
    // No room left for more.
    redis.ask::<()>("CONFIG", &["SET", "maxmemory", "1"]).await;
    let (full, _) = instance(&test_db, redis.url());
    for size in 10..15 {
        assert_eq!(list(&full, size).await.cache, "miss");
    }
    assert_eq!(lines.about("the shared cache").len(), 2);
    assert_eq!(lines.about("s3cret").len() + lines.about("localhost").len(), 0);
}

#[tokio::test]
async fn nothing_listens_where_it_should_be() {
    let Some((test_db, mut redis)) = stage().await else { return };
    let (app, cache) = instance(&test_db, redis.url());
    redis.kill().await;
    for size in 1..10 {
        assert_eq!(list(&app, size).await.cache, "miss");
    }
    assert_eq!((list(&app, 1).await.cache.as_str(), cache.state().await), ("hit", Part::Down));
}

#[tokio::test]
async fn postgres_gives_stamps_to_two_instances_alike() {
    let (Some(test_db), Some(redis)) = (TestDb::postgres().await, Redis::start(None).await) else { return };
    let chargers: Vec<_> = (1..=CHARGERS.into()).map(|number| imported(number, point(42.65, -73.75))).collect();
    test_db.db.import_chargers("set", &chargers, NOON).await.unwrap();
    let [(one, _), (other, _)] = [instance(&test_db, redis.url()), instance(&test_db, redis.url())];
    eventually("an answer that is kept", async || list(&one, 10).await.cache == "hit").await;
    assert_eq!(list(&other, 10).await.cache, "shared-hit");
}
