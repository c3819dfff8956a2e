//! What the template makes: a server with an administrator, an empty database that is theirs, and a secret for each login.

use serde_json::{Value, json};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Executor, PgConnection};
use std::time::Duration;
use tempfile::TempDir;
use tests::inbox::{Inbox, Letter};
use tests::postgres::{Options, Server};
use tests::repository::event;
use tests::runtime::{Lambda, Outcome};
use tests::secret_store::SecretStore;

pub(crate) const DATABASE: &str = "spots";
const ADMIN: (&str, &str) = ("master", "m4ster's word");
/// Each login with its first password.
pub(crate) const LOGINS: [(&str, &str); 3] =
    [("sharaspot_ops", "0ps-word"), ("sharaspot_api_reader", "r3ader-word"), ("sharaspot_api_writer", "wr1ter-word")];
pub(crate) const MIGRATOR: usize = 0;
pub(crate) const READER: usize = 1;
pub(crate) const WRITER: usize = 2;

pub(crate) struct Stack {
    pub(crate) server: Server,
    pub(crate) store: SecretStore,
    pub(crate) inbox: Inbox,
    pub(crate) admin_arn: String,
    /// In the order of [`LOGINS`].
    pub(crate) arns: Vec<String>,
    data: TempDir,
}

impl Stack {
    /// `None` where PostgreSQL is not installed.
    pub(crate) async fn new() -> Option<Self> {
        // Everything that is asked of it is in its log, as an operator may have it.
        let settings = ["log_statement=all", "shared_preload_libraries=pg_stat_statements"].map(str::to_owned).to_vec();
        let server = Server::start(Options { settings, ..Options::default() }).await?;
        let mut superuser = server.superuser("postgres").await;
        for sql in [
            "CREATE ROLE master LOGIN CREATEROLE CREATEDB PASSWORD 'm4ster''s word'",
            "CREATE DATABASE spots OWNER master",
        ] {
            superuser.execute(sql).await.unwrap();
        }
        let (store, inbox) = (SecretStore::start().await, Inbox::open().await);
        // RDS keeps no address in the secret of its administrator.
        let secret = |(name, password): (&str, &str)| store.add(name, &json!({"username": name, "password": password}));
        let (admin_arn, arns) = (secret(ADMIN), LOGINS.map(secret).to_vec());
        Some(Self { server, store, inbox, admin_arn, arns, data: TempDir::new().unwrap() })
    }

    /// The same after its first deployment.
    pub(crate) async fn deployed() -> Option<Self> {
        let stack = Self::new().await?;
        let answer = stack.deploy(&mut stack.ops(&[]).await, "Create").await;
        assert_eq!(answer.body["Status"], "SUCCESS", "{answer:?}");
        Some(stack)
    }

    /// A function with the login in this secret.
    pub(crate) async fn function(&self, name: &str, arn: &str, more: &[(&str, &str)]) -> Lambda {
        let (port, of_store) = (self.server.port().to_string(), self.store.variables());
        let mut variables: Vec<(&str, &str)> = of_store.iter().map(|(name, value)| (*name, value.as_str())).collect();
        variables.extend([("DB_SECRET_ARN", arn), ("DB_HOST", self.server.host()), ("DB_PORT", &port)]);
        variables.extend([("DB_NAME", DATABASE), ("DB_SSLMODE", "disable")]);
        variables.extend_from_slice(more);
        Lambda::start(name, self.data.path(), &variables).await
    }

    pub(crate) async fn ops(&self, more: &[(&str, &str)]) -> Lambda {
        self.function("ops", &self.arns[MIGRATOR], more).await
    }

    /// A request of CloudFormation for this stack; `Create`, `Update` or `Delete`.
    pub(crate) fn request(&self, kind: &str) -> Value {
        let mut request = event(&format!("ops-cloudformation.{}", kind.to_lowercase()));
        request["ResponseURL"] = json!(self.inbox.url());
        let names = ["AdminSecretArn", "MigratorSecretArn", "ReaderSecretArn", "WriterSecretArn"];
        for (name, arn) in names.iter().zip([&self.admin_arn].into_iter().chain(&self.arns)) {
            request["ResourceProperties"][*name] = json!(arn);
        }
        request
    }

    /// Sends it, and what was answered.
    pub(crate) async fn deploy(&self, ops: &mut Lambda, kind: &str) -> Letter {
        self.send(ops, &self.request(kind)).await
    }

    pub(crate) async fn send(&self, ops: &mut Lambda, request: &Value) -> Letter {
        let before = self.inbox.letters().len();
        let outcome = ops.invoke_text(&request.to_string()).await;
        assert!(matches!(outcome, Outcome::Response(..)), "{outcome:?} {}", ops.log());
        let letters = self.inbox.letters();
        assert_eq!(letters.len(), before + 1, "{letters:?}");
        letters[before].clone()
    }

    /// A step of a rotation; the outcome, or what failed.
    pub(crate) async fn rotate(
        &self,
        ops: &mut Lambda,
        step: &str,
        arn: &str,
        version: &str,
    ) -> Result<String, String> {
        let mut request = event(&format!("ops-rotate.{step}"));
        (request["SecretId"], request["ClientRequestToken"]) = (json!(arn), json!(version));
        match ops.invoke_text(&request.to_string()).await {
            Outcome::Response(_, answer) => Ok(answer["outcome"].as_str().unwrap().to_owned()),
            Outcome::Error(_, error) => Err(error["errorMessage"].as_str().unwrap().to_owned()),
            outcome @ Outcome::InitError(_) => panic!("{outcome:?}"),
        }
    }

    /// A session of a login, with this password.
    pub(crate) async fn log_in(&self, login: &str, password: &str) -> Result<PgConnection, sqlx::Error> {
        let options = PgConnectOptions::new_without_pgpass().host(self.server.host()).port(self.server.port());
        let options = options.ssl_mode(sqlx::postgres::PgSslMode::Disable).database(DATABASE);
        options.username(login).password(password).connect().await
    }

    /// A session of the administrator.
    pub(crate) async fn admin(&self) -> PgConnection {
        self.log_in(ADMIN.0, ADMIN.1).await.unwrap()
    }

    /// A session of one of [`LOGINS`], with its first password.
    pub(crate) async fn session(&self, index: usize) -> PgConnection {
        let (login, password) = LOGINS[index];
        self.log_in(login, password).await.unwrap()
    }

    /// No password is in any text that somebody keeps, neither the server's nor the program's.
    pub(crate) fn assert_secret(&self, ops: &Lambda) {
        let (server, program) = (self.server.log(), ops.log());
        assert!(server.contains("ROLE"), "the server logs what it is asked");
        for (_, password) in LOGINS.iter().chain([&ADMIN]) {
            assert!(!server.contains(password) && !program.contains(password), "{password}");
        }
        assert!(!program.contains(&self.admin_arn) && !program.contains("SCRAM-SHA-256$"), "{program}");
        assert!(!program.contains(self.inbox.url()), "{program}");
    }
}

/// One text.
pub(crate) async fn text(connection: &mut PgConnection, sql: &'static str) -> String {
    sqlx::query_scalar(sql).fetch_one(connection).await.unwrap()
}

/// The error that a statement meets.
pub(crate) async fn code(connection: &mut PgConnection, sql: &'static str) -> String {
    let error = connection.execute(sql).await.unwrap_err();
    error.as_database_error().unwrap().code().unwrap().into_owned()
}

/// Lambda's own time-out, less the minute that `ops` keeps for its answer.
pub(crate) fn seconds_of_work(seconds: u64) -> Duration {
    Duration::from_secs(60 + seconds)
}
