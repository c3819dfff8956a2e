//! From a driver's error to ours: what is worth another try, and a cause for the log without SQL, values or addresses.

use domain::Error;
use sqlx::error::ErrorKind;

/// What a driver's error means to the caller.
pub(crate) fn failed(error: sqlx::Error) -> Error {
    let cause = describe(&error);
    if is_temporary(&error) { Error::unavailable("database", cause) } else { Error::internal(cause) }
}

fn is_temporary(error: &sqlx::Error) -> bool {
    use sqlx::Error::{Database, Io, PoolClosed, PoolTimedOut, Tls, WorkerCrashed};
    match error {
        Io(_) | Tls(_) | PoolTimedOut | PoolClosed | WorkerCrashed => true,
        // PostgreSQL: connection exceptions, rejected logins, too many connections, shutdown. SQLite: busy or locked.
        Database(database) => database.code().is_some_and(|code| {
            ["08", "28", "53", "57P"].iter().any(|class| code.starts_with(class)) || code == "5" || code == "6"
        }),
        _ => false,
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
                _ => "database error",
            };
            format!("{kind}, code {code}, constraint {constraint}")
        }
        sqlx::Error::Io(io) => format!("input or output: {}", io.kind()),
        sqlx::Error::Tls(_) => "TLS handshake failed".to_owned(),
        sqlx::Error::PoolTimedOut => "no connection became free in time".to_owned(),
        sqlx::Error::PoolClosed => "the pool is closed".to_owned(),
        sqlx::Error::ColumnDecode { index, .. } => format!("column {index} does not decode"),
        sqlx::Error::RowNotFound => "a row that must be there is not".to_owned(),
        _ => "driver error".to_owned(),
    }
}
