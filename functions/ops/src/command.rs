//! What can be asked for: on the command line and as an event.

use crate::generate::Plan;
use clap::{Parser, Subcommand};
use domain::{Error, Kind, Result};
use serde::Deserialize;
use serde_json::Value;
use std::path::PathBuf;

/// Operations on the database that the environment names (a SQLite file under DATA_DIR where it names none).
#[derive(Debug, Parser)]
#[command(name = "ops", version)]
pub struct CommandLine {
    #[command(subcommand)]
    pub(crate) action: Action,
}

impl CommandLine {
    /// Reads the command line; ends the process after `--help` and after a mistake.
    pub fn read() -> Self {
        Self::parse()
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// The steps of the schema (a SQLite file gets missing ones whenever it is opened)
    Migrate {
        #[command(subcommand)]
        to: Migrate,
    },
    /// Bring the chargers of a data set in; may be repeated
    Import {
        #[command(subcommand)]
        from: Import,
    },
    /// Make chargers up, the same ones for the same seed
    Generate(Plan),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Migrate {
    /// Apply every step that is missing
    Up,
    /// Show every step and whether the database has it
    Status,
    /// Take steps back, and the data in their tables with them
    Down {
        /// The last step to keep; 0 keeps none
        #[arg(long, value_name = "VERSION")]
        to: i64,
    },
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
}

/// An event: `command` names it, every other member is its own.
#[derive(Debug, Deserialize)]
#[serde(tag = "command", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Event {
    Migrate(Direction),
    MigrationStatus {},
    Generate(Plan),
}

impl Event {
    /// # Errors
    /// Bad input that says what is not understood.
    pub(crate) fn parse(payload: Value) -> Result<Self> {
        serde_json::from_value(payload)
            .map_err(|error| Error::new(Kind::BadInput, format!("The event is not understood: {error}.")))
    }
}

/// Which way to migrate: up where nothing is said.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Direction {
    direction: Way,
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
    /// The last version to keep, or `None` for every step.
    ///
    /// # Errors
    /// Bad input where `down` lacks its `to`, or `up` has one.
    pub(crate) fn target(&self) -> Result<Option<i64>> {
        match (&self.direction, self.to) {
            (Way::Up, None) => Ok(None),
            (Way::Down, Some(version)) => Ok(Some(version)),
            (Way::Up, Some(_)) => Err(Error::bad_field("to", "excludes", "Only `down` has a version.")),
            (Way::Down, None) => Err(Error::bad_field("to", "required", "`down` needs the last version to keep.")),
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
        let target = |event: Value| match Event::parse(event) {
            Ok(Event::Migrate(direction)) => direction.target().map_err(|error| error.to_string()),
            other => panic!("{other:?}"),
        };
        assert_eq!(target(json!({"command": "migrate"})), Ok(None));
        assert_eq!(target(json!({"command": "migrate", "direction": "up"})), Ok(None));
        assert_eq!(target(json!({"command": "migrate", "direction": "down", "to": 0})), Ok(Some(0)));
        assert!(target(json!({"command": "migrate", "direction": "down"})).unwrap_err().starts_with("to: "));
        assert!(target(json!({"command": "migrate", "to": 3})).unwrap_err().starts_with("to: "));
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
        ] {
            let error = Event::parse(event).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
    }
}
