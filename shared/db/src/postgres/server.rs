//! One PostgreSQL server: its pool, its login, and whether it is worth asking.

mod down;

use super::options;
use crate::failure::{failed, is_login_rejected, is_repeatable};
use crate::patience::Patience;
use crate::session::Home;
use crate::wait::Wait;
use domain::connection::{Database, Login, Replica};
use domain::health::Pool;
use domain::{Error, Kind, Result, Timestamp, World};
use futures_util::future::BoxFuture;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, PgConnection, PgPool};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicI64};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Asks for the login in the secret of this ARN; where a login comes along, it was rejected, and another one is wanted.
pub type Logins = Arc<dyn Fn(String, Option<Login>) -> BoxFuture<'static, Result<Login>> + Send + Sync>;

/// While a password changes, the secret may still hold the old one: rotation writes the database first.
const ROTATION_WAIT: Duration = Duration::from_secs(6);
/// A connection of the pool that does not answer for so long has lost its other end without a word.
const SILENCE: Duration = Duration::from_secs(1);
/// One that is made for a single question has so long.
const KNOCK: Duration = Duration::from_secs(10);

/// One server. The connections between two requests are kept here and not in the driver's pool: that tries each of them out when
/// it comes back, for as long as it takes, and an instance that is frozen meanwhile would wake up with its only connection lost.
pub(crate) struct Server {
    pool: PgPool,
    idle: Mutex<Vec<Idle>>,
    /// As many as there may be connections.
    permits: Arc<Semaphore>,
    settings: domain::connection::Pool,
    secret: Option<Secret>,
    world: World,
    down_until: AtomicI64,
}

/// A connection that nobody uses.
struct Idle {
    connection: PoolConnection<sqlx::Postgres>,
    /// By the wall clock: all others stop while a Lambda instance is frozen.
    opened_at: Timestamp,
}

