//! The original, and what it comes to.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use db::Db;
use mozjpeg::{ColorSpace, Compress};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use std::fmt::Write;
use std::process::Command;
use tempfile::TempDir;
use tests::programs::program;
use tests::{TestDb, postgres};

/// The original's database.
pub(crate) struct Original {
    pub(crate) connection: PgConnection,
    /// For somebody who may only read.
    pub(crate) url: String,
}

/// May read the original and nothing else: whatever is written to it fails.
const READER: &str =
    "DO $$ BEGIN CREATE ROLE reader LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
     GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader;";

impl Original {
    /// Its tables with nothing in them; `None` where PostgreSQL is not installed.
    pub(crate) async fn empty() -> Option<Self> {
        let url = postgres::create_database().await?;
        let mut connection = PgConnection::connect(&url).await.unwrap();
        connection.execute(include_str!("original.sql")).await.unwrap();
        connection.execute(READER).await.unwrap();
        // As the original writes it.
        let url = url.replace("postgres://tests@", "postgresql+asyncpg://reader@");
        Some(Self { connection, url })
    }

    pub(crate) async fn run(&mut self, sql: impl Into<String>) {
        let sql: String = sql.into();
        self.connection.execute(AssertSqlSafe(sql.clone())).await.unwrap_or_else(|error| panic!("{error}: {sql:.300}"));
    }

    /// A row with some columns of its own, as literals; the others are as `row` says.
    pub(crate) async fn add(&mut self, table: &str, row: &[(&str, &str)], own: &[(&str, &str)]) {
        let mut columns: Vec<(&str, &str)> = row.to_vec();
        for (column, literal) in own {
            columns.retain(|(other, _)| other != column);
            columns.push((column, literal));
        }
        let (names, literals): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
        self.run(format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), literals.join(", "))).await;
    }

    pub(crate) async fn user(&mut self, id: &str, own: &[(&str, &str)]) {
        let (id, email) = (format!("'{id}'"), format!("'{id}@example.com'"));
        let row = [
            ("id", id.as_str()),
            ("email", &email),
            ("name", "'Somebody'"),
            ("shara_coins", "5"),
            ("trust_score", "99"),
            ("created_at", "'2023-01-02 03:04:05.678901'"),
        ];
        self.add("users", &row, own).await;
    }

    pub(crate) async fn charger(&mut self, id: &str, own: &[(&str, &str)]) {
        let id = format!("'{id}'");
        let row = [
            ("id", id.as_str()),
            ("name", "'Garage'"),
            ("address", "'1 Main St'"),
            ("latitude", "42.65"),
            ("longitude", "-73.75"),
            ("port_types", "'{Type 2}'"),
            ("available_ports", "1"),
            ("total_ports", "2"),
            ("source_type", "'community_manual'"),
            ("verification_level", "3"),
            ("added_by", "'ann'"),
            ("amenities", "'{wifi}'"),
            ("uptime_percentage", "87.5"),
            ("verified_by_count", "9"),
            ("created_at", "'2023-05-06 07:08:09'"),
        ];
        self.add("chargers", &row, own).await;
    }

    pub(crate) async fn verification(&mut self, charger: &str, own: &[(&str, &str)]) {
        let charger = format!("'{charger}'");
        let row = [
            ("charger_id", charger.as_str()),
            ("user_id", "'ann'"),
            ("action", "'active'"),
            ("timestamp", "'2024-01-01 12:00:00'"),
        ];
        self.add("verification_actions", &row, own).await;
    }

    /// A fingerprint of everything that is in it.
    pub(crate) async fn fingerprint(&mut self) -> String {
        let of =
            |table: &str| format!("(SELECT coalesce(string_agg(md5(t::text), '' ORDER BY t.id), '') FROM {table} t)");
        let sql = format!("SELECT md5({} || {} || {})", of("users"), of("chargers"), of("verification_actions"));
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut self.connection).await.unwrap()
    }
}

/// Where it comes to: a database and a folder of photos.
pub(crate) struct Target {
    pub(crate) db: Db,
    pub(crate) dir: TempDir,
    pub(crate) test_db: TestDb,
}

impl Target {
    pub(crate) fn new(test_db: TestDb) -> Self {
        Self { db: test_db.db.clone(), dir: TempDir::new().unwrap(), test_db }
    }

