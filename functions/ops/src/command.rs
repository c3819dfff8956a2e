//! What can be asked for: on the command line and as an event.

use crate::custom_resource::{Order, Sender};
use crate::generate::Plan;
use crate::migrate::Depth;
use crate::{backup, import, logins, ndjson, reprocess, rescore, restore, restore_drill, rotation, sweep, sync_files};
use clap::{Parser, Subcommand};
use domain::{Error, Kind, Result};
use serde::Deserialize;
use serde_json::Value;
use std::path::PathBuf;

/// Operations on the database and the photo store that the environment names (a SQLite file and a folder under DATA_DIR where it
/// names none).
#[derive(Debug, Parser)]
#[command(name = "ops", version)]
pub struct CommandLine {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Write the report as JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

impl CommandLine {
    /// Reads the command line; ends the process after `--help` and after a mistake.
    pub fn read() -> Self {
        Self::parse()
    }

    /// Reads words as if they were typed behind `ops`.
    ///
    /// # Errors
    /// What the process would say about the mistake.
    pub fn read_words<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Self> {
        let words = std::iter::once("ops").chain(words);
        Self::try_parse_from(words).map_err(|error| Error::new(Kind::BadInput, error.to_string()))
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check configuration, database, photo store and clock, and say what to do about what is wrong; fails where something is
    Doctor,
    /// Dead letters back to the functions that gave them up, once the cause is gone; needs no database
    #[cfg(feature = "redrive")]
    Redrive(crate::redrive::Request),
    #[command(flatten)]
    On(Action),
}

/// What is done on an open database.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// The steps of the schema (a SQLite file gets missing ones whenever it is opened)
    Migrate {
        #[command(subcommand)]
        to: Migrate,
    },
    /// Make the logins of the functions from their secrets, or make them as they should be; may be repeated
    Logins(logins::Request),
    /// Bring the chargers of a data set in, or everything of the original system; may be repeated
    Import {
        #[command(subcommand)]
        from: Import,
    },
    /// Write everything in the database out, for another database
    Export {
        #[command(subcommand)]
        to: Export,
    },
    /// Everything in the database, compressed and checksummed; goes on where an earlier one was ended
    Backup(backup::Request),
    /// A backup back into an empty database
    Restore(restore::Request),
    /// Whether the newest backup can be restored: on trial, in a database of its own
    RestoreDrill(restore_drill::Request),
    /// Photos to another place: what is missing there or different, nothing is deleted
    SyncFiles(sync_files::Request),
    /// Make chargers up, the same ones for the same seed
    Generate(Plan),
    /// Make photos again with today's settings; also those whose upload nobody was told of (--state pending)
    Reprocess(reprocess::Request),
    /// Remove uploads that were never attached, and objects that no photo names
    Sweep(sweep::Request),
    /// Let old verifications fade: score chargers anew that nobody has verified lately
    Rescore(rescore::Request),
    /// Show what the database says of itself: sizes, indexes, connections, slow statements
    DbReport,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Migrate {
    /// Repair indexes that are broken or gone, then apply every step that is missing
    Up,
    /// Take steps back, and the data in their tables with them
    Down {
        /// How many
        #[arg(default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        steps: u32,
        /// The last step to keep instead; 0 keeps none
        #[arg(long, value_name = "VERSION", conflicts_with = "steps")]
        to: Option<i64>,
    },
    /// Show every step and whether the database has it
    Status,
    /// Show when each step was applied, how long it took and whether its file has changed since
    History,
    /// Show whether every index is there and valid; fails where one is not
    VerifyIndexes,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Import {
    /// The "Alternative Fuel Stations" CSV of the U.S. Department of Energy
    Afdc {
        /// The CSV file
        file: PathBuf,
        /// Write every rejected row with line, id and reason there, as CSV
        #[arg(long, value_name = "FILE")]
        rejects: Option<PathBuf>,
    },
    /// Users, chargers, verifications and photos of the original system, from its PostgreSQL database
    Sharaspot(import::sharaspot::Request),
    /// Everything of another database, as `export ndjson` wrote it, into an empty one
    Ndjson(ndjson::Request),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Export {
    /// A line of JSON for each row, the same on both engines
    Ndjson {
        /// The file; - is standard output
        file: PathBuf,
    },
}

/// An event: `command` names it, every other member is its own.
#[derive(Debug, Deserialize)]
#[serde(tag = "command", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Event {
    Migrate(Direction),
    MigrationStatus {},
    MigrationHistory {},
    VerifyIndexes {},
    Logins(logins::Request),
    Generate(Plan),
    Reprocess(reprocess::Request),
    Sweep(sweep::Request),
    Rescore(rescore::Request),
    DbReport {},
    Backup(backup::Request),
    Restore(restore::Request),
    RestoreDrill(restore_drill::Request),
}

impl Event {
    /// # Errors
    /// Bad input that says what is not understood.
    pub(crate) fn parse(payload: Value) -> Result<Self> {
        parse(payload)
    }
}

/// The one event that is answered whether anything can be opened or not.
#[derive(Debug, Deserialize)]
#[serde(tag = "command", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Visit {
    Doctor {},
}

impl Visit {
    /// `None` for every other event.
    ///
    /// # Errors
    /// Bad input for one with members that it does not have.
    pub(crate) fn parse(payload: &Value) -> Option<Result<Self>> {
        (payload["command"] == "doctor").then(|| parse(payload.clone()))
    }
}

fn parse<T: serde::de::DeserializeOwned>(payload: Value) -> Result<T> {
    serde_json::from_value(payload)
        .map_err(|error| Error::new(Kind::BadInput, format!("The event is not understood: {error}.")))
}

/// Whether an event is understood; nothing is done.
///
/// # Errors
/// Bad input that says what is not.
pub fn check_event(payload: Value) -> Result<()> {
    if let Some(sender) = Sender::of(&payload) {
        return sender.and_then(|_| Order::parse(&payload)).map(drop);
    }
    if let Some(event) = rotation::Event::parse(&payload) {
        return event.map(drop);
    }
    match Visit::parse(&payload) {
        Some(visit) => visit.map(drop),
        None => Event::parse(payload).map(drop),
    }
}

/// Which way to migrate: up where nothing is said.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Direction {
    direction: Way,
    steps: Option<u32>,
    to: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Way {
    #[default]
    Up,
    Down,
}

impl Direction {
    /// How far down, or `None` for up. Down is never without a word how far: an event is quickly sent twice.
    ///
    /// # Errors
    /// Bad input where `down` has neither or both of `steps` and `to`, or `up` has one.
    pub(crate) fn depth(&self) -> Result<Option<Depth>> {
        match (&self.direction, self.steps, self.to) {
            (Way::Up, None, None) => Ok(None),
            (Way::Down, Some(0), None) => Err(Error::bad_field("steps", "out_of_range", "1 at least.")),
            (Way::Down, Some(steps), None) => Ok(Some(Depth::Steps(steps))),
            (Way::Down, None, Some(version)) => Ok(Some(Depth::To(version))),
            (Way::Up, ..) => Err(Error::bad_field("direction", "excludes", "Only `down` has `steps` or `to`.")),
            (Way::Down, ..) => Err(Error::bad_field(
                "direction",
                "required",
                "`down` needs `steps`, how many to take back, or `to`, the last one to keep.",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;
    use serde_json::json;

    #[test]
    fn the_command_line_is_well_formed() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn an_event_says_what_the_command_line_says() {
        let depth = |event: Value| match Event::parse(event) {
            Ok(Event::Migrate(direction)) => direction.depth().map_err(|error| error.to_string()),
            other => panic!("{other:?}"),
        };
        let down = |member: &str, value: i64| depth(json!({"command": "migrate", "direction": "down", member: value}));
        assert_eq!(depth(json!({"command": "migrate"})), Ok(None));
        assert_eq!(depth(json!({"command": "migrate", "direction": "up"})), Ok(None));
        assert_eq!(down("to", 0), Ok(Some(Depth::To(0))));
        assert_eq!(down("steps", 2), Ok(Some(Depth::Steps(2))));
        assert!(down("steps", 0).unwrap_err().starts_with("steps: "));
        let both = json!({"command": "migrate", "direction": "down", "steps": 1, "to": 1});
        for event in [json!({"command": "migrate", "direction": "down"}), json!({"command": "migrate", "to": 3}), both]
        {
            assert!(depth(event).unwrap_err().starts_with("direction: "));
        }
        assert!(matches!(Event::parse(json!({"command": "migration-history"})), Ok(Event::MigrationHistory {})));
        assert!(matches!(Event::parse(json!({"command": "verify-indexes"})), Ok(Event::VerifyIndexes {})));
        assert!(matches!(Event::parse(json!({"command": "migration-status"})), Ok(Event::MigrationStatus {})));
        assert!(matches!(
            Event::parse(json!({"command": "generate", "chargers": 5, "seed": 1})),
            Ok(Event::Generate(_))
        ));
    }

    #[test]
    fn an_event_that_is_not_understood_is_refused_with_the_reason() {
        for (event, word) in [
            (json!({"command": "drop-everything"}), "drop-everything"),
            (json!({}), "command"),
            (json!([]), "event"),
            (json!({"command": "migrate", "way": "up"}), "way"),
            (json!({"command": "migration-status", "of": 1}), "of"),
            (json!({"command": "generate", "seed": 1}), "chargers"),
            (json!({"command": "generate", "chargers": 0, "seed": 1}), "1 to"),
            (json!({"command": "generate", "chargers": 1, "seed": 1, "bbox": "1,2,3"}), "bbox"),
            (json!({"command": "reprocess", "since": "yesterday"}), "a day"),
            (json!({"command": "sweep", "days": 3}), "days"),
            (json!({"command": "backup", "keep": 3}), "keep"),
        ] {
            let error = Event::parse(event).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
    }
}