/// A connection, and the right to have one.
pub(super) struct Lease {
    idle: Idle,
    permit: OwnedSemaphorePermit,
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
        Self::open(database.pool, options::primary(database, application)?, world, logins)
    }

    pub(super) fn replica(
        database: &Database,
        replica: &Replica,
        application: &str,
        world: World,
        logins: &Logins,
    ) -> Result<Self> {
        Self::open(database.pool, options::replica(database, replica, application)?, world, logins)
    }

    /// The same server with another of its databases.
    pub(super) fn sibling(&self, name: &str) -> Result<Self> {
        let options = (*self.pool.connect_options()).clone().database(name);
        let logins: Logins = Arc::new(|_, _| Box::pin(async { Err(Error::internal("a known login has no secret")) }));
        Self::open(self.settings, options::Target::Known(Box::new(options)), self.world, &logins)
    }

    fn open(
        settings: domain::connection::Pool,
        target: options::Target,
        world: World,
        logins: &Logins,
    ) -> Result<Self> {
        let places = settings.size + settings.overflow;
        let pool = PgPoolOptions::new()
            // The limit is that of the permits; whoever looks behind the curtain finds a place as well.
            .max_connections(2 * places)
            .acquire_timeout(settings.timeout.mul_f64(0.9))
            .max_lifetime(None)
            .idle_timeout(None);
        let (pool, secret) = match target {
            options::Target::Known(options) => (pool.connect_lazy_with(*options), None),
            options::Target::Secret { arn, options } => {
                let secret = Secret { arn, logins: logins.clone(), options, current: Mutex::default() };
                // Nothing connects before the first login is set.
                (pool.connect_lazy_with(PgConnectOptions::new_without_pgpass()), Some(secret))
            }
        };
        let permits = Arc::new(Semaphore::new(places as usize));
        let (idle, down_until) = (Mutex::default(), AtomicI64::default());
        Ok(Self { pool, idle, permits, settings, secret, world, down_until })
    }

    pub(super) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// As many connections as there may be at a time.
    pub(super) fn places(&self) -> u32 {
        self.settings.size + self.settings.overflow
    }

    /// Connections, as they are now.
    pub(super) fn pool_in_use(&self) -> Pool {
        let checked_out = self.places().saturating_sub(self.permits.available_permits() as u32);
        Pool::new(self.settings.size, self.idle().len() as u32, checked_out)
    }

    /// A connection that is fit for use. Whatever fails before there is one may be tried again: nothing was asked of the server.
    pub(super) async fn acquire(&self, patience: &mut Patience) -> Result<Lease> {
        let wait = Wait::start();
        wait.end(self.try_until_acquired(patience).await)
    }

    async fn try_until_acquired(&self, patience: &mut Patience) -> Result<Lease> {
        let mut rejected = None;
        loop {
            let error = match self.try_acquire(rejected.take(), patience).await {
                Ok(lease) => return Ok(lease),
                Err(Trouble::Before(error)) if error.kind() == Kind::Unavailable => error,
                Err(Trouble::Before(error)) => return Err(error),
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

    /// One try. Whoever pauses before the next one holds no place meanwhile: others wait for it, and less patiently.
    async fn try_acquire(&self, rejected: Option<Login>, patience: &Patience) -> Result<Lease, Trouble> {
        let permit = tokio::time::timeout(patience.left(), self.permits.clone().acquire_owned()).await;
        let exhausted = || Error::unavailable("database", "no connection of the pool became free in time");
        let permit = permit.ok().and_then(Result::ok).ok_or_else(exhausted).map_err(Trouble::Before)?;
        if let Some(idle) = self.take_idle(patience).await {
            return Ok(Lease { idle, permit });
        }
        let connection = self.try_connect(rejected, patience).await?;
        Ok(Lease { idle: Idle { connection, opened_at: (self.world.now)() }, permit })
    }

    async fn try_connect(
        &self,
        rejected: Option<Login>,
        patience: &Patience,
    ) -> Result<PoolConnection<sqlx::Postgres>, Trouble> {
        let logged_in = tokio::time::timeout(patience.left(), self.log_in(rejected)).await;
        let no_login = |_| Err(Error::unavailable("secret store", "no answer in time"));
        logged_in.unwrap_or_else(no_login).map_err(Trouble::Before)?;
        tracing::info!(target: "metric", pool_connects = 1_u64);
        let acquire = tokio::time::timeout(patience.left(), self.pool.acquire()).await;
        acquire.unwrap_or(Err(sqlx::Error::PoolTimedOut)).map_err(Trouble::Driver)
    }

    /// A connection beyond all that there may be: for who asks whether there can be one.
    pub(super) async fn connect_aside(&self, patience: &Patience) -> Result<PgConnection> {
        Ok(self.try_connect(None, patience).await?.detach())
    }

    /// A connection that is there, young enough, and answers.
    async fn take_idle(&self, patience: &Patience) -> Option<Idle> {
        loop {
            let next = self.idle().pop();
            let mut idle = next?;
            let age_micros = (self.world.now)().as_micros() - idle.opened_at.as_micros();
            if self.settings.recycle.is_some_and(|recycle| age_micros >= recycle.as_micros() as i64) {
                drop(idle.connection.detach());
                continue;
            }
            if !self.settings.pre_ping {
                return Some(idle);
            }
            let answer = tokio::time::timeout(SILENCE.min(patience.left()), idle.connection.ping()).await;
            if matches!(answer, Ok(Ok(()))) {
                return Some(idle);
            }
            drop(idle.connection.detach());
            if answer.is_err() {
                // What happened to one happened to all.
                self.forget_idle();
            }
        }
    }

    /// The connection, and what takes it back.
    pub(super) fn lend(self: &Arc<Self>, lease: Lease) -> (PoolConnection<sqlx::Postgres>, Home<sqlx::Postgres>) {
        let Lease { idle: Idle { connection, opened_at }, permit } = lease;
        let server = self.clone();
        let home = move |connection| {
            server.take_back(Idle { connection, opened_at });
            drop(permit);
        };
        (connection, Box::new(home))
    }

    /// Keeps as many connections as the pool is to have, and closes what goes beyond.
    fn take_back(&self, returned: Idle) {
        let mut idle = self.idle();
        if idle.len() < self.settings.size as usize && !self.pool.is_closed() {
            idle.push(returned);
        } else {
            drop(returned.connection.detach());
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn forget_idle(&self) {
        for idle in self.idle().drain(..) {
            drop(idle.connection.detach());
        }
    }

    pub(super) async fn close(&self) {
        self.forget_idle();
        self.pool.close().await;
    }

    /// A connection for one question, tried once: the pool would try again, and say in the end only that there was none.
    pub(super) async fn knock(&self) -> Result<PgConnection, Trouble> {
        self.log_in(None).await.map_err(Trouble::Before)?;
        let (options, patience) = (self.pool.connect_options(), Patience::new(self.world, KNOCK, None));
        patience.bound(PgConnection::connect_with(&options)).await.map_err(Trouble::Driver)
    }

    /// Sees to it that the next connection logs in with what the secret says.
    async fn log_in(&self, rejected: Option<Login>) -> Result<()> {
        let Some(secret) = &self.secret else { return Ok(()) };
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
}

/// Why there is no connection.
pub(super) enum Trouble {
    /// There is no place for one, or no login to try.
    Before(Error),
    Driver(sqlx::Error),
}

impl From<Trouble> for Error {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Before(error) => error,
            Trouble::Driver(error) => failed(error),
        }
    }
}

impl Lease {
    /// The connection alone: it will not come back.
    pub(super) fn into_connection(self) -> PoolConnection<sqlx::Postgres> {
        self.idle.connection
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("pool", &self.settings).finish_non_exhaustive()
    }
}
