//! This program as it was started: with what the environment says, and nothing open before a command needs it.

use crate::access::Access;
use crate::command::{Command, Visit};
use crate::custom_resource::Sender;
use crate::doctor::Patient;
use crate::opening::Opening;
use crate::{App, CommandLine, Report, custom_resource, doctor, handle, measured, perform, rotation, sentence};
use config::Config;
use domain::{Error, Kind, Result};
use lambda_runtime::LambdaEvent;
use serde_json::Value;
use std::io::Write;
use std::pin::Pin;
use tokio::sync::OnceCell;

/// What a process does.
pub type Work<'p> = Pin<Box<dyn Future<Output = Result<(), lambda_runtime::Error>> + 'p>>;

/// A process of `ops`.
#[derive(Debug)]
pub struct Program {
    config: Result<Config, config::ConfigError>,
    app: OnceCell<App>,
}

impl Program {
    /// Starts the log: plain lines on standard error for a person, else JSON.
    pub fn start(config: Result<Config, config::ConfigError>, is_command_line: bool) -> Self {
        let chosen = config.as_ref().map_or_else(ToString::to_string, Config::summary);
        // PostgreSQL's "already exists, skipping" of every migration is no news.
        let level = config.as_ref().map_or("info", |config| config.log_filter.as_str());
        let filter = format!("sqlx::postgres::notice=warn,{level}");
        if is_command_line {
            telemetry::init_text(&filter);
            if config.is_ok() {
                eprintln!("{chosen}");
            }
        } else {
            let namespace = config.as_ref().map_or("SharaSpot", |config| config.metrics_namespace.as_str());
            let lines = telemetry::Settings { function: "ops", filter: &filter, namespace, now: config::world().now };
            telemetry::init_json(&lines, std::io::stdout, &chosen);
        }
        Self { config, app: OnceCell::new() }
    }

    /// Does what was typed, or answers events until Lambda ends the process. Boxed, and boxed within, since futures of futures nest deeper
    /// here than the compiler looks.
    pub fn run(&self, command: Option<CommandLine>) -> Work<'_> {
        match command {
            Some(command) if cfg!(feature = "terminal") => {
                Box::pin(async { Ok(Box::pin(self.execute(command, &mut std::io::stdout())).await?) })
            }
            _ => Box::pin(lambda_runtime::run(lambda_runtime::service_fn(|event| Box::pin(self.handle(event))))),
        }
    }

    /// One that has everything open already, and no log of its own.
    pub fn opened(config: Config, app: App) -> Self {
        Self { config: Ok(config), app: OnceCell::new_with(Some(app)) }
    }

    fn config(&self) -> Result<&Config> {
        self.config.as_ref().map_err(|error| Error::new(Kind::BadInput, error.to_string()))
    }

    pub(crate) async fn app(&self) -> Result<&App> {
        let config = self.config()?;
        self.app.get_or_try_init(|| App::open(config)).await
    }

    async fn app_for(&self, opening: Opening) -> Result<App> {
        match (self.app.get(), opening) {
            (None, Opening::None) => App::open_without_rows(self.config()?).await,
            (None, Opening::AsItIs) => App::open_to_look(self.config()?).await,
            (None, Opening::WithRows) => {
                let missing = self.config()?.database.file().filter(|file| !file.exists());
                if let Some(file) = missing {
                    let detail =
                        format!("There is no database {}: DATA_DIR or DATABASE_URL says where.", file.display());
                    return Err(Error::new(Kind::NotFound, detail));
                }
                self.app().await.cloned()
            }
            _ => self.app().await.cloned(),
        }
    }

    /// Does what was typed and writes the report, as text or as JSON.
    ///
    /// # Errors
    /// When the command itself failed, found what must not stay, or left photos undone; rejected rows of an import are part of its
    /// report. A report is written all the same where there is one.
    pub async fn execute(&self, command: CommandLine, out: &mut impl Write) -> Result<()> {
        let CommandLine { command, json } = command;
        // Boxed, since futures of futures are larger than the stack of a thread, unless they are optimised.
        let report = match command {
            Command::Doctor => self.visit().await,
            #[cfg(feature = "redrive")]
            Command::Redrive(request) => Box::pin(crate::redrive::redrive(self.config()?, &request)).await?,
            Command::On(action) => {
                let app = self.app_for(action.opening()).await?;
                match Box::pin(perform(&app, action, out)).await? {
                    Some(report) => report,
                    None => return Ok(()),
                }
            }
        };
        let written = if json {
            serde_json::to_writer_pretty(&mut *out, &report).map_err(std::io::Error::from).and_then(|()| writeln!(out))
        } else {
            write!(out, "{report}")
        };
        written.map_err(|error| Error::new(Kind::Internal, "The report cannot be written.").because(error))?;
        report.fault().map_or(Ok(()), Err)
    }

    /// Answers an event as [`handle`] does. The doctor's answer says what is wrong; that is no failure of the invocation.
    ///
    /// # Errors
    /// As there, and those of the environment and of opening. CloudFormation is told of them, as of all others.
    pub async fn handle(&self, event: LambdaEvent<Value>) -> Result<Value, lambda_runtime::Error> {
        // Each boxed, since futures of futures nest deeper here than the compiler looks.
        match Sender::of(&event.payload) {
            Some(Ok(sender)) => return Box::pin(custom_resource::serve(self, sender, event)).await,
            Some(Err(error)) => return measured(&event.context, Some("custom-resource"), async { Err(error) }).await,
            None => {}
        }
        if let Some(step) = rotation::Event::parse(&event.payload) {
            return measured(&event.context, Some("rotation"), Box::pin(self.rotate(step))).await;
        }
        if let Some(visit) = Visit::parse(&event.payload) {
            let work = Box::pin(async {
                visit?;
                Ok(self.visit().await)
            });
            return measured(&event.context, Some("doctor"), work).await;
        }
        let app = self.app_for(Opening::of_event(&event.payload)).await;
        Box::pin(handle(&app.map_err(|error| sentence(&error))?, event)).await
    }

    async fn rotate(&self, event: Result<rotation::Event>) -> Result<Report> {
        let (event, config) = (event?, self.config()?);
        let access = Access::new(&config.database, config::world());
        rotation::take_step(&access, config.admin_secret.as_deref(), &event).await
    }

    async fn visit(&self) -> Report {
        Report::Doctor(Box::pin(doctor::examine(&Patient::of(&self.config))).await)
    }
}
