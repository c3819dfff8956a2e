//! PostgreSQL as production runs it: a primary, perhaps a replica, and connections that come and go.
//!
//! [`Server`] is one of them with its pool and login, [`Reading`] the way of one read over both, `options` how a connection is
//! made. A [`Postgres`] that serves a request ([`Postgres::for_request`]) keeps the connection of one statement for the next, and
//! knows when the request's time is over.

mod address;
mod health;
mod options;
mod reading;
mod server;

pub(crate) use reading::Reading;
pub use server::Logins;

use crate::failure::{failed, is_login_rejected, is_repeatable};
use crate::patience::Patience;
use crate::session::{Manner, Session};
use domain::connection::{Database, Pooler};
use domain::{ConsistencyToken, Error, Kind, Result, Timestamp, World};
use server::{Server, Trouble};
use sqlx::PgConnection;
use sqlx::pool::PoolConnection;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What is kept of a request's time for the answer itself.
const RESERVE: Duration = Duration::from_millis(100);

/// PostgreSQL, with or without a request that is served.
#[derive(Clone, Debug)]
pub struct Postgres {
    servers: Arc<Servers>,
    request: Arc<Request>,
    avoids_replica: bool,
}

#[derive(Debug)]
struct Servers {
    primary: Arc<Server>,
    replica: Option<Arc<Server>>,
    manner: Manner,
    /// How long one statement may wait for its connection, pauses and further tries included.
    wait: Duration,
    world: World,
}

/// What holds for every statement of a request.
#[derive(Debug, Default)]
struct Request {
    deadline: Option<Timestamp>,
    token: Option<ConsistencyToken>,
    /// How far the copy had come that the request has its stamp from, in bytes of the log; 0 for none.
    seen: AtomicI64,
    /// The replica has not come as far as the token, or the primary has answered already: the rest of the request asks the primary.
    /// Whatever it has seen, it never sees less of it later.
    asks_primary: AtomicBool,
    /// The connection between two statements; none outside of a request, where each gives its own back.
    kept: Option<Mutex<Option<Kept>>>,
}

type Kept = (Source, Session<sqlx::Postgres>);

/// Where a read goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Primary,
    Replica,
}

impl Postgres {
    /// Nothing is connected before the first statement.
    pub(crate) fn open(database: &Database, application: &str, world: World, logins: &Logins) -> Result<Self> {
        // A tenth of the time is for the answer that says that there is no connection.
        let wait = database.pool.timeout.mul_f64(0.9);
        let keeps_statements = database.pooler == Pooler::None;
        let replica = match &database.replica {
            Some(replica) => Some(Arc::new(Server::replica(database, replica, application, world, logins)?)),
            None => None,
        };
        let servers = Servers {
            primary: Arc::new(Server::primary(database, application, world, logins)?),
            replica,
            manner: Manner { keeps_statements, slow: database.slow_query },
            wait,
            world,
        };
        Ok(Self { servers: Arc::new(servers), request: Arc::default(), avoids_replica: false })
    }

    /// For the statements of one request: they share a connection, end before the deadline and see what `token` saw.
    pub(crate) fn for_request(&self, deadline: Option<Timestamp>, token: Option<ConsistencyToken>) -> Self {
        let request = Request { deadline, token, kept: Some(Mutex::default()), ..Request::default() };
        Self { request: Arc::new(request), ..self.clone() }
    }

    /// The same servers, but reads go to the primary as well.
    pub(crate) fn primary(&self) -> Self {
        Self { avoids_replica: true, ..self.clone() }
    }

    /// What a copy must have to answer the rest of the request: that copies differ, also behind one address, is not to show.
    pub(crate) fn has_seen(&self, token: ConsistencyToken) {
        if self.request.kept.is_some() {
            self.request.seen.fetch_max(token.position(), Relaxed);
        }
    }

    /// What the client has handed in, or has seen since in this request.
    fn token(&self) -> Option<ConsistencyToken> {
        let seen = self.request.seen.load(Relaxed);
        self.request.token.max((seen > 0).then(|| ConsistencyToken::new(seen)))
    }

    /// The server that a read asks first.
    fn preferred(&self) -> Source {
        let avoids_replica = self.avoids_replica || self.request.asks_primary.load(Relaxed);
        match &self.servers.replica {
            Some(replica) if !avoids_replica && !replica.is_down() => Source::Replica,
            _ => Source::Primary,
        }
    }

