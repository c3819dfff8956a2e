//! Operations, as a Lambda function and as a command line: migrations, imports, generated chargers, backups, upkeep, and a look at it all.
//!
//! Both ways call the same functions: [`Program::execute`] what was typed ([`CommandLine`]), [`handle`] an event
//! (`{"command": "migrate"}`; CloudFormation and Secrets Manager have events of their own: [`custom_resource`], [`rotation`]). What
//! reads a file exists on the command line only. Each command has its file ([`migrate`],
//! [`import`], [`generate`], [`backup`], [`restore`], [`reprocess`], [`sweep`], [`rescore`], [`doctor`], …) and answers a [`Report`],
//! which a person reads as text and a program as JSON. A [`Program`] opens what a command needs when it comes, so that the doctor can
//! be asked where nothing can be opened. What may take longer than Lambda allows stops before the deadline, and the report says where
//! to go on.
//!
//! No SQL and no decision about what a valid charger is: those are in `db` and `domain`. How a photo is made is not decided here
//! either: `reprocess` calls `optimize-photo`. SQLite (feature `embedded`) is on by default, since this is the tool that fills an
//! embedded database.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod backup;
pub mod custom_resource;
pub mod db_report;
pub mod doctor;
pub mod generate;
pub mod import;
pub mod logins;
pub mod migrate;
pub mod ndjson;
#[cfg(feature = "redrive")]
pub mod redrive;
pub mod reprocess;
pub mod rescore;
pub mod restore;
pub mod restore_drill;
pub mod rotation;
pub mod sweep;
pub mod sync_files;

mod access;
mod allowance;
mod backups;
mod command;
mod opening;
mod photos;
mod program;
mod report;
mod station;

pub use backups::Backups;
pub use command::{CommandLine, check_event};
pub use photos::Photos;
pub use program::{Program, Work};
pub use report::Report;

use allowance::Allowance;
use command::{Action, Event, Export, Import, Migrate};
use config::Config;
use db::Db;
use domain::connection::Database;
use domain::{Result, Timestamp, World};
use lambda_runtime::{Context, LambdaEvent};
use migrate::Depth;
use serde_json::Value;
use std::error::Error as StdError;
use std::io::Write;
use telemetry::End;

const INTERNAL: &str = "Something went wrong on our side.";

/// What the commands need.
#[derive(Clone, Debug)]
pub struct App {
    db: Db,
    photos: Photos,
    backups: Backups,
    world: World,
    /// How another database than ours is connected: as ours is.
    connection: Database,
    /// The secret of who makes logins, unless a command names another.
    admin_secret: Option<String>,
}

impl App {
    /// Commands on a database, its photos and its backups, with a clock and a source of ids.
    pub fn new(db: Db, photos: Photos, backups: Backups, world: World) -> Self {
        Self { db, photos, backups, world, connection: Database::at("", 4), admin_secret: None }
    }

    /// The same, with this TLS, these time-outs and this pool for databases that commands read from.
    #[must_use]
    pub fn connecting_like(self, connection: Database) -> Self {
        Self { connection, ..self }
    }

    /// Opens the database that the environment names.
    ///
    /// # Errors
    /// Those of opening; PostgreSQL is connected with the first statement only.
    pub async fn open(config: &Config) -> Result<Self> {
        let (logins, world) = (secrets::logins(config.secret_ttl), config::world());
        let db = Db::open(&config.database, "ops", world, logins).await?;
        Ok(Self::of(config, &db, world))
    }

    /// As [`App::open`], for who only looks: makes and migrates no file, and where there is none an empty database stands for it.
    ///
    /// # Errors
    /// As there.
    pub async fn open_to_look(config: &Config) -> Result<Self> {
        let (logins, world) = (secrets::logins(config.secret_ttl), config::world());
        let db = match Db::open_as_it_is(&config.database, "ops", world, logins).await? {
            Some(db) => db,
            None => Db::empty().await?,
        };
        Ok(Self::of(config, &db, world))
    }

    /// For what needs photos or backups alone.
    ///
    /// # Errors
    /// As [`Db::empty`].
    pub async fn open_without_rows(config: &Config) -> Result<Self> {
        Ok(Self::of(config, &Db::empty().await?, config::world()))
    }

    fn of(config: &Config, db: &Db, world: World) -> Self {
        let app = Self::new(db.primary(), Photos::of(config), Backups::of(config), world);
        Self { admin_secret: config.admin_secret.clone(), ..app.connecting_like(config.database.clone()) }
    }
}

