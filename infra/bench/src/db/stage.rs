//! A database of one size: filled as `ops generate` fills it, and copied into the tables of the other candidates.

use super::places::Place;
use crate::Trouble;
use crate::server::Server;
use db::Db;
use domain::connection::Database;
use domain::geo::Point;
use domain::vocabulary::{Amenity, Port};
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use std::fmt;
use std::str::FromStr;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// From the Atlantic to Kyiv, from Sicily to Oslo: routes of 3000 km fit in.
const CONTINENT: &str = "-10,36,30,60";
/// Rows of a larger database are not copied a second time for comparison.
const MAX_COPIED: u64 = 1_000_000;
const COPIED_TABLES: [&str; 3] = ["chargers", "charger_connectors", "charger_status"];

/// How many chargers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale(pub u64);

impl FromStr for Scale {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (digits, unit) = match text.to_ascii_lowercase() {
            text if text.ends_with('k') => (text.trim_end_matches('k').to_owned(), 1_000),
            text if text.ends_with('m') => (text.trim_end_matches('m').to_owned(), 1_000_000),
            text => (text, 1),
        };
        let count: u64 = digits.parse().map_err(|_| format!("{text} is no size such as 100k or 1m"))?;
        if (10_000..=20_000_000).contains(&(count * unit)) {
            Ok(Self(count * unit))
        } else {
            Err("10k to 20m".to_owned())
        }
    }
}

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            count if count.is_multiple_of(1_000_000) => write!(f, "{} M", count / 1_000_000),
            count => write!(f, "{} K", count / 1_000),
        }
    }
}

/// A filled database.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) scale: Scale,
    pub(crate) url: String,
    /// Every charger of it.
    pub(crate) places: Vec<Place>,
    /// How long `ops generate` took.
    pub(crate) generated: Duration,
    /// How long a plain COPY of the same rows took.
    pub(crate) copied: Option<Duration>,
}

impl Stage {
    /// Fills a new database and copies it for the other candidates.
    pub(crate) async fn build(server: &Server, scale: Scale) -> Result<Self, Trouble> {
        let (url, generated) = fill(server, scale).await?;
        let copied = if scale.0 <= MAX_COPIED { Some(copy(server, &url).await?) } else { None };
        let mut connection = PgConnection::connect(&url).await?;
        connection.execute("VACUUM ANALYZE").await?;
        fill_candidates(&mut connection).await?;
        let places = load(&mut connection).await?;
        connection.close().await?;
        Ok(Self { scale, url, places, generated, copied })
    }

    /// Makes room for the next size.
    pub(crate) async fn drop_database(&self, server: &Server) -> Result<(), Trouble> {
        run(server, "postgres", &format!("DROP DATABASE chargers_{} WITH (FORCE)", self.scale.0)).await
    }
}

/// A new database with so many chargers, and how long `ops generate` took.
pub(crate) async fn fill(server: &Server, scale: Scale) -> Result<(String, Duration), Trouble> {
    let url = create_database(server, &format!("chargers_{}", scale.0)).await?;
    let db = open(&Database::at(&url, 2), "bench").await?;
    db.migrate_up().await?;
    let started = Instant::now();
    let plan = serde_json::from_value(json!({"chargers": scale.0, "bbox": CONTINENT}))?;
    // Of no environment: nothing here has photos or backups.
    let config = config::Config::read(&|_| None)?;
    let (photos, backups) = (ops::Photos::of(&config), ops::Backups::of(&config));
    ops::generate::generate(&ops::App::new(db.clone(), photos, backups, config::world()), &plan).await?;
    let generated = started.elapsed();
    eprintln!("bench: {scale}: generated in {generated:.1?}");
    db.close().await;
    Ok((url, generated))
}

/// Opens a database that has no secret.
pub(crate) async fn open(database: &Database, application: &str) -> Result<Db, Trouble> {
    let none = |_, _| -> secrets::PendingLogin { Box::pin(async { Err(domain::Error::internal("no secret here")) }) };
    Ok(Db::open(database, application, config::world(), none).await?)
}