    /// The program, to be run on this database.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program("ops"));
        command.args(["import", "sharaspot"]).args(arguments).env_clear().current_dir(self.dir.path());
        command.env("DATABASE_URL", &self.test_db.url).env("DATA_DIR", self.dir.path()).env("DB_SSLMODE", "disable");
        command
    }

    /// What a run that succeeds says.
    pub(crate) fn import(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// What a run that fails says.
    pub(crate) fn failure(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().unwrap();
        assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stderr).unwrap()
    }

    /// The rows of the rejects file: table, id, field, outcome, reason.
    pub(crate) fn rejects(&self) -> Vec<[String; 5]> {
        let text = std::fs::read_to_string(self.dir.path().join("rejects.csv")).unwrap();
        assert!(text.starts_with("table,id,field,outcome,reason\n"));
        csv::Reader::from_reader(text.as_bytes()).deserialize().map(Result::unwrap).collect()
    }

    /// The answers of a query, each as one text.
    pub(crate) async fn texts(&self, sql: &str) -> Vec<String> {
        let sql = AssertSqlSafe(sql.to_owned());
        match &self.db {
            Db::Postgres(postgres) => sqlx::query_scalar(sql).fetch_all(postgres.pool()).await.unwrap(),
            Db::Sqlite(sqlite) => sqlx::query_scalar(sql).fetch_all(sqlite.pool()).await.unwrap(),
        }
    }

    pub(crate) async fn run(&self, sql: &str) {
        let sql = AssertSqlSafe(sql.to_owned());
        match &self.db {
            Db::Postgres(postgres) => drop(postgres.pool().execute(sql).await.unwrap()),
            Db::Sqlite(sqlite) => drop(sqlite.pool().execute(sql).await.unwrap()),
        }
    }

    /// Everything that is in it, but the times of the import itself.
    pub(crate) async fn state(&self) -> String {
        let mut state = String::new();
        for (table, columns) in TABLES {
            let texts = columns.map(|column| format!("coalesce(CAST({column} AS text), '-')")).join(" || '|' || ");
            let mut rows = self.texts(&format!("SELECT {texts} FROM {table}")).await;
            rows.sort();
            writeln!(state, "{table}\n{}", rows.join("\n")).unwrap();
        }
        state
    }
}

const TABLES: [(&str, &[&str]); 8] = [
    ("contributors", &["sub", "chargers_added", "verifications", "photos_uploaded", "trust_score", "photo_id"]),
    (
        "chargers",
        &[
            "id",
            "name",
            "address",
            "lat",
            "lng",
            "cell",
            "port_mask",
            "amenity_mask",
            "total_ports",
            "source_type",
            "source",
            "source_id",
            "verification_level",
            "added_by",
            "notes",
            "created_at",
        ],
    ),
    ("charger_connectors", &["charger_id", "position", "port", "power_kw", "count"]),
    (
        "charger_status",
        &["charger_id", "available_ports", "uptime_percentage", "verified_by_count", "last_verified", "scored_at"],
    ),
    (
        "verification_actions",
        &[
            "id",
            "charger_id",
            "user_id",
            "action",
            "notes",
            "timestamp",
            "wait_time",
            "port_type_used",
            "ports_available",
            "charging_success",
            "payment_method",
            "station_lighting",
            "cleanliness_rating",
            "charging_speed_rating",
            "amenities_rating",
            "would_recommend",
            "photo_id",
        ],
    ),
    ("photos", &["id", "charger_id", "owner", "kind", "hash8", "etag", "state", "reason", "width", "height", "link"]),
    ("charger_facets", &["verification_level", "port_mask", "amenity_mask", "n"]),
    ("sharaspot_rows", &["id"]),
];

trait Texts {
    fn map(&self, text: impl Fn(&str) -> String) -> Vec<String>;
}

impl Texts for &[&str] {
    fn map(&self, text: impl Fn(&str) -> String) -> Vec<String> {
        self.iter().map(|column| text(column)).collect()
    }
}

/// A picture that no other seed makes, hard to compress.
pub(crate) fn jpeg(seed: u32, width: usize, height: usize) -> Vec<u8> {
    let mut compress = Compress::new(ColorSpace::JCS_RGB);
    compress.set_size(width, height);
    compress.set_fastest_defaults();
    compress.set_quality(96.0);
    let mut state = seed.wrapping_mul(2_654_435_761).max(1);
    let noise = std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        (state >> 11) as u8
    });
    let mut started = compress.start_compress(Vec::new()).unwrap();
    started.write_scanlines(&noise.take(width * height * 3).collect::<Vec<_>>()).unwrap();
    started.finish().unwrap()
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Makes two tests of each sentence, one for each engine to come to. A sentence is an `async fn(Original, Target)` in scope.
macro_rules! to_both_engines {
    ($($sentence:ident),+ $(,)?) => {
        mod to_sqlite {
            $(#[tokio::test]
            async fn $sentence() {
                let Some(original) = crate::scene::Original::empty().await else { return };
                super::$sentence(original, crate::scene::Target::new(tests::TestDb::sqlite().await)).await;
            })+
        }
        mod to_postgres {
            $(#[tokio::test]
            async fn $sentence() {
                let Some(original) = crate::scene::Original::empty().await else { return };
                let Some(test_db) = tests::TestDb::postgres().await else { return };
                super::$sentence(original, crate::scene::Target::new(test_db)).await;
            })+
        }
    };
}
pub(crate) use to_both_engines;
