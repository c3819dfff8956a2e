//! Attacks on the running server: nothing gets through, nothing is half written, and it still serves.

use crate::http::Request;
use crate::server::Server;
use domain::connection::{Database, PhotoStore};
use serde_json::{Value, json};
use std::path::Path;
use storage::Storage;
use tempfile::TempDir;
use tests::consistency::{check_database, check_store};

mod crowds;
mod floods;
mod others;
mod tokens;

/// An id that nothing has.
const NOTHING: &str = "018f6d2e-7c1a-7b60-9f5e-3a1d2c4b5e6f";

/// A server that is looked over when the attack is done: everything that is counted is counted anew.
struct Target {
    server: Server,
    data: TempDir,
}

impl Target {
    fn start() -> Self {
        let data = tempfile::tempdir().unwrap();
        Self { server: Server::start(data.path()), data }
    }

    /// Method and path of every route that wants a token, with an id in its place.
    fn routes_with_token(&self) -> Vec<(String, String)> {
        let routes = self.server.get("/")["routes"].as_array().unwrap().clone();
        let wanting = routes.iter().filter(|route| route["needs_token"] == true);
        let text = |route: &Value, name: &str| route[name].as_str().unwrap().to_owned();
        let found: Vec<_> =
            wanting.map(|route| (text(route, "method"), text(route, "path").replace("{id}", NOTHING))).collect();
        assert!(found.len() >= 6, "{found:?}");
        found
    }

    /// The chargers are as many as they should be, the server serves, and database and store are whole.
    fn check(self, chargers: u64) {
        assert_eq!(self.server.get("/api/chargers?page_size=1")["total"].as_u64(), Some(chargers));
        assert!(!self.server.log().contains("\"level\":\"ERROR\""), "{}", self.server.log());
        // Every event is dealt with, else an object may just be on its way.
        crate::server::poll("the events are done", || {
            let pending = self.data.path().join("photos/events/pending");
            (std::fs::read_dir(pending).map_or(0, Iterator::count) == 0).then_some(())
        });
        self.server.kill();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(look_over(self.data.path()));
    }
}

async fn look_over(data_dir: &Path) {
    let url = format!("sqlite:{}", data_dir.join("sharaspot.db").display());
    let db = tests::open(&Database::at(&url, 1)).await.unwrap();
    let place = PhotoStore::Folder { dir: data_dir.join("photos"), endpoint: "http://localhost".to_owned() };
    let storage = Storage::open(&place, config::world().now).await.unwrap();
    check_database(&db).await;
    check_store(&db, &storage).await;
}

/// A charger that is far from those of other numbers.
fn charger(number: usize) -> Value {
    json!({"name": "Depot", "address": "1 Main St", "latitude": number as f64 / 10.0, "longitude": 7.0,
        "port_types": ["CCS"], "total_ports": 2})
}

/// Adds a charger of Alice's; answers its id.
fn add_charger(server: &Server, number: usize) -> String {
    let created = server.post("/api/chargers", &charger(number)).expect(201);
    created["charger"]["id"].as_str().unwrap().to_owned()
}

fn status(server: &Server, method: &str, target: &str, token: &str, body: &Value) -> u16 {
    server.send(&Request::new(method, target).bearer(token).json(body)).status
}
