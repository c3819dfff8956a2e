//! What a command asks of the database before it begins.

use crate::command::Action;
use serde_json::Value;

/// What is asked of the database before a command begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opening {
    /// Nothing.
    None,
    /// That it stays as it is; where there is none, an empty one stands for it.
    AsItIs,
    /// That it is there: one that is made for the purpose has no rows, and a backup of it would look like one.
    WithRows,
    /// That it is there in the end: a file that is missing is made.
    OrMade,
}

impl Opening {
    /// What an event asks.
    pub(crate) fn of_event(payload: &Value) -> Self {
        match payload["command"].as_str() {
            Some("restore") if payload["dry_run"] == true => Self::AsItIs,
            Some("backup" | "db-report" | "reprocess" | "rescore" | "sweep") => Self::WithRows,
            _ => Self::OrMade,
        }
    }
}

impl Action {
    pub(crate) fn opening(&self) -> Opening {
        match self {
            Self::SyncFiles(_) => Opening::None,
            Self::Restore(request) if request.dry_run => Opening::AsItIs,
            Self::Backup(_)
            | Self::DbReport
            | Self::Export { .. }
            | Self::Reprocess(_)
            | Self::Rescore(_)
            | Self::Sweep(_) => Opening::WithRows,
            _ => Opening::OrMade,
        }
    }
}
