//! The URL of a server, as people write it and as the driver wants it.

use domain::{Error, Result};
use sqlx::postgres::PgConnectOptions;
use tracing::subscriber::{NoSubscriber, with_default};

/// What a URL's query may say; the driver passes over the rest.
const PARAMETERS: [&str; 21] = [
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "statement-cache-capacity",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
    "client_encoding",
    "connect_timeout",
    "target_session_attrs",
];

/// Reads a URL.
pub(super) fn parse(url: &str) -> Result<PgConnectOptions> {
    let not_a_url = || Error::internal("the database URL is neither postgres:// nor sqlite:");
    // The driver would take any scheme.
    let is_postgres = url.starts_with("postgres://") || url.starts_with("postgresql://");
    // Of a parameter that it does not know the driver would log the value, which may be a misspelt password.
    let options = with_default(NoSubscriber::default(), || url.parse::<PgConnectOptions>());
    let options = options.ok().filter(|_| is_postgres).ok_or_else(not_a_url)?;
    for parameter in parameters(url).filter(|name| !PARAMETERS.contains(name) && !name.starts_with("options[")) {
        tracing::warn!(parameter, "the database URL has a parameter that is not known");
    }
    // The driver would look the brackets up as a part of the name.
    let bare = options.get_host().strip_prefix('[').and_then(|host| host.strip_suffix(']')).map(str::to_owned);
    Ok(match bare {
        Some(host) => options.host(&host),
        None => options,
    })
}

/// Whether the URL's query names one of the words.
pub(super) fn says(url: &str, words: &[&str]) -> bool {
    parameters(url).any(|name| words.contains(&name))
}

fn parameters(url: &str) -> impl Iterator<Item = &str> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let names = query.split('&').map(|pair| pair.split('=').next().unwrap_or_default());
    names.filter(|name| !name.is_empty())
}

/// Whether the URL says who logs in.
pub(super) fn has_login(url: &str) -> bool {
    login(url).is_some() || says(url, &["user"])
}

/// A URL without a login, with that of another.
pub(super) fn with_login_of(other: &str, url: &str) -> String {
    match (login(other), url.split_once("://")) {
        (Some(login), Some((scheme, rest))) => format!("{scheme}://{login}@{rest}"),
        _ => url.to_owned(),
    }
}

fn login(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    authority.rsplit_once('@').map(|(login, _)| login)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_goes_from_one_url_to_another_as_it_is_written() {
        let primary = "postgres://ann:p%40ss@primary:5432/spots?sslmode=require";
        assert_eq!(with_login_of(primary, "postgresql://copy/spots"), "postgresql://ann:p%40ss@copy/spots");
        assert_eq!(with_login_of("postgres://primary/spots", "postgres://copy/spots"), "postgres://copy/spots");
        assert!(has_login(primary) && has_login("postgres://copy/spots?user=bob"));
        assert!(!has_login("postgres://copy/spots?application_name=a@b"));
    }

    #[test]
    fn a_host_may_be_an_address_of_the_sixth_version() {
        let host = |url: &str| parse(url).ok().map(|options| options.get_host().to_owned());
        assert_eq!(host("postgres://ann@[::1]:6543/spots").as_deref(), Some("::1"));
        assert_eq!(host("postgres://ann@db.example/spots").as_deref(), Some("db.example"));
        assert!(parse("mysql://ann@db.example/spots").is_err());
    }
}
