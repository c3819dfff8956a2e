//! One PostgreSQL server: its pool, its login, and whether it is worth asking.

use super::options;
use crate::failure::{failed, is_login_rejected, is_repeatable};
use crate::patience::Patience;
use domain::connection::{Database, Login, Replica};
use domain::{Error, Kind, Result, World};
use futures_util::future::BoxFuture;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, PgPool};
use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Asks for the login in the secret of this ARN; where a login comes along, it was rejected, and another one is wanted.
pub type Logins = Arc<dyn Fn(String, Option<Login>) -> BoxFuture<'static, Result<Login>> + Send + Sync>;

/// While a password changes, the secret may still hold the old one: rotation writes the database first.
const ROTATION_WAIT: Duration = Duration::from_secs(6);
/// A connection of the pool that does not answer for so long has lost its other end without a word.
const SILENCE: Duration = Duration::from_secs(1);
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
        Ok(Self { pool, settings, secret, world, used_at, down_until })
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
                Err(Trouble::Login(error)) if error.kind() == Kind::Unavailable => error,
                Err(Trouble::Login(error)) => return Err(error),
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
        let logged_in = tokio::time::timeout(patience.left(), self.log_in(rejected)).await;
        let no_login = |_| Err(Error::unavailable("secret store", "no answer in time"));
        logged_in.unwrap_or_else(no_login).map_err(Trouble::Login)?;
        if let Some(connection) = self.take_idle(patience).await {
            return Ok(connection);
        }
        let acquire = tokio::time::timeout(patience.left(), self.pool.acquire()).await;
        acquire.unwrap_or(Err(sqlx::Error::PoolTimedOut)).map_err(Trouble::Driver)
    }

    /// A connection that is there and answers. The pool would wait for one that has fallen silent as long as for any.
    async fn take_idle(&self, patience: &Patience) -> Option<PoolConnection<sqlx::Postgres>> {
        if !self.settings.pre_ping {
            return None;
        }
        while let Some(mut connection) = self.pool.try_acquire() {
            let answer = tokio::time::timeout(SILENCE.min(patience.left()), connection.ping()).await;
            if matches!(answer, Ok(Ok(()))) {
                return Some(connection);
            }
            drop(connection.detach());
            if answer.is_err() {
                self.forget_idle();
            }
        }
        None
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
            self.forget_idle();
        }
    }

    fn forget_idle(&self) {
        while let Some(connection) = self.pool.try_acquire() {
            drop(connection.detach());
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
