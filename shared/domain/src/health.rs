//! How we are: what `GET /api/health` says.

use serde::Serialize;

/// All of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Health {
    /// What it comes to.
    pub status: Status,
    /// The primary, or the SQLite file.
    pub database: Part,
    /// The copy that reads are sent to.
    pub replica: Part,
    /// The cache that instances share.
    pub cache: Part,
    /// Connections to the primary, without the one that this question takes.
    pub pool: Pool,
    /// Of the program.
    pub version: &'static str,
    /// Whether the process was started for this request.
    pub cold_start: bool,
}

/// A word for everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub enum Status {
    /// All parts are up.
    Ok,
    /// A part is down that others stand in for: every request is answered, if more slowly.
    Degraded,
    /// Nothing works without the part that is down.
    Down,
}

/// A part that may be down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub enum Part {
    /// It answers.
    Up,
    /// It does not.
    Down,
    /// There is none.
    None,
}

/// Connections to a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Pool {
    /// Connections that may stay open.
    pub size: u32,
    /// Connections that nobody uses.
    pub checked_in: u32,
    /// Connections in use, or being opened.
    pub checked_out: u32,
    /// Connections beyond `size`.
    pub overflow: u32,
    /// All of them.
    pub total_connections: u32,
}

impl Status {
    /// Reads go to the primary where the replica is down, and past a cache that is.
    pub fn of(database: Part, replica: Part, cache: Part) -> Self {
        match (database, replica, cache) {
            (Part::Down, ..) => Self::Down,
            (_, Part::Down, _) | (_, _, Part::Down) => Self::Degraded,
            _ => Self::Ok,
        }
    }
}

impl Part {
    /// Of whether it answers, where it is there.
    pub fn of(answers: Option<bool>) -> Self {
        match answers {
            Some(true) => Self::Up,
            Some(false) => Self::Down,
            None => Self::None,
        }
    }
}

impl Pool {
    /// A pool of so many connections, and those that there are.
    pub fn new(size: u32, checked_in: u32, checked_out: u32) -> Self {
        let total_connections = checked_in + checked_out;
        Self { size, checked_in, checked_out, overflow: total_connections.saturating_sub(size), total_connections }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_database_is_missed_by_everybody() {
        use Part::{Down, None, Up};
        for (parts, status) in [
            ((Up, None, None), Status::Ok),
            ((Up, Up, Up), Status::Ok),
            ((Up, Down, Up), Status::Degraded),
            ((Up, None, Down), Status::Degraded),
            ((Down, Up, Up), Status::Down),
            ((Down, Down, Down), Status::Down),
        ] {
            assert_eq!(Status::of(parts.0, parts.1, parts.2), status, "{parts:?}");
        }
    }

    #[test]
    fn what_is_beyond_the_size_is_overflow() {
        assert_eq!(
            Pool::new(2, 1, 3),
            Pool { size: 2, checked_in: 1, checked_out: 3, overflow: 2, total_connections: 4 }
        );
        assert_eq!(Pool::new(2, 0, 1).overflow, 0);
    }
}