/// Does what was typed; no report where the output is taken by what was asked for.
///
/// # Errors
/// When the command itself failed; see [`Report::fault`] for what it found.
async fn perform(app: &App, action: Action, out: &mut impl Write) -> Result<Option<Report>> {
    let interruptible = || Allowance::until_interrupted(app.world.now);
    let report = match action {
        Action::Migrate { to: Migrate::Status } => migrate::status(&app.db).await?,
        Action::Migrate { to: Migrate::Up } => migrate::up(&app.db, None).await?,
        Action::Migrate { to: Migrate::Down { steps, to } } => {
            migrate::down(&app.db, to.map_or(Depth::Steps(steps), Depth::To)).await?
        }
        Action::Migrate { to: Migrate::History } => migrate::history(&app.db).await?,
        Action::Migrate { to: Migrate::VerifyIndexes } => migrate::verify_indexes(&app.db).await?,
        Action::Import { from: Import::Afdc { file, rejects } } => {
            import::afdc::import_file(app, &file, rejects.as_deref()).await?
        }
        Action::Import { from: Import::Sharaspot(request) } => {
            import::sharaspot::import(app, &request, &interruptible()).await?
        }
        Action::Import { from: Import::Ndjson(request) } => ndjson::import(app, &request).await?,
        Action::Export { to: Export::Ndjson { file } } => {
            let target = ndjson::Target::of(&file);
            let report = ndjson::export(app, &target, out).await?;
            // The text has standard output to itself.
            if matches!(target, ndjson::Target::Out) {
                eprint!("{report}");
                return Ok(None);
            }
            report
        }
        Action::Backup(request) => backup::backup(app, &request, &interruptible()).await?,
        Action::Restore(request) => restore::restore(app, &request, &interruptible()).await?,
        Action::RestoreDrill(request) => restore_drill::drill(app, &request, &interruptible()).await?,
        Action::SyncFiles(request) => sync_files::sync_files(app, &request, &interruptible()).await?,
        Action::Generate(plan) => generate::generate(app, &plan).await?,
        Action::Reprocess(request) => reprocess::reprocess(app, &request, &interruptible()).await?,
        Action::Sweep(request) => sweep::sweep(app, &request, &interruptible()).await?,
        Action::Rescore(request) => rescore::rescore(app, &request, &interruptible()).await?,
        Action::Logins(request) => logins::provide(app, &request).await?,
        Action::DbReport => db_report::report(&app.db).await?,
    };
    Ok(Some(report))
}

/// Answers an event with the report as JSON.
///
/// # Errors
/// When the event is not understood or the command failed: the invocation then counts as failed. Photos that failed one by one are
/// part of the answer, which says where to go on.
pub async fn handle(app: &App, event: LambdaEvent<Value>) -> Result<Value, lambda_runtime::Error> {
    // Whoever invokes this function operates the system; the runtime logs the same sentence.
    let LambdaEvent { payload, context } = event;
    let allowance = Allowance::up_to(deadline(&context), app.world.now);
    let command = payload["command"].as_str().map(str::to_owned);
    measured(&context, command.as_deref(), answer(app, payload, &allowance)).await
}

/// Does the work of an event as a request of its own, with its line in the log.
async fn measured(
    context: &Context,
    command: Option<&str>,
    work: impl Future<Output = Result<Report>>,
) -> Result<Value, lambda_runtime::Error> {
    let measured = telemetry::Request::start("ops", &context.request_id, context.xray_trace_id.as_deref());
    let report = measured.run(work).await;
    measured.end(&End { command, has_failed: report.is_err(), ..End::default() });
    Ok(serde_json::to_value(report.map_err(|error| sentence(&error))?)?)
}

fn deadline(context: &Context) -> Option<Timestamp> {
    // Zero where nobody has set one; `cargo lambda watch` says how long, ten minutes, and not until when.
    const A_DAY_MS: i64 = 24 * 60 * 60 * 1_000;
    let milliseconds = i64::try_from(context.deadline).ok().filter(|milliseconds| *milliseconds > A_DAY_MS)?;
    Some(Timestamp::from_micros(milliseconds.saturating_mul(1_000)))
}

async fn answer(app: &App, event: Value, allowance: &Allowance) -> Result<Report> {
    let report = match Event::parse(event)? {
        Event::MigrationStatus {} => migrate::status(&app.db).await,
        Event::MigrationHistory {} => migrate::history(&app.db).await,
        Event::VerifyIndexes {} => migrate::verify_indexes(&app.db).await,
        Event::Migrate(direction) => match direction.depth()? {
            None => migrate::up(&app.db, allowance.left()).await,
            Some(depth) => migrate::down(&app.db, depth).await,
        },
        Event::Generate(plan) => generate::generate(app, &plan).await,
        Event::Reprocess(request) => return reprocess::reprocess(app, &request, allowance).await,
        Event::Backup(request) => return backup::backup(app, &request, allowance).await,
        Event::Restore(request) => {
            request.check_event()?;
            return restore::restore(app, &request, allowance).await;
        }
        Event::RestoreDrill(request) => return restore_drill::drill(app, &request, allowance).await,
        Event::Sweep(request) => return sweep::sweep(app, &request, allowance).await,
        Event::Rescore(request) => return rescore::rescore(app, &request, allowance).await,
        Event::Logins(request) => logins::provide(app, &request).await,
        Event::DbReport {} => db_report::report(&app.db).await,
    }?;
    report.fault().map_or(Ok(report), Err)
}

/// An error as one sentence for whoever operates the system: with its causes, which a client would never see.
pub fn sentence(error: &(dyn StdError + 'static)) -> String {
    let chain = std::iter::successors(Some(error), |error: &&'_ (dyn StdError + 'static)| StdError::source(*error));
    // What a client is told about a fault of ours says nothing here.
    let says_nothing = |error: &dyn StdError| error.source().is_some() && error.to_string() == INTERNAL;
    let parts =
        chain.filter(|error| !says_nothing(*error)).map(|error| error.to_string().trim_end_matches('.').to_owned());
    let parts: Vec<String> = parts.collect();
    match parts.split_first() {
        Some((first, causes)) if !causes.is_empty() => format!("{first} ({}).", causes.join(": ")),
        _ => format!("{}.", parts.concat()),
    }
}
