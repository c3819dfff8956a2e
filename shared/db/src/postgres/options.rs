//! How a connection is made: address, login, TLS, and what behind a pooler has to be left out.

use super::address::{self, has_login, says, with_login_of};
use domain::connection::{Database, Login, Pooler, Replica, Server, SslMode, Tls};
use domain::{Error, Result};
use log::LevelFilter;
use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use std::time::Duration;

/// The authorities of RDS and, for RDS Proxy, of Amazon.
const ROOT_CERTIFICATES: &[u8] =
    concat!(include_str!("../../certs/rds-ca-bundle.pem"), include_str!("../../certs/amazon-root-cas.pem")).as_bytes();

/// What to connect to.
pub(super) enum Target {
    Known(Box<PgConnectOptions>),
    Secret { arn: String, options: OptionsOf },
}

/// Everything but the login, which is still to come.
pub(super) type OptionsOf = Box<dyn Fn(&Login) -> Result<PgConnectOptions> + Send + Sync>;

/// What every connection of this program has.
#[derive(Clone)]
struct Common {
    application: String,
    tls: Tls,
    pooler: Pooler,
}

impl Common {
    fn of(database: &Database, application: &str) -> Self {
        Self { application: application.to_owned(), tls: database.tls.clone(), pooler: database.pooler }
    }

    fn at_url(&self, url: &str) -> Result<PgConnectOptions> {
        let certificates = says(url, &["sslrootcert", "ssl-root-cert", "ssl-ca"]);
        Ok(self.complete(address::parse(url)?, says(url, &["sslmode", "ssl-mode"]), certificates))
    }

    fn at_host(&self, host: &str, port: u16, name: &str, login: &Login) -> PgConnectOptions {
        let options = PgConnectOptions::new_without_pgpass().host(host).port(port).database(name);
        self.complete(options.username(&login.username).password(&login.password), false, false)
    }

    fn complete(&self, options: PgConnectOptions, has_mode: bool, has_certificates: bool) -> PgConnectOptions {
        let options = if has_mode { options } else { options.ssl_mode(ssl_mode(self.tls.mode)) };
        let options = match &self.tls.root_certificates {
            _ if has_certificates => options,
            Some(file) => options.ssl_root_cert(file),
            None => options.ssl_root_cert_from_pem(ROOT_CERTIFICATES.to_vec()),
        };
        let options = match self.pooler {
            Pooler::None => options,
            Pooler::Transaction => options.statement_cache_capacity(0),
        };
        // Poolers refuse the start-up parameter; all servers that are still maintained write floats without loss.
        let options = options.application_name(&self.application).extra_float_digits(None);
        // The driver would log a slow statement with its SQL.
        options.log_slow_statements(LevelFilter::Off, Duration::ZERO).log_statements(LevelFilter::Off)
    }
}

pub(super) fn primary(database: &Database, application: &str) -> Result<Target> {
    let common = Common::of(database, application);
    match &database.server {
        Server::Url(url) => Ok(Target::Known(Box::new(common.at_url(url)?))),
        Server::Secret { arn, host, port, name } => {
            let (host, port, name) = (host.clone(), *port, name.clone());
            let options = move |login: &Login| {
                let host = login.host.as_deref().or(host.as_deref());
                let host = host.ok_or_else(|| Error::internal("neither the secret nor DB_HOST names a host"))?;
                let name = login.name.as_deref().unwrap_or(&name);
                Ok(common.at_host(host, login.port.unwrap_or(port), name, login))
            };
            Ok(Target::Secret { arn: arn.clone(), options: Box::new(options) })
        }
        Server::SqliteFile(_) => Err(Error::internal("a SQLite file is no PostgreSQL server")),
    }
}

/// A replica by its host is the primary with another address; one by its URL is its own server, but for the login where it has none.
pub(super) fn replica(database: &Database, replica: &Replica, application: &str) -> Result<Target> {
    let of_primary = primary(database, application)?;
    match replica {
        Replica::Url(url) => {
            let common = Common::of(database, application);
            let url = match &database.server {
                Server::Url(primary) if !has_login(url) => with_login_of(primary, url),
                _ => url.clone(),
            };
            let options = common.at_url(&url)?;
            match of_primary {
                Target::Secret { arn, .. } if !has_login(&url) => {
                    let log_in =
                        move |login: &Login| Ok(options.clone().username(&login.username).password(&login.password));
                    Ok(Target::Secret { arn, options: Box::new(log_in) })
                }
                _ => Ok(Target::Known(Box::new(options))),
            }
        }
        Replica::Host { host, port } => {
            let (host, port) = (host.clone(), *port);
            let moved = move |options: PgConnectOptions| {
                let port = port.unwrap_or(options.get_port());
                options.host(&host).port(port)
            };
            Ok(match of_primary {
                Target::Known(options) => Target::Known(Box::new(moved(*options))),
                Target::Secret { arn, options } => {
                    Target::Secret { arn, options: Box::new(move |login| Ok(moved(options(login)?))) }
                }
            })
        }
    }
}

fn ssl_mode(mode: SslMode) -> PgSslMode {
    match mode {
        SslMode::Disable => PgSslMode::Disable,
        SslMode::Prefer => PgSslMode::Prefer,
        SslMode::Require => PgSslMode::Require,
        SslMode::VerifyCa => PgSslMode::VerifyCa,
        SslMode::VerifyFull => PgSslMode::VerifyFull,
    }
}
