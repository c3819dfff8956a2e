//! How many statements a request costs: never one for each row. A test of its own process, since the log is counted and that is one
//! for all.

#![allow(clippy::unwrap_used, reason = "tests")]

use cache::Cache;
use db::Db;
use db::verifications::NewVerification;
use domain::charger::Connector;
use domain::connection::{Database, PhotoStore};
use domain::verification::Action;
use domain::verification::report::Report;
use domain::vocabulary::Port;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use storage::Storage;
use tests::behind::execute;
use tests::repository::event;
use tests::seed::{NOON, connector, id, imported, point};
use tests::{TestDb, open};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

#[derive(Clone, Default)]
struct Statements(Arc<Mutex<Vec<String>>>);

impl<S: Subscriber> Layer<S> for Statements {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        event.record(&mut Name(&self.0));
    }
}

struct Name<'a>(&'a Mutex<Vec<String>>);

impl Visit for Name<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "statement" {
            self.0.lock().unwrap().push(value.to_owned());
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

/// A database with chargers of several connectors each, which finds every statement slow and names it in the log.
async fn populated(test_db: &TestDb) -> Db {
    let connectors: Vec<Connector> = Port::ALL.iter().take(3).map(|port| connector(*port, Some(50.0), 2)).collect();
    let mut chargers: Vec<_> = (1..=200).map(|number| imported(number, point(42.65, -73.75))).collect();
    chargers.iter_mut().for_each(|charger| charger.connectors = connectors.clone());
    test_db.db.import_chargers("set", &chargers, NOON).await.unwrap();
    open(&Database { slow_query: Duration::ZERO, ..Database::at(&test_db.url, 1) }).await.unwrap()
}

async fn statements_of(statements: &Statements, db: &Db, payload: &Value) -> Vec<String> {
    kept_statements_of(statements, db, &Cache::default(), payload, 1).await
}

/// Of several who ask the same at once, with a cache.
async fn kept_statements_of(
    statements: &Statements,
    db: &Db,
    cache: &Cache,
    payload: &Value,
    times: usize,
) -> Vec<String> {
    statements.0.lock().unwrap().clear();
    let asked = (0..times).map(|_| ask(db, cache, payload));
    for status in futures_util::future::join_all(asked).await {
        assert_eq!(status, 200);
    }
    let said = statements.0.lock().unwrap().clone();
    assert!(!said.iter().any(|name| name == "unnamed"), "{said:?}");
    said
}

async fn ask(db: &Db, cache: &Cache, payload: &Value) -> u16 {
    let request = lambda_http::request::from_str(&payload.to_string()).unwrap();
    let response = match payload["routeKey"].as_str() {
        Some("POST /api/routing/calculate") => {
            let app = route_search::App::new(db.clone(), String::new()).with_cache(cache.clone());
            route_search::handle(&app, request).await
        }
        Some("POST /api/chargers/batch") => {
            let dir = tempfile::TempDir::new().unwrap();
            let store = PhotoStore::Folder { dir: dir.path().to_owned(), endpoint: String::new() };
            let storage = Storage::open(&store, || NOON).await.unwrap();
            let app = contribute::App::new(db.clone(), storage, String::new(), config::world());
            contribute::handle(&app, request).await
        }
        _ => {
            let app = chargers::App::new(db.clone(), String::new()).with_cache(cache.clone());
            chargers::handle(&app, request).await
        }
    };
    response.unwrap().status().as_u16()
}

/// What is kept costs the stamp alone; of many who ask at once for what is not kept, one finds out.
async fn check_cache(statements: &Statements, db: &Db) {
    let memory = domain::connection::Cache::in_memory(1 << 24);
    let cache = Cache::open(&memory, || NOON).unwrap();
    let mut detail = event("get-charger");
    detail["rawPath"] = json!(format!("/api/chargers/{}", id(1)));
    detail["requestContext"]["http"]["path"] = detail["rawPath"].clone();
    let route = event("post-routing-calculate.great-circle");
    for (question, stamp, anew) in
        [(listing(""), "stamps.head", 5), (route, "stamps.head", 4), (detail, "stamps.of_charger", 4)]
    {
        const CROWD: usize = 20;
        let said = kept_statements_of(statements, db, &cache, &question, CROWD).await;
        assert_eq!(said.len(), CROWD + anew, "{said:#?}");
        assert_eq!(said.iter().filter(|name| *name == stamp).count(), CROWD);
        for _ in 0..2 {
            assert_eq!(kept_statements_of(statements, db, &cache, &question, 1).await, [stamp]);
        }
    }
    // The total was found out for another page.
    let said = kept_statements_of(statements, db, &cache, &listing("page=2"), 1).await;
    assert!(said.len() == 5 && !said.contains(&"facets.total".to_owned()), "{said:#?}");
}

async fn verify(statements: &Statements, db: &Db, person: u128) -> Vec<String> {
    statements.0.lock().unwrap().clear();
    let (user_id, report) = (&format!("person {person}"), &Report::new(Action::Active));
    let new = NewVerification { id: id(900 + person), charger_id: id(1), user_id, report, now: NOON };
    db.verify_charger(&new).await.unwrap().unwrap();
    statements.0.lock().unwrap().clone()
}

fn listing(query: &str) -> Value {
    let mut payload = event("get-chargers.nearby");
    payload["rawQueryString"] = json!(query);
    payload
}

/// So many chargers that stand nowhere near each other, wherever the batches before have put theirs.
fn batch(count: u32) -> Value {
    let charger = |number: u32| {
        let latitude = f64::from(count) / 20.0;
        json!({"name": "Park", "address": "1 Main St", "latitude": latitude, "longitude": f64::from(number) / 100.0,
               "port_types": ["CCS", "Type 2"], "total_ports": 2})
    };
    let mut payload = event("post-chargers-batch");
    payload["body"] = json!(json!({"chargers": (0..count).map(charger).collect::<Vec<_>>()}).to_string());
    payload
}

#[tokio::test]
async fn a_request_costs_a_fixed_number_of_statements_whatever_the_size_of_its_page() {
    let statements = Statements::default();
    tracing_subscriber::registry().with(statements.clone()).init();
    for test_db in [Some(TestDb::sqlite().await), TestDb::postgres().await].into_iter().flatten() {
        let db = populated(&test_db).await;
        let near = "user_lat=42.65&user_lng=-73.75&max_distance=5&sort=distance";
        // Total, page, chargers, connectors, photos; in an area the total comes with the candidates.
        for (search, expected) in [("", 5), (near, 4), ("bbox=-74,42,-73,43", 4), ("min_power_kw=50", 5)] {
            for size in [1, 10, 200] {
                let said = statements_of(&statements, &db, &listing(&format!("{search}&page_size={size}"))).await;
                assert_eq!(said.len(), expected, "{search} {size}: {said:#?}");
            }
        }
        let route = event("post-routing-calculate.great-circle");
        let said = statements_of(&statements, &db, &route).await;
        assert_eq!(said.len(), 4, "candidates, chargers, connectors, photos: {said:#?}");
        let nothing = statements_of(&statements, &db, &listing("bbox=0,0,1,1")).await;
        assert_eq!(nothing.len(), 1, "an empty page needs no more: {nothing:#?}");
        let mut detail = event("get-charger");
        detail["rawPath"] = json!(format!("/api/chargers/{}", id(1)));
        detail["requestContext"]["http"]["path"] = detail["rawPath"].clone();
        let said = statements_of(&statements, &db, &detail).await;
        assert_eq!(said.len(), 4, "charger, connectors, photos, verifications: {said:#?}");
        for (person, expected) in [
            // The level changes with the first verification only.
            (1, 12),
            (2, 11),
            (40, 11),
        ] {
            let said = verify(&statements, &db, person).await;
            assert_eq!(
                said.len(),
                expected,
                "begin, lock, two of the author, two limits, erasure, row, evidence, status, commit: {said:#?}"
            );
        }
        let (locks, scored) = match db {
            Db::Postgres(_) => (1, "now()"),
            Db::Sqlite(_) => (0, "1"),
        };
        let scored = format!("UPDATE charger_status SET uptime_percentage = 50, scored_at = {scored}");
        execute(&test_db.db, &scored).await.unwrap();
        let all: Vec<_> = (1..=200).map(id).collect();
        for ids in [&all[..1], &all[1..]] {
            let now = NOON.plus_seconds(91 * 86_400);
            statements.0.lock().unwrap().clear();
            assert_eq!(db.outdated_chargers(ids, now).await.unwrap(), ids);
            assert_eq!(db.rescore_chargers(ids, now).await.unwrap(), ids.len() as u64);
            let said = statements.0.lock().unwrap().clone();
            assert_eq!(
                said.len(),
                8 + locks,
                "scores and evidence, twice; begin, lock, levels, uptimes, commit: {said:#?}"
            );
        }
        for size in [1, 3] {
            let mut history = event("get-verifications");
            history["rawPath"] = json!(format!("/api/chargers/{}/verifications", id(1)));
            history["requestContext"]["http"]["path"] = history["rawPath"].clone();
            history["rawQueryString"] = json!(format!("page_size={size}"));
            let said = statements_of(&statements, &db, &history).await;
            assert_eq!(said, ["verifications.count", "verifications.page"]);
        }
        for limit in [1, 10, 150] {
            let mut changes = event("get-changes");
            changes["rawQueryString"] = json!(format!("limit={limit}"));
            let said = statements_of(&statements, &db, &changes).await;
            assert_eq!(said.len(), 4, "changes, chargers, connectors, photos: {said:#?}");
        }
        check_cache(&statements, &db).await;
        // SQLite, which lives in this process, takes a batch row by row.
        if matches!(db, Db::Postgres(_)) {
            let of_ten = statements_of(&statements, &db, &batch(10)).await;
            let of_many = statements_of(&statements, &db, &batch(1000)).await;
            assert_eq!(of_ten, of_many);
            assert!(
                of_many.len() < 12,
                "neighbours, author, trust, token, begin, commit, and COPY, which is no statement: {of_many:#?}"
            );
        }
    }
}
