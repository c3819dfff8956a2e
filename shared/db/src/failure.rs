//! From a driver's error to ours: what is worth another try, and a cause for the log without SQL, values or addresses.

use domain::Error;
use sqlx::error::ErrorKind;

/// What a driver's error means to the caller.
pub(crate) fn failed(error: sqlx::Error) -> Error {
    let cause = describe(&error);
    if is_temporary(&error) { Error::unavailable("database", cause) } else { Error::internal(cause) }
}

/// Worth another request, though perhaps not at once.
fn is_temporary(error: &sqlx::Error) -> bool {
    use sqlx::Error::{Database, PoolClosed, PoolTimedOut};
    match error {
        PoolTimedOut | PoolClosed => true,
        _ if is_handshake(error) => true,
        // A rejected login, a statement or a lock that took too long, a server that takes no writes at the moment.
        Database(database) => {
            is_repeatable(error)
                || database.code().is_some_and(|code| {
                    let postgres = code.starts_with("28") || ["57014", "55P03", "25P03", "25006"].contains(&&*code);
                    postgres || is_temporary_in_sqlite(&code)
                })
        }
        _ => is_repeatable(error),
    }
}

/// Busy, locked, a disk that fails or is full. SQLite's codes have at most four digits, those of PostgreSQL five signs; what is
/// above the lowest byte says where it happened.
fn is_temporary_in_sqlite(code: &str) -> bool {
    const BUSY_LOCKED_IO_FULL: [u32; 4] = [5, 6, 10, 13];
    code.len() < 5 && code.parse::<u32>().is_ok_and(|code| BUSY_LOCKED_IO_FULL.contains(&(code & 0xff)))
}

/// Worth another try at once, on another connection, where nothing has been changed by this one.
pub(crate) fn is_repeatable(error: &sqlx::Error) -> bool {
    use sqlx::Error::{Database, Io, Protocol, WorkerCrashed};
    match error {
        _ if is_handshake(error) => false,
        Io(_) | WorkerCrashed | Protocol(_) => true,
        // Connection exceptions, too little of something, shutdown and start, a replica's conflict, deadlocks; and a statement
        // that was prepared before a migration.
        Database(database) => database.code().is_some_and(|code| {
            ["08", "53", "40", "57P"].iter().any(|class| code.starts_with(class)) || code == "0A000" || code == "26000"
        }),
        _ => false,
    }
}

/// A table, a column or a right is missing: on a replica, what a migration has made has not arrived yet.
pub(crate) fn is_about_schema(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|database| database.code());
    code.is_some_and(|code| code.starts_with("42"))
}

/// The two ends do not agree about TLS: the driver says so in one way where the server has none, in another where it is not believed.
fn is_handshake(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Tls(_) => true,
        sqlx::Error::Io(io) => io.kind() == std::io::ErrorKind::InvalidData,
        _ => false,
    }
}

/// The server knows the user but not this password, or not the user.
pub(crate) fn is_login_rejected(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|database| database.code());
    code.is_some_and(|code| code == "28P01" || code == "28000")
}

/// What an operator can do something about, in words.
fn trouble(code: &str) -> Option<&'static str> {
    if code == "53100" {
        return Some("the disk of the server is full");
    }
    let code = code.parse::<u32>().ok().filter(|_| code.len() < 5)?;
    match code & 0xff {
        8 => Some("the database file may not be written"),
        10 => Some("the disk fails"),
        11 | 26 => Some("the database file is damaged, or is none"),
        13 => Some("the disk is full"),
        _ => None,
    }
}

fn describe(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(database) => {
            let code = database.code().unwrap_or_default();
            let constraint = database.constraint().unwrap_or("-");
            let kind = match database.kind() {
                ErrorKind::UniqueViolation => "unique violation",
                ErrorKind::ForeignKeyViolation => "foreign key violation",
                ErrorKind::NotNullViolation => "not-null violation",
                ErrorKind::CheckViolation => "check violation",
                _ => trouble(&code).unwrap_or("database error"),
            };
            format!("{kind}, code {code}, constraint {constraint}")
        }
        _ if is_handshake(error) => "TLS handshake failed".to_owned(),
        sqlx::Error::Io(io) => format!("input or output: {}", io.kind()),
        sqlx::Error::Protocol(_) => "the other end does not speak PostgreSQL, or lost its place".to_owned(),
        sqlx::Error::Decode(_) => "a row does not decode".to_owned(),
        sqlx::Error::PoolTimedOut => "no connection in time".to_owned(),
        sqlx::Error::PoolClosed => "the pool is closed".to_owned(),
        sqlx::Error::ColumnDecode { index, .. } => format!("column {index} does not decode"),
        sqlx::Error::RowNotFound => "a row that must be there is not".to_owned(),
        _ => "driver error".to_owned(),
    }
}
