//! Which database, and how it is connected.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Which database, and how it is connected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Database {
    /// The database that is written to.
    pub server: Server,
    /// A copy of it for reads.
    pub replica: Option<Replica>,
    /// How many connections, and how they are kept.
    pub pool: Pool,
    /// What stands between us and the server.
    pub pooler: Pooler,
    /// How the server proves who it is.
    pub tls: Tls,
    /// A statement that takes longer is logged by its name.
    pub slow_query: Duration,
}

impl Database {
    /// The database at a URL, with a pool of so many connections and everything else as it is by default.
    pub fn at(url: impl Into<String>, connections: u32) -> Self {
        Self {
            server: Server::Url(url.into()),
            replica: None,
            pool: Pool { size: connections, ..Pool::default() },
            pooler: Pooler::None,
            tls: Tls::default(),
            slow_query: Duration::from_secs(1),
        }
    }

    /// The same database with the login in another secret; `None` where its address comes with a login of its own.
    pub fn with_secret(&self, arn: impl Into<String>) -> Option<Self> {
        let Server::Secret { host, port, name, .. } = &self.server else { return None };
        let server = Server::Secret { arn: arn.into(), host: host.clone(), port: *port, name: name.clone() };
        Some(Self { server, replica: None, ..self.clone() })
    }

    /// The SQLite file, where it is one.
    pub fn file(&self) -> Option<&Path> {
        match &self.server {
            Server::SqliteFile(path) => Some(path),
            Server::Url(url) => url.strip_prefix("sqlite:").map(Path::new),
            Server::Secret { .. } => None,
        }
    }
}

/// Where a database is.
#[derive(Clone, PartialEq, Eq)]
pub enum Server {
    /// PostgreSQL; login and, where present, address are in Secrets Manager.
    Secret {
        /// The secret.
        arn: String,
        /// The address where the secret holds none.
        host: Option<String>,
        /// The port where the secret holds none.
        port: u16,
        /// The database's name where the secret holds none.
        name: String,
    },
    /// `postgres://…` or `sqlite:PATH`.
    Url(String),
    /// The embedded default.
    SqliteFile(PathBuf),
}

/// Where reads may go.
#[derive(Clone, PartialEq, Eq)]
pub enum Replica {
    /// Another address with the login and the database of the primary.
    Host {
        /// The address.
        host: String,
        /// The port where it is another than the primary's.
        port: Option<u16>,
    },
    /// `postgres://…`; without a user in it, the login is the primary's.
    Url(String),
}

/// How many connections, and how they are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    /// Connections that stay open.
    pub size: u32,
    /// Connections beyond those, closed after their use.
    pub overflow: u32,
    /// How long a request waits for a connection.
    pub timeout: Duration,
    /// A connection is replaced at this age; `None` keeps it for ever.
    pub recycle: Option<Duration>,
    /// A connection is tried out before a request gets it.
    pub pre_ping: bool,
}

impl Default for Pool {
    /// For a Lambda instance, which serves one request at a time.
    fn default() -> Self {
        let (timeout, recycle) = (Duration::from_secs(3), Some(Duration::from_secs(300)));
        Self { size: 1, overflow: 0, timeout, recycle, pre_ping: true }
    }
}

/// What stands between us and the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pooler {
    /// Nothing: a connection is a session.
    #[default]
    None,
    /// PgBouncer in transaction mode, RDS Proxy: a session lasts as long as a transaction.
    Transaction,
}

/// How the server proves who it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tls {
    /// How much is asked; a URL's own `sslmode` wins.
    pub mode: SslMode,
    /// A file of certificate authorities in PEM in place of those that are built in.
    pub root_certificates: Option<PathBuf>,
}

/// libpq's words for how much of TLS is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SslMode {
    /// No TLS.
    Disable,
    /// TLS where the server offers it, unverified.
    Prefer,
    /// TLS, unverified.
    Require,
    /// TLS, and the certificate comes from an authority that we know.
    VerifyCa,
    /// And it is for the host that we meant.
    #[default]
    VerifyFull,
}

