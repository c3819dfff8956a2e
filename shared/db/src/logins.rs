//! Logins of PostgreSQL: one that migrates, one that reads, one that writes.
//!
//! Two steps, since what a login may do hangs on roles that a migration makes: [`Db::prepare_migrator`] before the schema, as an
//! administrator, and [`Db::provide_logins`] after it. The administrator needs CREATEROLE, to own the database and nothing more; what
//! the schema is made of belongs to the migrator, and so do the other logins. Every step may be repeated.
//!
//! [`Db::change_password`] is for a rotation. The server never sees a password here, only its [`verifier`].

mod admin;
mod statistics;
mod take_over;
mod verifier;

use crate::Db;
use crate::failure::failed;
use crate::postgres::Postgres;
use crate::quote::{identifier, literal};
use admin::Admin;
use domain::connection::Login;
use domain::{Error, Kind, Result};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use verifier::Verifier;

/// What a login may do; the roles are made by a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Own the schema and make the other logins.
    Migrator,
    /// Read, within limits of time.
    Reader,
    /// Read and write, within limits of time.
    Writer,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Migrator, Self::Reader, Self::Writer];

    /// The role that its logins are members of.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Migrator => "sharaspot_migrator",
            Self::Reader => "sharaspot_reader",
            Self::Writer => "sharaspot_writer",
        }
    }
}

/// A login as it is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedLogin {
    /// Name and password.
    pub login: Login,
    /// What it may do.
    pub role: Role,
    /// Whether it logs in with this password already, which then stays as it is.
    pub is_accepted: bool,
}

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prepared {
    /// Logins that are new.
    pub made: Vec<String>,
    /// Logins that have another password now.
    pub renewed: Vec<String>,
    /// Tables and functions that belong to the migrator from now on.
    pub taken_over: u64,
}

impl Db {
    /// Whether the server accepts the login that this database is opened with, asked once.
    ///
    /// # Errors
    /// Whatever else keeps a connection from being made.
    pub async fn accepts_login(&self) -> Result<bool> {
        let Some(connection) = self.server()?.log_in().await? else { return Ok(false) };
        connection.close().await.map_err(failed)?;
        Ok(true)
    }

    /// Before the schema is made: the login that migrates is there, may make tables and roles, is in charge of the other logins, and
    /// owns what earlier runs of another login have made. `others` are the names of those other logins.
    ///
    /// # Errors
    /// Forbidden where this login may not do that; as every query.
    pub async fn prepare_migrator(&self, migrator: &WantedLogin, others: &[String]) -> Result<Prepared> {
        let mut admin = Admin::of(self.server()?).await?;
        let done = admin.prepare(migrator, others).await;
        admin.close().await;
        done
    }

    /// After the schema is made: every login is there, with the limits of its role, and a member of no other. Where one of them
    /// migrates, it makes the others and is in charge of them.
    ///
    /// # Errors
    /// Conflict where the schema is not there yet; forbidden where this login may not do that; as every query.
    pub async fn provide_logins(&self, wanted: &[WantedLogin]) -> Result<Prepared> {
        let mut admin = Admin::of(self.server()?).await?;
        let done = admin.provide(wanted).await;
        admin.close().await;
        done
    }

    /// Gives a login another password, as this login, which is the same, or in charge of it and it is one of ours. Sessions that are
    /// there stay.
    ///
    /// # Errors
    /// Forbidden for another login that is none of ours, or that this one is not in charge of; unavailable where this login is not accepted.
    pub async fn change_password(&self, login: &Login) -> Result<()> {
        let server = self.server()?;
        let rejected = || Error::unavailable("database", "the login is not accepted");
        let mut connection = server.log_in().await?.ok_or_else(rejected)?;
        if !is_ours(&mut connection, &login.username).await? {
            let detail =
                format!("The login {} has no role of this system; its password is not ours to change.", login.username);
            return Err(Error::new(Kind::Forbidden, detail));
        }
        let verifier = verifier(server, login);
        let name = identifier(&login.username);
        // Who waits for a lock waits two seconds at most.
        let sql = format!(
            "/* logins.renew */ SET lock_timeout = 2000; ALTER ROLE {name} PASSWORD {}",
            literal(verifier.as_str())
        );
        execute(&mut connection, sql).await?;
        connection.close().await.map_err(failed)
    }

    fn server(&self) -> Result<&Postgres> {
        match self {
            Self::Postgres(postgres) => Ok(postgres),
            #[cfg(feature = "embedded")]
            Self::Sqlite(_) => Err(Error::new(Kind::BadInput, "A SQLite file has no logins.")),
        }
    }
}

/// Whether a login has one of the roles, or is the one that asks.
async fn is_ours(connection: &mut PgConnection, login: &str) -> Result<bool> {
    const SQL: &str = "/* logins.ours */ SELECT $1 = current_user OR EXISTS (SELECT FROM pg_auth_members m
         JOIN pg_roles r ON r.oid = m.roleid JOIN pg_roles l ON l.oid = m.member
         WHERE l.rolname = $1 AND r.rolname = ANY($2))";
    let roles = Role::ALL.map(Role::as_str).to_vec();
    sqlx::query_scalar(SQL).bind(login).bind(roles).fetch_one(connection).await.map_err(failed)
}

fn verifier(server: &Postgres, login: &Login) -> Verifier {
    Verifier::new(&login.password, (server.world().new_id)().as_bytes())
}

async fn execute(connection: &mut PgConnection, sql: String) -> Result<()> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.map_err(refused)?;
    Ok(())
}

/// Who may not do a thing is told so in words.
fn refused(error: sqlx::Error) -> Error {
    let code = error.as_database_error().and_then(|database| database.code());
    match code.as_deref() {
        Some("42501") => {
            let detail = "The administrator's login may not do that: it needs CREATEROLE, must own the database, and must be in \
                          charge of (ADMIN OPTION) roles and logins that are there already.";
            Error::new(Kind::Forbidden, detail)
        }
        _ => failed(error),
    }
}
