//! The logins of the functions, from their secrets: one that migrates, one that reads, one that writes.
//!
//! What they may do hangs on roles that a migration makes, and the migrator must be there before it: so there are two halves, with
//! the migrations in between where the database is new ([`crate::custom_resource`] does all three). Everything may be repeated; a
//! password that is accepted stays, also where a rotation is under way.

mod summary;

pub use summary::Summary;

use crate::access::Access;
use crate::{App, Report};
use clap::Args;
use db::Db;
use db::logins::{Role, WantedLogin};
use domain::{Error, Kind, Result};
use serde::Deserialize;
use std::time::Duration;

/// Where the logins are kept.
#[derive(Clone, Debug, Default, Args, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Request {
    /// Secret of the administrator, else DB_ADMIN_SECRET_ARN, else the login of the environment
    #[arg(long, value_name = "ARN")]
    pub(crate) admin_secret: Option<String>,
    /// Secret of the login that migrates and makes the others
    #[arg(long, value_name = "ARN")]
    pub(crate) migrator_secret: Option<String>,
    /// Secret of the login of the functions that read
    #[arg(long, value_name = "ARN")]
    pub(crate) reader_secret: Option<String>,
    /// Secret of the login of the functions that write
    #[arg(long, value_name = "ARN")]
    pub(crate) writer_secret: Option<String>,
}

impl Request {
    /// Whether there is nothing to do.
    pub(crate) fn is_empty(&self) -> bool {
        self.secrets().next().is_none()
    }

    fn secrets(&self) -> impl Iterator<Item = (Role, &str)> {
        let Self { migrator_secret, reader_secret, writer_secret, .. } = self;
        let secrets = [migrator_secret, reader_secret, writer_secret];
        Role::ALL.into_iter().zip(secrets).filter_map(|(role, secret)| Some((role, secret.as_deref()?)))
    }
}

/// Makes the logins and gives them their rights.
///
/// # Errors
/// Bad input where no secret is named; conflict where the schema is not there yet (the migrator is, then); those of the secrets and
/// of the database.
pub async fn provide(app: &App, request: &Request) -> Result<Report> {
    if request.is_empty() {
        let detail = "Name the secrets: --migrator-secret, --reader-secret, --writer-secret.";
        return Err(Error::new(Kind::BadInput, detail));
    }
    let mut summary = prepare(app, request).await?;
    summary.add(grant(app, request).await?);
    Ok(Report::Logins(summary))
}

/// The half before the schema is made.
///
/// # Errors
/// As [`provide`].
pub(crate) async fn prepare(app: &App, request: &Request) -> Result<Summary> {
    let wanted = wanted(app, request).await?;
    let (migrators, others): (Vec<_>, Vec<_>) = wanted.into_iter().partition(|wanted| wanted.role == Role::Migrator);
    let Some(migrator) = migrators.first() else { return Ok(Summary::default()) };
    let others: Vec<String> = others.into_iter().map(|wanted| wanted.login.username).collect();
    Ok(admin(app, request).await?.prepare_migrator(migrator, &others).await?.into())
}

/// The half after it.
///
/// # Errors
/// As [`provide`].
pub(crate) async fn grant(app: &App, request: &Request) -> Result<Summary> {
    let wanted = wanted(app, request).await?;
    let mut summary = Summary::from(admin(app, request).await?.provide_logins(&wanted).await?);
    let login = |wanted: WantedLogin| (wanted.login.username, wanted.role.as_str());
    summary.logins = wanted.into_iter().map(login).collect();
    Ok(summary)
}

async fn admin(app: &App, request: &Request) -> Result<Db> {
    match request.admin_secret.as_ref().or(app.admin_secret.as_ref()) {
        Some(arn) => access(app).with_secret(arn).await,
        None => Ok(app.db.clone()),
    }
}

fn access(app: &App) -> Access {
    Access::new(&app.connection, app.world)
}

async fn wanted(app: &App, request: &Request) -> Result<Vec<WantedLogin>> {
    let mut all: Vec<WantedLogin> = Vec::new();
    for (role, arn) in request.secrets() {
        let wanted = wanted_login(&access(app), role, arn).await?;
        if let Some(other) = all.iter().find(|other| other.login.username == wanted.login.username) {
            let (one, other) = (other.role.as_str(), role.as_str());
            let detail = format!("The secrets of {one} and {other} hold the same login: each needs one of its own.");
            return Err(Error::new(Kind::Conflict, detail));
        }
        all.push(wanted);
    }
    Ok(all)
}

/// The login that a secret holds. Where the server accepts what a rotation is about to make of it, that is how it should be, too.
async fn wanted_login(access: &Access, role: Role, arn: &str) -> Result<WantedLogin> {
    let logins = secrets::logins(Duration::ZERO);
    let login = logins(arn.to_owned(), None).await?;
    let mut is_accepted = access.accepts(&login).await?;
    if !is_accepted {
        let pending = logins(arn.to_owned(), Some(login.clone())).await?;
        is_accepted = pending != login && access.accepts(&pending).await?;
    }
    Ok(WantedLogin { login, role, is_accepted })
}
