//! `kill -9` of the real optimiser at each of its steps: every request to the store and every exchange with PostgreSQL, before it
//! is carried out and after it, until a delivery comes through. Then the same event once more, to another process.

use db::Db;
use db::photos::NewPhoto;
use domain::photo::{PhotoKind, PhotoState, raw_key};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use storage::ObjectHeaders;
use tempfile::TempDir;
use tests::TestDb;
use tests::bucket::Bucket;
use tests::repository::{event, small_jpeg};
use tests::runtime::{Lambda, Outcome};
use tests::seed::{NOON, id};
use tests::statement_gate::StatementGate;
use tests::trap::{Moment, Trap};

/// What is uploaded, one after the other to the same key, and what the last of them leads to. All but the last are delivered in
/// peace.
struct Story {
    uploads: Vec<Vec<u8>>,
    state: PhotoState,
}

fn stories() -> [Story; 4] {
    let mut other = small_jpeg();
    // Behind its end: the same picture, other bytes.
    other.extend(b"another upload");
    let (photo, garbage) = (small_jpeg(), b"no photo at all".to_vec());
    [
        Story { uploads: vec![photo.clone()], state: PhotoState::Ready },
        Story { uploads: vec![garbage.clone()], state: PhotoState::Rejected },
        Story { uploads: vec![photo.clone(), other], state: PhotoState::Ready },
        Story { uploads: vec![photo, garbage], state: PhotoState::Rejected },
    ]
}

struct Stage<'a> {
    db: &'a Db,
    bucket: Bucket,
    data: TempDir,
    url: String,
    /// How many photos there have been.
    photos: u128,
    /// What is public of them.
    public: BTreeSet<String>,
}

impl<'a> Stage<'a> {
    async fn new(db: &'a Db, url: String) -> Self {
        let (bucket, data) = (Bucket::start().await, TempDir::new().unwrap());
        Self { db, bucket, data, url, photos: 0, public: BTreeSet::new() }
    }

    async fn start(&self) -> Lambda {
        // The one rendition in two formats: every step there is, and no more of the same.
        let mut variables = vec![("DATABASE_URL", self.url.as_str()), ("PHOTO_RENDITIONS", "none")];
        variables.extend(self.bucket.variables());
        Lambda::start("optimize-photo", self.data.path(), &variables).await
    }

    fn key(&self) -> String {
        raw_key(PhotoKind::Charger, "20260301", id(self.photos))
    }

    fn owner(&self) -> String {
        format!("owner {}", self.photos)
    }

    /// Another photo, of another owner.
    async fn promise(&mut self) {
        self.photos += 1;
        let (raw_key, kind) = (self.key(), PhotoKind::Charger);
        let photo = NewPhoto { id: id(self.photos), charger_id: None, kind, raw_key, hash8: None };
        self.db.promise_photos(&self.owner(), &[photo], NOON).await.unwrap();
    }

    /// Stores bytes for the photo, and answers the event that tells of it.
    async fn upload(&self, bytes: &[u8], sequencer: usize) -> Value {
        let headers = ObjectHeaders { content_type: "image/jpeg".to_owned(), cache_control: None };
        self.bucket.store.put(&self.key(), bytes.to_vec().into(), &headers).await.unwrap();
        let etag = self.bucket.store.head(&self.key()).await.unwrap().unwrap().etag;
        let mut put = event("s3-put");
        let s3 = &mut put["Records"][0]["s3"];
        s3["bucket"]["name"] = json!(self.bucket.store.bucket());
        s3["object"]["key"] = json!(self.key());
        s3["object"]["eTag"] = json!(etag.trim_matches('"'));
        s3["object"]["sequencer"] = json!(format!("0A{sequencer:02X}"));
        put
    }

    async fn objects(&self) -> BTreeSet<String> {
        let listed = self.bucket.store.list("processed/").await.unwrap();
        listed.into_iter().map(|object| object.key).collect()
    }

    /// What the photo's row names, all of which is there at any time.
    async fn named(&self) -> BTreeSet<String> {
        let photo = self.db.photo(id(self.photos)).await.unwrap().unwrap();
        let named: BTreeSet<_> = photo.renditions.into_iter().map(|rendition| rendition.key).collect();
        assert_eq!(photo.state == PhotoState::Ready, !named.is_empty());
        assert!(named.is_subset(&self.objects().await), "a row that names what is not there");
        named
    }

