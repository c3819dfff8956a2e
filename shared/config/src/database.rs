//! Which database.

use crate::{ConfigError, Env};
use domain::Result as DomainResult;
use domain::connection::postgres_url;
use std::fmt;
use std::path::{Path, PathBuf};

/// Where the database is.
#[derive(Clone, PartialEq, Eq)]
pub enum Database {
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

impl Database {
    pub(crate) fn read(env: &Env<'_>, data_dir: &Path) -> Result<Self, ConfigError> {
        let port = env.number("DB_PORT", 5432)?;
        let name = env.text("DB_NAME").unwrap_or_else(|| "sharaspot".to_owned());
        let host = env.text("DB_HOST");
        if let Some(arn) = env.text("DB_SECRET_ARN") {
            return Ok(Self::Secret { arn, host, port, name });
        }
        if let Some(url) = env.text("DATABASE_URL") {
            let url = url.replacen("+asyncpg", "", 1);
            if !["postgres://", "postgresql://", "sqlite:"].iter().any(|scheme| url.starts_with(scheme)) {
                let detail = "must begin with postgres://, postgresql:// or sqlite:".to_owned();
                return Err(ConfigError { variable: "DATABASE_URL", detail });
            }
            return Ok(Self::Url(url));
        }
        let Some(host) = host else {
            return Ok(Self::SqliteFile(data_dir.join("sharaspot.db")));
        };
        let required = |variable: &'static str| {
            let missing = || ConfigError { variable, detail: "must be set together with DB_HOST".to_owned() };
            env.text(variable).ok_or_else(missing)
        };
        Ok(Self::Url(postgres_url(&required("DB_USERNAME")?, &required("DB_PASSWORD")?, &host, port, &name)))
    }

    /// The URL to open; `resolve` is asked where the login is in Secrets Manager, and gets the secret's ARN and what holds where the
    /// secret names no host, port or database.
    ///
    /// # Errors
    /// Those of `resolve`.
    pub async fn url(
        &self,
        resolve: impl AsyncFnOnce(&str, Option<&str>, u16, &str) -> DomainResult<String>,
    ) -> DomainResult<String> {
        match self {
            Self::Secret { arn, host, port, name } => resolve(arn, host.as_deref(), *port, name).await,
            Self::Url(url) => Ok(url.clone()),
            Self::SqliteFile(path) => Ok(format!("sqlite:{}", path.display())),
        }
    }

    pub(crate) fn refuse_embedded(&self) -> Result<(), ConfigError> {
        let is_embedded = match self {
            Self::Secret { .. } => false,
            Self::Url(url) => url.starts_with("sqlite:"),
            Self::SqliteFile(_) => true,
        };
        let detail = "APP_ENV=production needs PostgreSQL: set DB_SECRET_ARN, DATABASE_URL or DB_HOST".to_owned();
        if is_embedded { Err(ConfigError { variable: "DATABASE_URL", detail }) } else { Ok(()) }
    }
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Secret { .. } => f.write_str("PostgreSQL, login from Secrets Manager"),
            Self::Url(url) if url.starts_with("sqlite:") => write!(f, "SQLite {}", &url["sqlite:".len()..]),
            Self::Url(url) => {
                let address = url.rsplit('@').next().unwrap_or_default().split('?').next().unwrap_or_default();
                write!(
                    f,
                    "PostgreSQL {}",
                    address.trim_start_matches("postgres://").trim_start_matches("postgresql://")
                )
            }
            Self::SqliteFile(path) => write!(f, "SQLite {}", path.display()),
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Database({self})")
    }
}