pub(crate) async fn create_database(server: &Server, name: &str) -> Result<String, Trouble> {
    run(server, "postgres", &format!("CREATE DATABASE {name}")).await?;
    Ok(server.url(name))
}

pub(crate) async fn run(server: &Server, database: &str, sql: &str) -> Result<(), Trouble> {
    let mut connection = PgConnection::connect(&server.url(database)).await?;
    connection.execute(AssertSqlSafe(sql.to_owned())).await?;
    Ok(connection.close().await?)
}

/// The same rows into the same tables with the same indexes and triggers, by COPY alone. The server reads and writes the files.
async fn copy(server: &Server, url: &str) -> Result<Duration, Trouble> {
    let mut from = PgConnection::connect(url).await?;
    for table in COPIED_TABLES {
        from.execute(AssertSqlSafe(format!("COPY {table} TO PROGRAM 'cat >{table}.copy'"))).await?;
    }
    let copy_url = create_database(server, "copied").await?;
    let db = open(&Database::at(&copy_url, 1), "bench").await?;
    db.migrate_up().await?;
    db.close().await;
    let mut to = PgConnection::connect(&copy_url).await?;
    let started = Instant::now();
    for table in COPIED_TABLES {
        to.execute(AssertSqlSafe(format!("COPY {table} FROM PROGRAM 'cat {table}.copy'"))).await?;
    }
    let copied = started.elapsed();
    to.execute("COPY (SELECT 1) TO PROGRAM 'rm *.copy'").await?;
    to.close().await?;
    run(server, "postgres", "DROP DATABASE copied").await?;
    Ok(copied)
}

async fn fill_candidates(connection: &mut PgConnection) -> Result<(), Trouble> {
    let ports = Port::ALL.iter().map(|port| (port.bit(), port.as_str()));
    words(connection, "port_words", ports).await?;
    let amenities = Amenity::ALL.iter().map(|amenity| (amenity.bit(), amenity.as_str()));
    words(connection, "amenity_words", amenities).await?;
    for sql in [
        include_str!("../../sql/replaced.sql"),
        include_str!("../../sql/boxed.sql"),
        include_str!("../../sql/postgis.sql"),
    ] {
        sqlx::raw_sql(sql).execute(&mut *connection).await?;
    }
    connection.execute("VACUUM ANALYZE").await?;
    connection.execute("CHECKPOINT").await?;
    Ok(())
}

async fn words(
    connection: &mut PgConnection,
    table: &str,
    words: impl Iterator<Item = (i32, &'static str)>,
) -> Result<(), Trouble> {
    let (bits, words): (Vec<i32>, Vec<String>) = words.map(|(bit, word)| (bit, word.to_owned())).unzip();
    connection.execute(AssertSqlSafe(format!("CREATE TEMPORARY TABLE {table} (bit integer, word varchar)"))).await?;
    let sql = AssertSqlSafe(format!("INSERT INTO {table} SELECT * FROM unnest($1::integer[], $2::varchar[])"));
    sqlx::query(sql).bind(bits).bind(words).execute(connection).await?;
    Ok(())
}

async fn load(connection: &mut PgConnection) -> Result<Vec<Place>, Trouble> {
    let rows: Vec<(Uuid, f64, f64)> =
        sqlx::query_as("SELECT id, lat, lng FROM chargers ORDER BY id").fetch_all(connection).await?;
    let places = rows.into_iter().map(|(id, lat, lng)| Some(Place { id, point: Point::new(lat, lng)? }));
    Ok(places.collect::<Option<Vec<_>>>().ok_or("a charger is nowhere on Earth")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_read_and_shown() {
        for (text, count, shown) in [("100k", 100_000, "100 K"), ("1M", 1_000_000, "1 M"), ("10m", 10_000_000, "10 M")]
        {
            let scale = Scale::from_str(text);
            assert_eq!(scale, Ok(Scale(count)));
            assert_eq!(scale.map(|scale| scale.to_string()), Ok(shown.to_owned()));
        }
        assert!(Scale::from_str("many").is_err() && Scale::from_str("1k").is_err());
    }
}