impl SslMode {
    /// All of them, with libpq's words.
    pub const ALL: [(&'static str, Self); 5] = [
        ("disable", Self::Disable),
        ("prefer", Self::Prefer),
        ("require", Self::Require),
        ("verify-ca", Self::VerifyCa),
        ("verify-full", Self::VerifyFull),
    ];
}

/// What a secret says: who logs in and, where present, where.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// The user.
    pub username: String,
    /// Its password.
    pub password: String,
    /// The address.
    pub host: Option<String>,
    /// The port.
    pub port: Option<u16>,
    /// The database.
    pub name: Option<String>,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Login(…)")
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Secret { .. } => f.write_str("PostgreSQL, login from Secrets Manager"),
            Self::Url(url) if url.starts_with("sqlite:") => write!(f, "SQLite {}", &url["sqlite:".len()..]),
            Self::Url(url) => write!(f, "PostgreSQL {}", without_login(url)),
            Self::SqliteFile(path) => write!(f, "SQLite {}", path.display()),
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Server({self})")
    }
}

impl fmt::Display for Replica {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host { host, .. } => f.write_str(host),
            Self::Url(url) => f.write_str(without_login(url)),
        }
    }
}

impl fmt::Debug for Replica {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Replica({self})")
    }
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.server)?;
        match &self.replica {
            Some(replica) => write!(f, ", reads from {replica}"),
            None => Ok(()),
        }
    }
}

/// Host, port and database of a URL: what comes before `@` and after `?` may hold a password. Where `@` comes after `?`, it is not
/// clear which of them is part of one.
pub(super) fn without_login(url: &str) -> &str {
    let (address, query) = url.split_once('?').unwrap_or((url, ""));
    if query.contains('@') {
        return "(an address with @ after ?)";
    }
    let address = address.rsplit('@').next().unwrap_or_default();
    address.trim_start_matches("postgres://").trim_start_matches("postgresql://")
}

/// A connection URL with everything percent-encoded that needs it. A host may be a name, an address or the folder of a socket.
pub fn postgres_url(username: &str, password: &str, host: &str, port: u16, name: &str) -> String {
    let [username, password, name] = [username, password, name].map(encode);
    let host = match host {
        folder if folder.starts_with('/') => encode(folder),
        address if address.contains(':') && !address.starts_with('[') => format!("[{address}]"),
        _ => host.to_owned(),
    };
    format!("postgres://{username}:{password}@{host}:{port}/{name}")
}

fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(byte as char),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_may_hold_anything() {
        let url = postgres_url("ann", "p@ss/w:rd%", "db", 5432, "spots");
        assert_eq!(url, "postgres://ann:p%40ss%2Fw%3Ard%25@db:5432/spots");
    }

    #[test]
    fn a_host_may_be_an_address_with_colons_or_a_folder() {
        assert_eq!(postgres_url("ann", "p", "::1", 5432, "d"), "postgres://ann:p@[::1]:5432/d");
        assert_eq!(postgres_url("ann", "p", "[::1]", 5432, "d"), "postgres://ann:p@[::1]:5432/d");
        assert_eq!(postgres_url("ann", "p", "/run/pg", 5432, "d"), "postgres://ann:p@%2Frun%2Fpg:5432/d");
    }

    #[test]
    fn another_secret_leads_to_the_same_database() {
        let server =
            |arn: &str| Server::Secret { arn: arn.into(), host: Some("db".into()), port: 6543, name: "spots".into() };
        let database = |arn: &str| Database { server: server(arn), ..Database::at("", 1) };
        assert_eq!(database("mine").with_secret("theirs"), Some(database("theirs")));
        assert_eq!(Database::at("postgres://ann:secret@h/d", 1).with_secret("theirs"), None);
    }

    #[test]
    fn no_text_of_a_database_shows_its_password() {
        let mut database = Database::at("postgres://ann:s3cret@h/d?password=s3cret", 1);
        database.replica = Some(Replica::Url("postgres://ann:s3cret@r/d?sslmode=disable".to_owned()));
        assert_eq!(database.to_string(), "PostgreSQL h/d, reads from r/d");
        assert!(!format!("{database:?}").contains("s3cret"));
        for url in ["postgres://h/d?password=s3@cret", "postgres://ann:s3?x@cret@h/d", "postgres://ann:s3/x@cret@h/d"] {
            let text = Database::at(url, 1).to_string();
            assert!(!text.contains("s3") && !text.contains("cret"), "{text}");
        }
        let login =
            Login { username: "ann".to_owned(), password: "s3cret".to_owned(), host: None, port: None, name: None };
        assert!(!format!("{login:?}").contains("s3cret"));
    }
}