    /// The way of one read.
    pub(crate) fn reading(&self) -> Reading<'_> {
        Reading::new(self)
    }

    /// A transaction on the primary. Until it has begun nothing is done, so trying again is safe.
    pub(crate) async fn begin(&self) -> Result<Session<sqlx::Postgres>> {
        self.begin_with("BEGIN").await
    }

    /// A transaction on the primary that the server lets write nothing.
    pub(crate) async fn begin_read_only(&self) -> Result<Session<sqlx::Postgres>> {
        self.begin_with("BEGIN READ ONLY").await
    }

    /// A transaction on the primary that sees one moment for as long as it lasts, and that the server lets write nothing.
    pub(crate) async fn begin_snapshot(&self) -> Result<Session<sqlx::Postgres>> {
        self.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await
    }

    async fn begin_with(&self, sql: &'static str) -> Result<Session<sqlx::Postgres>> {
        let mut patience = self.patience();
        loop {
            let mut session = self.session(Source::Primary, &mut patience).await?;
            match patience.bound(session.begin(sql)).await {
                Ok(()) => return Ok(session),
                Err(error) if is_repeatable(&error) && patience.pause().await => {}
                Err(error) => return Err(failed(error)),
            }
        }
    }

    /// A connection: the one that the statement before has left, or one of the pool.
    async fn session(&self, source: Source, patience: &mut Patience) -> Result<Session<sqlx::Postgres>> {
        if let Some(session) = self.kept(source) {
            return Ok(session);
        }
        let server = self.server(source);
        let (connection, home) = server.lend(server.acquire(patience).await?);
        Ok(Session::new(connection, home, self.servers.manner))
    }

    fn server(&self, source: Source) -> &Arc<Server> {
        match (source, &self.servers.replica) {
            (Source::Replica, Some(replica)) => replica,
            _ => &self.servers.primary,
        }
    }

    /// What the statement before has left, if it was on this server.
    fn kept(&self, source: Source) -> Option<Session<sqlx::Postgres>> {
        let (kept, session) = self.take_kept()?;
        (kept == source).then_some(session)
    }

    fn take_kept(&self) -> Option<Kept> {
        let kept = self.request.kept.as_ref()?;
        kept.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Leaves a finished connection for the next statement of the request.
    pub(crate) fn keep(&self, source: Source, session: Session<sqlx::Postgres>) {
        if let Some(kept) = &self.request.kept {
            self.request.asks_primary.fetch_or(source == Source::Primary, Relaxed);
            *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some((source, session));
        }
    }

    /// How long the next statement may wait: never past the request's own end.
    fn patience(&self) -> Patience {
        Patience::new(self.servers.world, self.servers.wait, self.time_left())
    }

    fn time_left(&self) -> Option<Duration> {
        let micros = self.request.deadline?.as_micros() - (self.servers.world.now)().as_micros();
        Some(Duration::from_micros(micros.max(0) as u64).saturating_sub(RESERVE))
    }

    /// Ends work when the request's time is over.
    pub(crate) async fn limit<T>(&self, work: impl Future<Output = T>) -> Result<T> {
        match self.time_left() {
            None => Ok(work.await),
            Some(left) => tokio::time::timeout(left, work)
                .await
                .map_err(|_| Error::unavailable("database", "the request's time is over")),
        }
    }

    /// Takes a transaction back. Where the server was not what it should be, its connection goes too: the next one may lead elsewhere.
    pub(crate) async fn abandon(&self, mut session: Session<sqlx::Postgres>, error: &Error) {
        if error.kind() != Kind::Unavailable {
            let _ = self.limit(session.abandon()).await;
        }
    }

    /// A connection to the primary as it is, for what is no statement of ours.
    ///
    /// # Errors
    /// Conflict behind a pooler, where a connection is no session: locks and settings would end up in others' hands.
    pub(crate) async fn connection(&self) -> Result<PoolConnection<sqlx::Postgres>> {
        self.require_session()?;
        Ok(self.servers.primary.acquire(&mut self.patience()).await?.into_connection())
    }

    /// # Errors
    /// Conflict behind a pooler.
    pub(crate) fn require_session(&self) -> Result<()> {
        if self.servers.manner.keeps_statements {
            return Ok(());
        }
        let detail = "This needs a direct connection: leave DB_POOLER out and name the server itself.";
        Err(Error::new(Kind::Conflict, detail))
    }

    pub(crate) fn world(&self) -> World {
        self.servers.world
    }

    pub(crate) fn has_replica(&self) -> bool {
        self.servers.replica.is_some()
    }

    /// A connection of its own to one of the servers, made once.
    ///
    /// # Errors
    /// Internal for a replica where there is none; what keeps it from being made.
    pub(crate) async fn knock(&self, source: Source) -> Result<PgConnection> {
        let server = match source {
            Source::Primary => Some(&self.servers.primary),
            Source::Replica => self.servers.replica.as_ref(),
        };
        Ok(server.ok_or_else(|| Error::internal("no replica is configured"))?.knock().await?)
    }

    /// A connection of its own to the primary, made once; `None` where the login is not accepted.
    ///
    /// # Errors
    /// Whatever else keeps it from being made.
    pub(crate) async fn log_in(&self) -> Result<Option<PgConnection>> {
        match self.servers.primary.knock().await {
            Ok(connection) => Ok(Some(connection)),
            Err(Trouble::Driver(error)) if is_login_rejected(&error) => Ok(None),
            Err(trouble) => Err(trouble.into()),
        }
    }

    /// Another database of the primary's server, with the login that the primary has now. Something was asked of that before.
    pub(crate) fn sibling(&self, name: &str) -> Result<Self> {
        let servers = &self.servers;
        let primary = Arc::new(servers.primary.sibling(name)?);
        let (manner, wait, world) = (servers.manner, servers.wait, servers.world);
        let servers = Arc::new(Servers { primary, replica: None, manner, wait, world });
        Ok(Self { servers, request: Arc::default(), avoids_replica: true })
    }

    pub(crate) async fn close(&self) {
        drop(self.take_kept());
        self.servers.primary.close().await;
        if let Some(replica) = &self.servers.replica {
            replica.close().await;
        }
    }

    /// The pool of the primary: for tests that look behind the curtain.
    pub fn pool(&self) -> &sqlx::PgPool {
        self.servers.primary.pool()
    }
}