    /// Row, store and counter say the same, and it is what the last upload leads to.
    async fn check(&mut self, story: &Story) {
        let named = self.named().await;
        let progress = self.db.photo_progress(id(self.photos)).await.unwrap().unwrap();
        let etag = self.bucket.store.head(&self.key()).await.unwrap().unwrap().etag;
        assert_eq!((progress.state, progress.etag.as_deref()), (story.state, Some(etag.trim_matches('"'))));
        assert_eq!(progress.sequencer, Some(format!("0A{:02X}", story.uploads.len() - 1)));
        let photo = self.db.photo(id(self.photos)).await.unwrap().unwrap();
        let is_ready = story.state == PhotoState::Ready;
        assert_eq!((photo.width, photo.reason.is_some()), (is_ready.then_some(32), !is_ready));
        self.public.extend(named);
        assert_eq!(self.objects().await, self.public, "nothing else is public");
        assert_eq!(count(self.db, &self.owner()).await, i32::from(is_ready));
    }

    /// Tells a story with a kill in it; answers the process that took the last delivery, and whether there was a kill.
    async fn tell(
        &mut self,
        mut lambda: Lambda,
        story: &Story,
        trap: Option<&Trap>,
        step: u32,
        moment: Moment,
    ) -> (Lambda, bool) {
        self.promise().await;
        let (last, earlier) = story.uploads.split_last().unwrap();
        for (sequencer, bytes) in earlier.iter().enumerate() {
            let put = self.upload(bytes, sequencer).await;
            lambda.invoke(&put).await;
        }
        let put = self.upload(last, earlier.len()).await;
        let trap = trap.unwrap_or(&self.bucket.trap);
        trap.set(lambda.process_id(), step, moment);
        let outcome = lambda.try_invoke(&put.to_string()).await;
        trap.open();
        let is_killed = match outcome {
            Ok(Outcome::Response(..)) => false,
            Ok(other) => panic!("{other:?}\n{}", lambda.log()),
            Err(_) => true,
        };
        self.named().await;
        if is_killed {
            lambda = self.start().await;
            lambda.invoke(&put).await;
        }
        self.check(story).await;
        let again = lambda.invoke(&put).await;
        assert_eq!(again, json!({"ready": 0, "rejected": 0, "skipped": 1}));
        (lambda, is_killed)
    }

    /// Tells every story with a kill at every step; answers how many there were.
    async fn tell_all(&mut self, trap: Option<&Trap>) -> u32 {
        let mut kills = 0;
        let mut lambda = self.start().await;
        for story in stories() {
            for moment in [Moment::Before, Moment::After] {
                for step in 1.. {
                    let is_killed;
                    (lambda, is_killed) = self.tell(lambda, &story, trap, step, moment).await;
                    if !is_killed {
                        break;
                    }
                    kills += 1;
                }
            }
        }
        kills
    }
}

async fn count(db: &Db, owner: &str) -> i32 {
    const SQL: &str = "SELECT photos_uploaded FROM contributors WHERE sub = $1";
    match db {
        Db::Postgres(postgres) => sqlx::query_scalar(SQL).bind(owner).fetch_one(postgres.pool()).await.unwrap(),
        Db::Sqlite(sqlite) => sqlx::query_scalar(SQL).bind(owner).fetch_one(sqlite.pool()).await.unwrap(),
    }
}

/// Get, two puts, head, list; get, head, list; and two deletions and a list more where there was something: each twice.
const STORE_KILLS: u32 = 2 * (5 + 3 + 8 + 6);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_at_any_request_to_the_store_leaves_nothing_wrong_with_sqlite() {
    let test_db = TestDb::sqlite().await;
    let mut stage = Stage::new(&test_db.db, test_db.url.clone()).await;
    assert_eq!(stage.tell_all(None).await, STORE_KILLS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_at_any_request_to_the_store_leaves_nothing_wrong_with_postgresql() {
    let Some(test_db) = TestDb::postgres().await else { return };
    let mut stage = Stage::new(&test_db.db, test_db.url.clone()).await;
    assert_eq!(stage.tell_all(None).await, STORE_KILLS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_at_any_exchange_with_postgresql_leaves_nothing_wrong() {
    let Some(test_db) = TestDb::postgres().await else { return };
    let gate = StatementGate::to(&test_db.url).await;
    let mut stage = Stage::new(&test_db.db, gate.url(&test_db.url)).await;
    let kills = stage.tell_all(Some(&gate.trap)).await;
    // At least: the row's reading; a transaction with its update, and for all but the first rejection the counter.
    assert!(kills >= 2 * (7 + 4 + 4 + 7), "{kills}");
}
