//! The database of the original system, page by page over its primary keys: memory does not grow with it. Nothing is ever written
//! to it: every page is a transaction that the server itself lets only read.
//!
//! Its columns are of slightly different types from place to place (arrays or JSON, times with or without a zone). Rows therefore
//! come as JSON objects, made by the server, which knows its own types; what is in them is for the caller to judge.

/// Runs a body in a transaction of its own on the original.
macro_rules! reading {
    ($source:expr, |$tx:ident| $body:expr) => {{
        let mut session = $source.begin().await?;
        let work = async {
            let $tx = &mut session;
            Ok::<_, sqlx::Error>($body)
        };
        match work.await {
            Ok(found) => session.finish().await.map(|()| found).map_err($crate::sharaspot::source::unread),
            Err(error) => Err($crate::sharaspot::source::unread(error)),
        }
    }};
}

mod photos;

pub use photos::{PhotoPage, PhotoText, PhotosOf};

use crate::failure::failed;
use crate::postgres::{Logins, Postgres};
use crate::session::Session;
use domain::connection::{Database, Server};
use domain::{Error, Kind, Result, World};
use serde_json::{Map, Value};
use sqlx::types::Json;
use std::sync::Arc;

/// A row of the original.
pub type Columns = Map<String, Value>;

/// An undefined table, an undefined column, a function for no such types.
const NOT_THE_ORIGINAL: [&str; 3] = ["42P01", "42703", "42883"];

/// The database of the original system.
#[derive(Debug)]
pub struct Source {
    postgres: Postgres,
}

/// What there is, and what of it has no place here.
#[derive(Clone, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Totals {
    /// Rows of `users`.
    pub users: i64,
    /// Rows of `chargers`.
    pub chargers: i64,
    /// Rows of `verification_actions`.
    pub verifications: i64,
    /// Guests that own nothing.
    pub idle_guests: i64,
    /// Users with an e-mail address.
    pub emails: i64,
    /// Users with a name.
    pub names: i64,
    /// Coins of all users.
    pub coins: i64,
    /// Tables that are not read.
    pub other_tables: Vec<String>,
}

macro_rules! guest_that_owns_nothing {
    () => {
        "coalesce(u.is_guest::text, '') IN ('true', 't', '1') AND u.id NOT IN (SELECT added_by FROM chargers WHERE added_by IS NOT NULL)
         AND u.id NOT IN (SELECT user_id FROM verification_actions WHERE user_id IS NOT NULL)"
    };
}

const TOTALS: &str = concat!(
    "/* sharaspot.totals */ SELECT count(*) AS users, (SELECT count(*) FROM chargers) AS chargers,
     (SELECT count(*) FROM verification_actions) AS verifications, count(*) FILTER (WHERE ",
    guest_that_owns_nothing!(),
    ") AS idle_guests, count(u.email) AS emails, count(u.name) AS names, coalesce(sum(u.shara_coins), 0)::bigint AS coins,
     ARRAY(SELECT tablename::text FROM pg_catalog.pg_tables WHERE schemaname = ANY(current_schemas(false))
         AND tablename NOT IN ('users', 'chargers', 'verification_actions', 'alembic_version') ORDER BY 1) AS other_tables
     FROM users u"
);
const USERS: &str = concat!(
    "/* sharaspot.users */ SELECT jsonb_build_object('id', u.id, 'created_at', u.created_at) FROM users u
     WHERE ($1::text IS NULL OR u.id > $1) AND NOT (",
    guest_that_owns_nothing!(),
    ") ORDER BY u.id LIMIT $2"
);
const CHARGERS: &str =
    "/* sharaspot.chargers */ SELECT jsonb_build_object('id', c.id, 'name', c.name, 'address', c.address,
     'latitude', c.latitude, 'longitude', c.longitude, 'port_types', c.port_types, 'available_ports', c.available_ports,
     'total_ports', c.total_ports, 'source_type', c.source_type, 'verification_level', c.verification_level,
     'added_by', c.added_by, 'is_author_known', EXISTS (SELECT 1 FROM users u WHERE u.id = c.added_by),
     'amenities', c.amenities, 'nearby_amenities', c.nearby_amenities, 'last_verified', c.last_verified,
     'uptime_percentage', c.uptime_percentage, 'notes', c.notes, 'created_at', c.created_at)
     FROM chargers c WHERE ($1::text IS NULL OR c.id > $1) ORDER BY c.id LIMIT $2";
const VERIFICATIONS: &str =
    "/* sharaspot.verifications */ SELECT jsonb_build_object('id', v.id, 'charger_id', v.charger_id,
     'user_id', v.user_id, 'is_author_known', EXISTS (SELECT 1 FROM users u WHERE u.id = v.user_id), 'action', v.action,
     'timestamp', v.timestamp, 'notes', v.notes, 'wait_time', v.wait_time, 'port_type_used', v.port_type_used,
     'ports_available', v.ports_available, 'charging_success', v.charging_success, 'payment_method', v.payment_method,
     'station_lighting', v.station_lighting, 'cleanliness_rating', v.cleanliness_rating,
     'charging_speed_rating', v.charging_speed_rating, 'amenities_rating', v.amenities_rating,
     'would_recommend', v.would_recommend)
     FROM verification_actions v WHERE ($1::text IS NULL OR v.id > $1::text::bigint) ORDER BY v.id LIMIT $2";

