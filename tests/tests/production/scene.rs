//! A server with a schema and some chargers, and what it is asked.

use cache::Cache;
use db::Db;
use domain::connection::{Database, Login};
use domain::{ConsistencyToken, World};
use lambda_http::Response;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tests::postgres::{Options, PASSWORD, Server, USER};
use tests::repository::event;
use tests::seed::{NOON, imported, point};

/// How many chargers every scene begins with.
pub(crate) const CHARGERS: u64 = 20;

/// A server with a database.
pub(crate) struct Scene {
    pub(crate) server: Server,
    pub(crate) database: String,
}

impl Scene {
    /// `None` where PostgreSQL is not installed.
    pub(crate) async fn set(options: Options) -> Option<Self> {
        let server = Server::start(options).await?;
        let scene = Self { database: server.create_database().await, server };
        let db = tests::open(&scene.plain(USER, PASSWORD)).await.unwrap();
        db.migrate_up().await.unwrap();
        let chargers: Vec<_> = (1..=CHARGERS.into()).map(|number| imported(number, point(42.65, -73.75))).collect();
        db.import_chargers("set", &chargers, NOON).await.unwrap();
        db.close().await;
        Some(scene)
    }

    pub(crate) fn url(&self, user: &str, password: &str) -> String {
        self.server.url(user, password, &self.database)
    }

    /// Without TLS, as a Lambda instance has its pool.
    pub(crate) fn plain(&self, user: &str, password: &str) -> Database {
        let mut database = Database::at(self.url(user, password), 1);
        database.tls.mode = domain::connection::SslMode::Disable;
        database
    }

    /// As the superuser.
    pub(crate) fn settings(&self) -> Database {
        self.plain(USER, PASSWORD)
    }
}

/// Opens a database for its functions, under a name of its own in the server's list of sessions.
pub(crate) async fn open(database: &Database, application: &str) -> Db {
    let none = |_, _| -> secrets::PendingLogin { panic!("nothing here has a secret") };
    Db::open(database, application, config::world(), none).await.unwrap()
}

/// A secret that a test can change.
#[derive(Clone, Default)]
pub(crate) struct Secret {
    login: Arc<std::sync::Mutex<Option<Login>>>,
    pub(crate) questions: Arc<AtomicUsize>,
}

impl Secret {
    pub(crate) fn set(&self, username: &str, password: &str) {
        let login =
            Login { username: username.to_owned(), password: password.to_owned(), host: None, port: None, name: None };
        *self.login.lock().unwrap() = Some(login);
    }

    pub(crate) async fn open(&self, database: &Database, application: &str, world: World) -> Db {
        let secret = self.clone();
        let logins = move |_, _| -> secrets::PendingLogin {
            secret.questions.fetch_add(1, Ordering::Relaxed);
            let login = secret.login.lock().unwrap().clone().unwrap();
            Box::pin(async move { Ok(login) })
        };
        Db::open(database, application, world, logins).await.unwrap()
    }
}

/// What a client sees.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) retry_after: Option<u64>,
    pub(crate) token: Option<ConsistencyToken>,
}

impl Seen {
    pub(crate) fn of(response: Response<lambda_http::Body>) -> Self {
        let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let body = match response.body() {
            lambda_http::Body::Text(text) => serde_json::from_str(text).unwrap(),
            _ => Value::Null,
        };
        Self {
            status: response.status().as_u16(),
            body,
            retry_after: header("retry-after").map(|seconds| seconds.parse().unwrap()),
            token: header("x-consistency-token").map(|token| ConsistencyToken::parse(&token).unwrap()),
        }
    }

    /// The right answer to [`list`] where nothing was added.
    pub(crate) fn assert_whole(&self) {
        assert_eq!((self.status, &self.body["total"]), (200, &json!(CHARGERS)), "{self:?}");
        assert_eq!(self.body["items"].as_array().unwrap().len() as u64, CHARGERS);
    }

    /// The same where others are adding.
    pub(crate) fn assert_whole_at_least(&self) {
        assert!(self.status == 200 && self.body["total"].as_u64() >= Some(CHARGERS), "{self:?}");
    }

    /// A clear 503 that says when to come again.
    pub(crate) fn assert_come_again(&self) {
        assert_eq!((self.status, &self.body["title"]), (503, &json!("Temporarily unavailable")), "{self:?}");
        assert!(self.retry_after.is_some_and(|seconds| seconds >= 1), "{self:?}");
        assert_eq!(self.body["detail"], "The database is not available at the moment. Please try again.");
    }
}

/// Asks for everything, newest first.
pub(crate) async fn list(db: &Db) -> Seen {
    list_with(db, None).await
}

/// The same with what a write has answered.
pub(crate) async fn list_with(db: &Db, token: Option<ConsistencyToken>) -> Seen {
    list_kept(db, &Cache::default(), token).await
}

/// The same with a cache.
pub(crate) async fn list_kept(db: &Db, cache: &Cache, token: Option<ConsistencyToken>) -> Seen {
    let mut payload = event("get-chargers.nearby");
    payload["rawQueryString"] = json!("page_size=500");
    if let Some(token) = token {
        payload["headers"]["x-consistency-token"] = json!(token.to_string());
    }
    let request = lambda_http::request::from_str(&payload.to_string()).unwrap();
    let app = chargers::App::new(db.clone(), String::new()).with_cache(cache.clone());
    Seen::of(chargers::handle(&app, request).await.unwrap())
}

/// Adds a charger.
pub(crate) async fn add(db: &Db) -> Seen {
    let dir = tempfile::TempDir::new().unwrap();
    let place = domain::connection::PhotoStore::Folder { dir: dir.path().to_owned(), endpoint: String::new() };
    let world = config::world();
    let storage = storage::Storage::open(&place, world.now).await.unwrap();
    let mut payload = event("post-chargers");
    let mut body: Value = serde_json::from_str(payload["body"].as_str().unwrap()).unwrap();
    body["allow_duplicate"] = json!(true);
    payload["body"] = json!(body.to_string());
    let request = lambda_http::request::from_str(&payload.to_string()).unwrap();
    let app = contribute::App::new(db.primary(), storage, String::new(), world);
    Seen::of(contribute::handle(&app, request).await.unwrap())
}
