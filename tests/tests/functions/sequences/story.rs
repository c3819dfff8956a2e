//! A database in the course of a sequence, and everything that the functions answer.

use super::write::{ACTIONS, KINDS, PEOPLE, Write, charger_at};
use crate::stage::{PHOTOS, Reply, Store, request};
use cache::Cache;
use db::Db;
use db::photos::PhotoResult;
use domain::photo::rendition_key;
use domain::verification::score::Score;
use domain::{Timestamp, World};
use serde_json::{Map, Value, json};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::Duration;
use tests::TestDb;
use tests::behind::number;
use tests::repository::event;
use tests::rule::score_by_rule;
use tests::seed::{NOON, finish_photo, id};
use uuid::Uuid;

thread_local! {
    static SECONDS: Cell<i64> = const { Cell::new(0) };
    static IDS: Cell<u128> = const { Cell::new(0) };
}

const WORLD: World = World { now, new_id };

fn now() -> Timestamp {
    NOON.plus_seconds(SECONDS.get())
}

/// Ids in the order of time, far enough apart for the parts of an effect.
fn new_id() -> Uuid {
    IDS.set(IDS.get() + 1);
    id(0x019c_0000_0000_7000_8000_0000_0000_0000 + (IDS.get() << 40))
}

/// A database in the course of a sequence.
pub(super) struct Story<'a> {
    test_db: &'a TestDb,
    store: Store,
    cache: Cache,
    chargers: Vec<Uuid>,
    photos: Vec<Uuid>,
    /// What the rule said when a charger was last verified.
    scores: BTreeMap<Uuid, Score>,
    /// Of every write.
    pub(super) answers: Vec<Value>,
}

impl<'a> Story<'a> {
    pub(super) async fn new(test_db: &'a TestDb) -> Self {
        SECONDS.set(0);
        IDS.set(0);
        let store = Store::new().await;
        let memory = domain::connection::Cache::in_memory(1 << 24);
        let cache = Cache::open(&memory, now).unwrap();
        let (scores, answers) = (BTreeMap::new(), Vec::new());
        Self { test_db, store, cache, chargers: Vec::new(), photos: Vec::new(), scores, answers }
    }

    fn charger(&self, number: usize) -> Uuid {
        self.chargers.get(number % self.chargers.len().max(1)).copied().unwrap_or(id(404))
    }

    fn photo(&self, number: usize) -> Uuid {
        self.photos.get(number % self.photos.len().max(1)).copied().unwrap_or(id(404))
    }

    /// Asks a function, as somebody.
    async fn ask(&mut self, who: &str, route: &str, body: Option<Value>, key: Option<u8>) -> Reply {
        let (method, target) = route.split_once(' ').unwrap();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut payload = event("post-chargers");
        payload["rawPath"] = json!(path);
        payload["rawQueryString"] = json!(query);
        payload["requestContext"]["http"]["path"] = json!(path);
        payload["requestContext"]["http"]["method"] = json!(method);
        payload["body"] = body.map_or(Value::Null, |body| json!(body.to_string()));
        if let Some(key) = key {
            payload["headers"]["idempotency-key"] = json!(format!("key-{key}"));
        }
        let claims = &mut payload["requestContext"]["authorizer"]["jwt"]["claims"];
        claims["sub"] = json!(who);
        claims["cognito:groups"] = json!(format!("[{who}]"));
        let (db, storage, photos) = (self.test_db.db.clone(), self.store.storage.clone(), PHOTOS.to_owned());
        let request = request(&payload);
        let is_read = method == "GET" && !path.ends_with("/me");
        let response = match path.split('/').nth(2) {
            Some("uploads" | "photos") => {
                upload::handle(&upload::App::new(db, storage, photos, 25 << 20, WORLD), request).await
            }
            _ if is_read => {
                let app = chargers::App::new(db, photos).with_cache(self.cache.clone());
                chargers::handle(&app, request).await
            }
            _ => contribute::handle(&contribute::App::new(db, storage, photos, WORLD), request).await,
        };
        Reply::of(response.unwrap())
    }