impl Source {
    /// The database at a URL, in any form that `DATABASE_URL` has; everything else (TLS, time-outs, the pool) is as it is for
    /// another. Nothing is connected before the first page.
    ///
    /// # Errors
    /// Bad input for what is no address of a PostgreSQL database.
    pub fn open(url: &str, like: &Database, world: World) -> Result<Self> {
        let url = url.trim().replacen("+asyncpg", "", 1);
        let not_an_address = || Error::new(Kind::BadInput, "The original's address must begin with postgresql://.");
        if !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
            return Err(not_an_address());
        }
        let database = Database { server: Server::Url(url), replica: None, ..like.clone() };
        let logins: Logins = Arc::new(|_, _| Box::pin(async { Err(Error::internal("an address has no secret")) }));
        let postgres = Postgres::open(&database, "ops import", world, &logins);
        Ok(Self { postgres: postgres.map_err(|_| not_an_address())? })
    }

    /// How much there is.
    ///
    /// # Errors
    /// Bad input where these are not the original's tables; those of a server that does not answer.
    pub async fn totals(&self) -> Result<Totals> {
        reading!(self, |tx| sqlx::query_as(TOTALS).fetch_one(tx).await?)
    }

    /// The next users, by id; guests that own nothing are left out.
    ///
    /// # Errors
    /// As [`Source::totals`].
    pub async fn users(&self, after: Option<&str>, limit: u32) -> Result<Vec<Columns>> {
        self.page(USERS, after, limit).await
    }

    /// The next chargers, by id, without their photos.
    ///
    /// # Errors
    /// As [`Source::totals`].
    pub async fn chargers(&self, after: Option<&str>, limit: u32) -> Result<Vec<Columns>> {
        self.page(CHARGERS, after, limit).await
    }

    /// The next verifications, by number, without their photos.
    ///
    /// # Errors
    /// As [`Source::totals`].
    pub async fn verifications(&self, after: Option<&str>, limit: u32) -> Result<Vec<Columns>> {
        self.page(VERIFICATIONS, after, limit).await
    }

    async fn page(&self, sql: &'static str, after: Option<&str>, limit: u32) -> Result<Vec<Columns>> {
        let rows: Vec<Json<Columns>> =
            reading!(self, |tx| sqlx::query_scalar(sql).bind(after).bind(i64::from(limit)).fetch_all(tx).await?)?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }

    /// A transaction that writes nothing and tells times in UTC.
    async fn begin(&self) -> Result<Session<sqlx::Postgres>> {
        let mut session = self.postgres.begin_read_only().await.map_err(of_the_original)?;
        let utc = sqlx::query("/* sharaspot.utc */ SET LOCAL TimeZone TO 'UTC'").execute(&mut session).await;
        utc.map_err(unread)?;
        Ok(session)
    }
}

fn unread(error: sqlx::Error) -> Error {
    let database = error.as_database_error();
    let is_another = database.and_then(|error| error.code()).is_some_and(|code| NOT_THE_ORIGINAL.contains(&&*code));
    match database {
        // It names what is missing, and no value.
        Some(database) if is_another => {
            let detail = "This is no database of the original system: a table or a column is missing.";
            Error::new(Kind::BadInput, detail).because(database.message().to_owned())
        }
        _ => of_the_original(failed(error)),
    }
}

/// Says which of the two databases it was.
fn of_the_original(error: Error) -> Error {
    Error::new(error.kind(), "The original's database could not be read.").because(error)
}
