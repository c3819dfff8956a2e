//! One PostgreSQL server: its pool, its login, and whether it is worth asking.

use super::options;
use crate::failure::{failed, is_login_rejected, is_repeatable};
use crate::patience::Patience;
use crate::session::Session;
use domain::connection::{Database, Login, Replica};
use domain::{ConsistencyToken, Error, Result, World};
use futures_util::future::BoxFuture;
use sqlx::PgPool;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Asks for the login in the secret of this ARN; where a login comes along, it was rejected, and another one is wanted.
pub type Logins = Arc<dyn Fn(String, Option<Login>) -> BoxFuture<'static, Result<Login>> + Send + Sync>;

/// While a password changes, the secret may still hold the old one: rotation writes the database first.
const ROTATION_WAIT: Duration = Duration::from_secs(6);
/// A server that did not answer is left alone for so long.
const DOWN_MICROS: i64 = 10_000_000;

/// One server.
pub(crate) struct Server {
    pool: PgPool,
    settings: domain::connection::Pool,
    secret: Option<Secret>,
    world: World,
    /// When a connection was asked for last, by the wall clock: all others stop while a Lambda instance is frozen.
    used_at: AtomicI64,
    down_until: AtomicI64,
    /// How far a replica is known to have come.
    position: AtomicI64,
}

/// A login that may change while we run.
struct Secret {
    arn: String,
    logins: Logins,
    options: options::OptionsOf,
    current: Mutex<Option<Login>>,
}

impl Server {
    pub(super) fn primary(database: &Database, application: &str, world: World, logins: &Logins) -> Result<Self> {
        Self::open(database, options::primary(database, application)?, world, logins)
    }

    pub(super) fn replica(
        database: &Database,
        replica: &Replica,
        application: &str,
        world: World,
        logins: &Logins,
    ) -> Result<Self> {
        Self::open(database, options::replica(database, replica, application)?, world, logins)
    }

    fn open(database: &Database, target: options::Target, world: World, logins: &Logins) -> Result<Self> {
        let settings = database.pool;
        let pool = PgPoolOptions::new()
            .max_connections(settings.size + settings.overflow)
            .acquire_timeout(settings.timeout.mul_f64(0.9))
            .max_lifetime(settings.recycle)
            .test_before_acquire(settings.pre_ping);
        let (pool, secret) = match target {
            options::Target::Known(options) => (pool.connect_lazy_with(*options), None),
            options::Target::Secret { arn, options } => {
                let secret = Secret { arn, logins: logins.clone(), options, current: Mutex::default() };
                // Nothing connects before the first login is set.
                (pool.connect_lazy_with(PgConnectOptions::new_without_pgpass()), Some(secret))
            }
        };
        let (used_at, down_until) = ((world.now)().as_micros().into(), AtomicI64::default());
        Ok(Self { pool, settings, secret, world, used_at, down_until, position: AtomicI64::default() })
    }

    pub(super) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// A connection that is fit for use. Whatever fails before there is one may be tried again: nothing was asked of the server.
    pub(super) async fn acquire(&self, patience: &mut Patience) -> Result<PoolConnection<sqlx::Postgres>> {
        self.forget_stale();
        let mut rejected = None;
        loop {
            let error = match self.try_acquire(rejected.take(), patience).await {
                Ok(mut connection) => {
                    if self.pool.size() > self.settings.size {
                        connection.close_on_drop();
                    }
                    return Ok(connection);
                }
                Err(Trouble::Login(error)) => error,
                Err(Trouble::Driver(sqlx::Error::PoolTimedOut)) => return Err(self.no_connection()),
                Err(Trouble::Driver(error)) if is_login_rejected(&error) && self.secret.is_some() => {
                    rejected = self.current_login();
                    patience.stretch(ROTATION_WAIT);
                    failed(error)
                }
                Err(Trouble::Driver(error)) if is_repeatable(&error) => failed(error),
                Err(Trouble::Driver(error)) => return Err(failed(error)),
            };
            if !patience.pause().await {
                return Err(error);
            }
        }
    }

    async fn try_acquire(
        &self,
        rejected: Option<Login>,
        patience: &Patience,
    ) -> Result<PoolConnection<sqlx::Postgres>, Trouble> {
        self.log_in(rejected).await.map_err(Trouble::Login)?;
        let acquire = tokio::time::timeout(patience.left(), self.pool.acquire()).await;
        acquire.unwrap_or(Err(sqlx::Error::PoolTimedOut)).map_err(Trouble::Driver)
    }

    /// Sees to it that the next connection logs in with what the secret says.
    async fn log_in(&self, rejected: Option<Login>) -> Result<()> {
        let Some(secret) = &self.secret else { return Ok(()) };
        if rejected.is_none() && self.pool.num_idle() > 0 {
            return Ok(());
        }
        let login = (secret.logins)(secret.arn.clone(), rejected).await?;
        let options = (secret.options)(&login)?;
        let mut current = secret.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.as_ref() != Some(&login) {
            self.pool.set_connect_options(options);
            *current = Some(login);
        }
        Ok(())
    }

    fn current_login(&self) -> Option<Login> {
        let current = self.secret.as_ref()?.current.lock().unwrap_or_else(PoisonError::into_inner);
        current.clone()
    }

    /// After a freeze the sockets may be dead although nobody told us.
    fn forget_stale(&self) {
        let now = (self.world.now)().as_micros();
        let idle_micros = now - self.used_at.swap(now, Relaxed);
        if self.settings.recycle.is_some_and(|recycle| idle_micros >= recycle.as_micros() as i64) {
            while let Some(connection) = self.pool.try_acquire() {
                drop(connection.detach());
            }
        }
    }

    fn no_connection(&self) -> Error {
        let is_exhausted = self.pool.size() >= self.settings.size + self.settings.overflow;
        let cause =
            if is_exhausted { "no connection of the pool became free in time" } else { "no connection in time" };
        Error::unavailable("database", cause)
    }

    pub(super) fn is_down(&self) -> bool {
        self.down_until.load(Relaxed) > (self.world.now)().as_micros()
    }

    /// Leaves the server alone for a while.
    pub(super) fn note_down(&self, error: &Error) {
        let cause = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
        tracing::warn!(cause, "the replica does not answer; reads go to the primary");
        self.down_until.store((self.world.now)().as_micros() + DOWN_MICROS, Relaxed);
    }

    /// Whether this replica has all that the primary had when it handed the token out.
    pub(super) async fn has_come_to(
        &self,
        token: ConsistencyToken,
        session: &mut Session<sqlx::Postgres>,
    ) -> Result<bool, sqlx::Error> {
        // One that has been made the primary of its own has nothing to replay.
        const SQL: &str = "/* replica.position */ SELECT pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery()
             THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_insert_lsn() END, '0/0')::bigint";
        if self.position.load(Relaxed) < token.position() {
            let position: Option<i64> = sqlx::query_scalar(SQL).fetch_one(&mut *session).await?;
            self.position.fetch_max(position.unwrap_or(0), Relaxed);
        }
        Ok(self.position.load(Relaxed) >= token.position())
    }
}

/// Why there is no connection.
enum Trouble {
    /// There is no login to try.
    Login(Error),
    Driver(sqlx::Error),
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("pool", &self.settings).finish_non_exhaustive()
    }
}
