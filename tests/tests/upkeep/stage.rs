//! A database, a store, and a clock that goes when a test says so.

use clap::Parser;
use db::Db;
use db::photos::NewPhoto;
use domain::photo::{Photo, PhotoKind, raw_key};
use domain::{Timestamp, World};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use lambda_runtime::{Context, LambdaEvent};
use ops::{App, Backups, CommandLine, Photos, Program};
use optimize_photo::{Outcome, remake};
use serde_json::{Value, json};
use std::cell::Cell;
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use storage::{Folder, Local, LocalSettings, ObjectHeaders, Place, S3, Storage};
use tempfile::TempDir;
use tests::TestDb;
use tests::seed::{NOON, id};
use tokio::net::TcpListener;

pub(crate) const DAY_S: i64 = 86_400;

thread_local! {
    // A test has one thread, its server included.
    static NOW: Cell<Timestamp> = const { Cell::new(NOON) };
    static STEP_S: Cell<i64> = const { Cell::new(0) };
}

/// Sets the clock, so many seconds after noon.
pub(crate) fn set_clock(seconds: i64) {
    NOW.set(NOON.plus_seconds(seconds));
    STEP_S.set(0);
}

/// From now on the clock goes on by so much whenever somebody looks at it.
pub(crate) fn step_clock(seconds: i64) {
    STEP_S.set(seconds);
}

fn now() -> Timestamp {
    NOW.set(NOW.get().plus_seconds(STEP_S.get()));
    NOW.get()
}

pub(crate) const WORLD: World = World { now, new_id: || id(0xf00d) };

/// Which store stands in front of the folder.
pub(crate) enum Front {
    Folder,
    Bucket,
}

pub(crate) struct Stage {
    pub(crate) db: Db,
    pub(crate) storage: Storage,
    /// A folder of plain files, or another bucket's part.
    pub(crate) backups: Place,
    dir: TempDir,
    test_db: TestDb,
}

/// Makes four tests of each sentence, so that a failure names engine and store. A sentence is an `async fn(&Stage)` in scope.
macro_rules! on_every_stage {
    ($($sentence:ident),+ $(,)?) => {
        $(mod $sentence {
            use crate::stage::{Front, Stage};
            use tests::TestDb;

            #[tokio::test]
            async fn sqlite_and_a_folder() {
                super::$sentence(&Stage::new(TestDb::sqlite().await, &Front::Folder).await).await;
            }

            #[tokio::test]
            async fn sqlite_and_a_bucket() {
                super::$sentence(&Stage::new(TestDb::sqlite().await, &Front::Bucket).await).await;
            }

            #[tokio::test]
            async fn postgres_and_a_folder() {
                let Some(test_db) = TestDb::postgres().await else { return };
                super::$sentence(&Stage::new(test_db, &Front::Folder).await).await;
            }

            #[tokio::test]
            async fn postgres_and_a_bucket() {
                let Some(test_db) = TestDb::postgres().await else { return };
                super::$sentence(&Stage::new(test_db, &Front::Bucket).await).await;
            }
        })+
    };
}
pub(crate) use on_every_stage;

impl Stage {
    pub(crate) async fn new(test_db: TestDb, front: &Front) -> Self {
        let dir = TempDir::new().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let settings = LocalSettings {
            dir: dir.path().to_owned(),
            public_endpoint: endpoint.clone(),
            bucket: "photos".to_owned(),
            now,
        };
        let local = Local::open(settings).unwrap();
        let storage = match front {
            Front::Folder => Storage::Local(local),
            Front::Bucket => {
                let credentials = local.credentials().clone();
                let key = (credentials.access_key_id.as_str(), credentials.secret_access_key.as_str());
                tokio::spawn(serve(listener, local));
                Storage::S3(S3::connect_to(&endpoint, "us-east-1", key, "photos").unwrap())
            }
        };
        let backups = match front {
            Front::Folder => Place::Folder(Folder::at(dir.path().join("backups"))),
            Front::Bucket => Place::of(storage.clone()).join("kept/here"),
        };
        set_clock(0);
        Self { db: test_db.db.clone(), storage, backups, dir, test_db }
    }

    /// `ops` with these variables set.
    pub(crate) fn ops(&self, variables: &[(&str, &str)]) -> App {
        self.ops_on(&self.db, variables)
    }

    /// The same for another database.
    pub(crate) fn ops_on(&self, db: &Db, variables: &[(&str, &str)]) -> App {
        let photos = Photos::in_store(self.storage.clone(), settings(variables));
        App::new(db.clone(), photos, Backups::in_place(self.backups.clone()), WORLD)
    }