    /// Writes, and notes what is answered.
    pub(super) async fn write(&mut self, write: &Write) {
        let reply = match write {
            Write::Wait { seconds } => {
                SECONDS.set(SECONDS.get() + seconds);
                return;
            }
            Write::Finish { photo, is_ready } => return self.finish(self.photo(*photo), *is_ready).await,
            Write::Add { who, spot, photos, is_wanted, key } => {
                let ids: Vec<Uuid> = photos.iter().map(|photo| self.photo(*photo)).collect();
                let mut body = charger_at(*spot);
                body["photos"] = json!(ids);
                body["allow_duplicate"] = json!(is_wanted);
                let reply = self.ask(PEOPLE[*who], "POST /api/chargers", Some(body), *key).await;
                self.note_charger(&reply.body["charger"]["id"]);
                reply
            }
            Write::AddMany { who, spots } => {
                let body = json!({"chargers": spots.iter().map(|spot| charger_at(*spot)).collect::<Vec<_>>()});
                let reply = self.ask(PEOPLE[*who], "POST /api/chargers/batch", Some(body), None).await;
                for result in reply.body["results"].as_array().into_iter().flatten() {
                    self.note_charger(&result["id"]);
                }
                reply
            }
            Write::Change { who, charger, patch } => {
                let route = format!("PATCH /api/chargers/{}", self.charger(*charger));
                self.ask(PEOPLE[*who], &route, Some(patch.clone()), None).await
            }
            Write::Remove { who, charger } => {
                let route = format!("DELETE /api/chargers/{}", self.charger(*charger));
                self.ask(PEOPLE[*who], &route, None, None).await
            }
            Write::Verify { who, charger, action, ports, photo, key } => {
                let charger_id = self.charger(*charger);
                let mut body = json!({"action": ACTIONS[*action], "ports_available": ports});
                body["photo_id"] = json!(photo.map(|photo| self.photo(photo)));
                let route = format!("POST /api/chargers/{charger_id}/verify");
                let reply = self.ask(PEOPLE[*who], &route, Some(body), *key).await;
                if reply.status == 201 && reply.header("idempotency-replayed").is_none() {
                    let (score, _) = score_by_rule(&self.test_db.db, charger_id, now()).await;
                    assert_eq!(reply.body["new_level"], json!(score.level));
                    self.scores.insert(charger_id, score);
                }
                reply
            }
            Write::Promise { who, kind, charger } => {
                let mut body = json!({"kind": KINDS[*kind], "content_type": "image/jpeg", "size_bytes": 9});
                if *kind != 2 {
                    body["charger_id"] = json!(charger.map(|charger| self.charger(charger)));
                }
                let reply = self.ask(PEOPLE[*who], "POST /api/uploads", Some(body), None).await;
                self.photos.extend(reply.body["photo_id"].as_str().map(|id| Uuid::try_parse(id).unwrap()));
                // What is signed holds the credentials of the store.
                Reply { body: reply.body["photo_id"].clone(), ..reply }
            }
            Write::RemovePhoto { who, photo } => {
                let route = format!("DELETE /api/photos/{}", self.photo(*photo));
                self.ask(PEOPLE[*who], &route, None, None).await
            }
            Write::Picture { who, photo } => {
                let body = json!({"photo_id": photo.map(|photo| self.photo(photo))});
                self.ask(PEOPLE[*who], "PATCH /api/me", Some(body), None).await
            }
            Write::Erase { who } => self.ask(PEOPLE[*who], "DELETE /api/me", None, None).await,
        };
        assert!(reply.status < 500, "{write:?}: {}", reply.body);
        self.answers.push(json!({"write": format!("{write:?}"), "status": reply.status, "body": reply.body}));
    }

    fn note_charger(&mut self, charger_id: &Value) {
        let charger_id = charger_id.as_str().map(|id| Uuid::try_parse(id).unwrap());
        self.chargers.extend(charger_id.filter(|id| !self.chargers.contains(id)));
    }

