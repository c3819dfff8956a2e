//! `kill -9` of the real `contribute` at each step of a write that has an `Idempotency-Key`: every exchange with PostgreSQL and
//! every request to the store, before it is carried out and after it. Then the same request again, to another process.

use serde_json::{Value, json};
use tempfile::TempDir;
use tests::TestDb;
use tests::behind::{execute, number};
use tests::bucket::Bucket;
use tests::repository::event;
use tests::runtime::{Lambda, Outcome, http_answer};
use tests::statement_gate::StatementGate;
use tests::trap::{Moment, Trap};

struct Stage<'a> {
    test_db: &'a TestDb,
    bucket: Bucket,
    data: TempDir,
    url: String,
    /// How many chargers there have been.
    chargers: i64,
}

impl<'a> Stage<'a> {
    async fn new(test_db: &'a TestDb, url: String) -> Self {
        let (bucket, data) = (Bucket::start().await, TempDir::new().unwrap());
        Self { test_db, bucket, data, url, chargers: 0 }
    }

    async fn start(&self) -> Lambda {
        let mut variables = vec![("DATABASE_URL", self.url.as_str())];
        variables.extend(self.bucket.variables());
        Lambda::start("contribute", self.data.path(), &variables).await
    }

    /// Another charger with a photo, under a key of its own.
    fn payload(&mut self) -> Value {
        self.chargers += 1;
        let mut payload = event("post-chargers.base64-photo");
        let mut body: Value = serde_json::from_str(payload["body"].as_str().unwrap()).unwrap();
        // A degree apart from the one before.
        body["latitude"] = json!(self.chargers - 80);
        payload["body"] = json!(body.to_string());
        payload["headers"]["idempotency-key"] = json!(format!("write {}", self.chargers).replace(' ', "-"));
        payload
    }

    /// One of each and no more, and the counters say so.
    async fn check(&self) {
        let counted = "SELECT count(*) FROM ";
        for table in ["chargers", "charger_status", "verification_actions", "photos", "idempotency_keys"] {
            assert_eq!(number(&self.test_db.db, &format!("{counted}{table}")).await, self.chargers, "{table}");
        }
        let counters = "SELECT CAST(chargers_added + verifications AS bigint) FROM contributors";
        assert_eq!(number(&self.test_db.db, counters).await, 2 * self.chargers);
        assert_eq!(self.bucket.store.list("raw/").await.unwrap().len() as i64, self.chargers);
    }

    /// Sends a charger with a kill at a step; answers the process that took the last request, and whether there was a kill.
    async fn send(&mut self, mut lambda: Lambda, trap: Option<&Trap>, step: u32, moment: Moment) -> (Lambda, bool) {
        let payload = self.payload();
        let trap = trap.unwrap_or(&self.bucket.trap);
        trap.set(lambda.process_id(), step, moment);
        let outcome = lambda.try_invoke(&payload.to_string()).await;
        trap.open();
        let is_killed = match outcome {
            Ok(Outcome::Response(..)) => false,
            Ok(other) => panic!("{other:?}\n{}", lambda.log()),
            Err(_) => true,
        };
        if is_killed {
            // As if the time of the killed one were over.
            execute(&self.test_db.db, "UPDATE idempotency_keys SET claimed_until = created_at").await.unwrap();
            lambda = self.start().await;
        }
        let answer = lambda.invoke(&payload).await;
        let (status, body) = http_answer(&answer);
        assert_eq!((status, &body["photo_errors"]), (201, &json!([])), "{step} {moment:?}: {body}");
        self.check().await;
        let again = lambda.invoke(&payload).await;
        assert_eq!(http_answer(&again), (status, body));
        assert_eq!(again["headers"]["idempotency-replayed"], "true");
        (lambda, is_killed)
    }

    /// Sends chargers with a kill at every step; answers how many there were.
    async fn send_all(&mut self, trap: Option<&Trap>) -> u32 {
        let mut kills = 0;
        let mut lambda = self.start().await;
        for moment in [Moment::Before, Moment::After] {
            for step in 1.. {
                let is_killed;
                (lambda, is_killed) = self.send(lambda, trap, step, moment).await;
                if !is_killed {
                    break;
                }
                kills += 1;
            }
        }
        kills
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_charger_is_added_once_whichever_request_to_the_store_kills_its_function() {
    let test_db = TestDb::sqlite().await;
    let mut stage = Stage::new(&test_db, test_db.url.clone()).await;
    // The bytes of the photo, before and after.
    assert_eq!(stage.send_all(None).await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_charger_is_added_once_whichever_exchange_with_postgresql_kills_its_function() {
    let Some(test_db) = TestDb::postgres().await else { return };
    let gate = StatementGate::to(&test_db.url).await;
    let mut stage = Stage::new(&test_db, gate.url(&test_db.url)).await;
    let kills = stage.send_all(Some(&gate.trap)).await;
    // At least: the claim, the transaction of the charger, the reading of it, and the keeping of the answer.
    assert!(kills >= 2 * (3 + 8 + 4 + 3), "{kills}");
}