    /// An empty database of the same engine.
    pub(crate) async fn another(&self) -> TestDb {
        match &self.db {
            Db::Postgres(_) => TestDb::postgres().await.unwrap(),
            Db::Sqlite(_) => TestDb::sqlite().await,
        }
    }

    /// Its file, where the database is one.
    pub(crate) fn url(&self) -> &str {
        &self.test_db.url
    }

    fn optimizer(&self, variables: &[(&str, &str)]) -> optimize_photo::App {
        optimize_photo::App::new(self.db.clone(), self.storage.clone(), &settings(variables), WORLD)
    }

    /// Ann promises a photo.
    pub(crate) async fn promise(&self, number: u128, kind: PhotoKind, charger: Option<u128>) {
        let raw_key = raw_key(kind, "20260301", id(number));
        let photo = NewPhoto { id: id(number), charger_id: charger.map(id), kind, raw_key, hash8: None };
        self.db.promise_photos("ann", &[photo], (WORLD.now)()).await.unwrap();
    }

    pub(crate) async fn photo(&self, number: u128) -> Option<Photo> {
        self.db.photo(id(number)).await.unwrap()
    }

    pub(crate) async fn put(&self, key: &str, bytes: Vec<u8>) {
        let headers = ObjectHeaders { content_type: "image/jpeg".to_owned(), cache_control: None };
        self.storage.put(key, bytes.into(), &headers).await.unwrap();
    }

    /// The bytes of a promised photo arrive.
    pub(crate) async fn upload(&self, number: u128, bytes: Vec<u8>) {
        self.put(&self.photo(number).await.unwrap().raw_key, bytes).await;
    }

    /// A promised photo is uploaded and dealt with.
    pub(crate) async fn make(&self, number: u128, bytes: Vec<u8>, variables: &[(&str, &str)]) -> Outcome {
        self.upload(number, bytes).await;
        remake(&self.optimizer(variables), &self.photo(number).await.unwrap()).await.unwrap()
    }

    pub(crate) async fn keys(&self) -> Vec<String> {
        self.storage.list("").await.unwrap().into_iter().map(|info| info.key).collect()
    }

    /// The folder of the store, whatever stands in front of it.
    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// The file behind an object.
    pub(crate) fn file(&self, key: &str) -> PathBuf {
        self.dir.path().join("objects").join(key)
    }

    /// Ann's counter, and how many ready photos she has.
    pub(crate) async fn count_and_recount(&self) -> (i64, i64) {
        const SQL: &str = "SELECT CAST(photos_uploaded AS bigint), (SELECT count(*) FROM photos WHERE state = 'ready' AND owner = 'ann')
             FROM contributors WHERE sub = 'ann'";
        match &self.db {
            Db::Postgres(postgres) => sqlx::query_as(SQL).fetch_one(postgres.pool()).await.unwrap(),
            Db::Sqlite(sqlite) => sqlx::query_as(SQL).fetch_one(sqlite.pool()).await.unwrap(),
        }
    }
}

fn settings(variables: &[(&str, &str)]) -> config::Photos {
    let value = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
    config::Config::read(&value).unwrap().photos
}

/// What `ops` answers to an event; it has until so many seconds after noon where a test says so.
pub(crate) async fn ask(app: &App, event: Value, deadline_s: Option<i64>) -> Result<Value, String> {
    let deadline_ms = deadline_s.map_or(0, |seconds| NOON.plus_seconds(seconds).as_micros() / 1_000);
    let mut context = Context::default();
    context.deadline = deadline_ms as u64;
    Box::pin(ops::handle(app, LambdaEvent::new(event, context))).await.map_err(|error| error.to_string())
}

/// What `ops` writes where somebody types this, or what it fails with.
pub(crate) async fn type_in(app: &App, words: &[&str]) -> Result<String, String> {
    let command = CommandLine::try_parse_from([&["ops"], words].concat()).map_err(|error| error.to_string())?;
    let mut out = Vec::new();
    let program = Program::opened(config::Config::read(&|_| None).unwrap(), app.clone());
    program.execute(command, &mut out).await.map_err(|error| ops::sentence(&error))?;
    Ok(String::from_utf8(out).unwrap())
}

/// The members of an answer that count something.
pub(crate) fn counts(answer: &Value, names: &[&str]) -> Value {
    Value::Array(names.iter().map(|name| answer.get(*name).cloned().unwrap_or_else(|| json!("missing"))).collect())
}

async fn serve(listener: TcpListener, store: Local) {
    let s3 = local::s3::s3_service(store);
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let s3 = s3.clone();
        let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
            let s3 = s3.clone();
            async move { Ok::<_, Infallible>(s3.call(request.map(s3s::Body::from)).await) }
        });
        tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}