    /// As the optimiser ends its work, if the photo is there and still waits for it.
    async fn finish(&mut self, photo_id: Uuid, is_ready: bool) {
        let Some(photo) = self.test_db.db.photo(photo_id).await.unwrap() else { return };
        let result = if is_ready {
            let key = rendition_key(&photo.raw_key, "0a1b2c3d", 0, "jpg", true).unwrap();
            let (name, content_type) = ("main".to_owned(), "image/jpeg".to_owned());
            let rendition = domain::photo::Rendition { name, content_type, key, width: 3, height: 2, bytes: 9 };
            PhotoResult::Ready {
                width: 3,
                height: 2,
                thumbhash: String::new(),
                dominant_color: "#000000".to_owned(),
                renditions: vec![rendition],
            }
        } else {
            PhotoResult::Rejected { reason: "No photo.".to_owned() }
        };
        finish_photo(&self.test_db.db, photo_id, &now().to_string(), &result).await;
    }

    /// What is kept shows no less, and nothing else, than what is made anew.
    pub(super) async fn check_cache(&mut self) {
        let mut routes = vec!["GET /api/chargers".to_owned()];
        for charger_id in &self.chargers {
            routes.push(format!("GET /api/chargers/{charger_id}"));
            routes.push(format!("GET /api/chargers/{charger_id}/verifications"));
        }
        for route in routes {
            let kept = self.ask("ann", &route, None, None).await;
            let cache = std::mem::take(&mut self.cache);
            let made = self.ask("ann", &route, None, None).await;
            self.cache = cache;
            assert_eq!((kept.status, &kept.body["items"]), (made.status, &made.body["items"]), "{route}");
            assert_eq!(kept.header("etag"), made.header("etag"), "{route}");
        }
    }

    /// Everything that the API shows.
    pub(super) async fn state(&mut self) -> Map<String, Value> {
        let mut state = Map::new();
        let mut routes = vec!["GET /api/chargers?page_size=500".to_owned()];
        for charger_id in self.chargers.clone() {
            routes.push(format!("GET /api/chargers/{charger_id}"));
            routes.push(format!("GET /api/chargers/{charger_id}/verifications"));
        }
        routes.extend(self.photos.iter().map(|photo_id| format!("GET /api/photos/{photo_id}")));
        for route in routes {
            let reply = self.ask("ann", &route, None, None).await;
            state.insert(route, json!([reply.status, reply.body]));
        }
        for who in PEOPLE {
            let reply = self.ask(who, "GET /api/me", None, None).await;
            state.insert(who.to_owned(), reply.body);
        }
        state.insert("changes".to_owned(), self.changes().await);
        state
    }

    /// Waits until no transaction, of this test or of another one on the same server, holds the feed back.
    async fn settle(&self) {
        const HELD_BACK: &str = "SELECT count(*) FROM charger_changes WHERE changed_in >= pg_snapshot_xmin(pg_current_snapshot())::text::bigint";
        while matches!(self.test_db.db, Db::Postgres(_)) && number(&self.test_db.db, HELD_BACK).await > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The feed to its end, by charger: PostgreSQL orders what one transaction has changed by id, SQLite by when it did.
    async fn changes(&mut self) -> Value {
        self.settle().await;
        let (mut items, mut since) = (BTreeMap::new(), String::new());
        loop {
            let page = self.ask("ann", &format!("GET /api/changes?limit=3{since}"), None, None).await.body;
            for item in page["items"].as_array().unwrap() {
                let mut item = item.clone();
                // The time of the database, not ours.
                item.as_object_mut().unwrap().remove("changed_at");
                items.insert(item["id"].as_str().unwrap().to_owned(), item);
            }
            if page["has_more"] == false {
                return json!(items);
            }
            since = format!("&since={}", page["next_since"].as_str().unwrap());
        }
    }

    /// Levels and uptimes are those of the rule when each charger was last verified.
    pub(super) async fn check_scores(&self) {
        for (charger_id, score) in &self.scores {
            if let Some(charger) = self.test_db.db.charger(*charger_id).await.unwrap() {
                let kept = (charger.verification_level, charger.uptime_percentage);
                assert_eq!(kept, (score.level, score.uptime_percentage), "{charger_id}");
            }
        }
    }
}
