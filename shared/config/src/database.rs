//! Which database, and how it is connected.

use crate::{ConfigError, Env};
use domain::connection::{Database, Pool, Pooler, Replica, Server, SslMode, Tls, postgres_url};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The embedded server and the command line serve several at once; a Lambda instance serves one.
const CONNECTIONS_ELSEWHERE: u32 = 8;

pub(crate) fn read(env: &Env<'_>, data_dir: &Path) -> Result<Database, ConfigError> {
    let is_lambda = env.text("AWS_LAMBDA_RUNTIME_API").is_some();
    Ok(Database {
        server: server(env, data_dir)?,
        replica: replica(env)?,
        pool: pool(env, if is_lambda { Pool::default().size } else { CONNECTIONS_ELSEWHERE })?,
        pooler: env.choice(
            "DB_POOLER",
            Pooler::None,
            &[("none", Pooler::None), ("transaction", Pooler::Transaction)],
        )?,
        tls: Tls {
            mode: env.choice("DB_SSLMODE", SslMode::default(), &SslMode::ALL)?,
            root_certificates: env.text("DB_SSLROOTCERT").map(PathBuf::from),
        },
        slow_query: Duration::from_millis(env.number("DB_SLOW_QUERY_MS", 1000)?),
    })
}

fn server(env: &Env<'_>, data_dir: &Path) -> Result<Server, ConfigError> {
    let port = env.number("DB_PORT", 5432)?;
    let name = env.text("DB_NAME").unwrap_or_else(|| "sharaspot".to_owned());
    let host = env.text("DB_HOST");
    if let Some(arn) = env.text("DB_SECRET_ARN") {
        return Ok(Server::Secret { arn, host, port, name });
    }
    if let Some(url) = env.text("DATABASE_URL") {
        return Ok(Server::Url(database_url("DATABASE_URL", &url, &["postgres://", "postgresql://", "sqlite:"])?));
    }
    let Some(host) = host else {
        return Ok(Server::SqliteFile(data_dir.join("sharaspot.db")));
    };
    let required = |variable: &'static str| {
        let missing = || ConfigError { variable, detail: "must be set together with DB_HOST".to_owned() };
        env.text(variable).ok_or_else(missing)
    };
    Ok(Server::Url(postgres_url(&required("DB_USERNAME")?, &required("DB_PASSWORD")?, &host, port, &name)))
}

/// The address with the old name of its scheme made right.
fn database_url(variable: &'static str, url: &str, schemes: &[&str]) -> Result<String, ConfigError> {
    let url = url.replacen("+asyncpg", "", 1);
    if !schemes.iter().any(|scheme| url.starts_with(scheme)) {
        return Err(ConfigError { variable, detail: format!("must begin with {}", schemes.join(", ")) });
    }
    Ok(url)
}

fn replica(env: &Env<'_>) -> Result<Option<Replica>, ConfigError> {
    if !env.choice("USE_READ_REPLICA", true, &[("true", true), ("false", false), ("1", true), ("0", false)])? {
        return Ok(None);
    }
    if let Some(url) = env.text("DATABASE_READ_REPLICA_URL") {
        let schemes = ["postgres://", "postgresql://"];
        return Ok(Some(Replica::Url(database_url("DATABASE_READ_REPLICA_URL", &url, &schemes)?)));
    }
    let port = env.text("DB_REPLICA_PORT").map(|_| env.number("DB_REPLICA_PORT", 0)).transpose()?;
    Ok(env.text("DB_REPLICA_HOST").map(|host| Replica::Host { host, port }))
}

fn pool(env: &Env<'_>, size: u32) -> Result<Pool, ConfigError> {
    let default = Pool::default();
    // As in the system that this one replaces: -1 is for ever.
    let recycle_s = env.within("DB_POOL_RECYCLE", 300, -1..=86_400)?;
    Ok(Pool {
        size: env.within("DB_POOL_SIZE", size.into(), 1..=1_000)? as u32,
        overflow: env.within("DB_MAX_OVERFLOW", 0, 0..=1_000)? as u32,
        timeout: Duration::from_secs(env.within("DB_POOL_TIMEOUT", default.timeout.as_secs() as i64, 1..=60)? as u64),
        recycle: u64::try_from(recycle_s).ok().map(Duration::from_secs),
        pre_ping: env.choice(
            "DB_POOL_PRE_PING",
            default.pre_ping,
            &[("true", true), ("false", false), ("1", true), ("0", false)],
        )?,
    })
}

pub(crate) fn refuse_embedded(database: &Database) -> Result<(), ConfigError> {
    let is_embedded = match &database.server {
        Server::Secret { .. } => false,
        Server::Url(url) => url.starts_with("sqlite:"),
        Server::SqliteFile(_) => true,
    };
    let detail = "APP_ENV=production needs PostgreSQL: set DB_SECRET_ARN, DATABASE_URL or DB_HOST".to_owned();
    if is_embedded { Err(ConfigError { variable: "DATABASE_URL", detail }) } else { Ok(()) }
}
