//! The secret's JSON, as RDS and its rotation write it.

use domain::connection::Login;
use domain::{Error, Result};
use serde::Deserialize;
use serde_json::{Map, Value};

/// Members that are not named here are passed over.
#[derive(Deserialize)]
struct Secret {
    username: String,
    password: String,
    host: Option<String>,
    port: Option<Port>,
    dbname: Option<String>,
}

/// RDS writes a number; consoles and scripts write text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Port {
    Number(u16),
    Text(String),
}

/// Reads the secret.
pub(crate) fn login(json: &str) -> Result<Login> {
    // The parser's error may quote the secret.
    let not_a_login = || Error::internal("the secret is not a database login in JSON");
    let secret: Secret = serde_json::from_str(json).map_err(|_| not_a_login())?;
    let port = match secret.port {
        None => None,
        Some(Port::Number(port)) => Some(port),
        Some(Port::Text(text)) => Some(text.parse().map_err(|_| not_a_login())?),
    };
    let Secret { username, password, host, dbname, .. } = secret;
    Ok(Login { username, password, host, port, name: dbname })
}

/// The same secret with another password.
pub(crate) fn with_password(json: &str, password: &str) -> Result<String> {
    // What is no login is not made one.
    login(json)?;
    let secret: Result<Map<String, Value>, _> = serde_json::from_str(json);
    let mut secret = secret.map_err(|_| Error::internal("the secret is no JSON object"))?;
    secret.insert("password".to_owned(), password.into());
    Ok(Value::Object(secret).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::error::Error as _;

    #[test]
    fn a_secret_may_hold_an_address_and_anything_else() {
        let json = r#"{"username": "ann", "password": "p@ss", "host": "db", "port": 6543, "dbname": "spots", "engine": "postgres"}"#;
        let login = login(json).unwrap();
        assert_eq!((login.username.as_str(), login.password.as_str()), ("ann", "p@ss"));
        assert_eq!((login.host.as_deref(), login.port, login.name.as_deref()), (Some("db"), Some(6543), Some("spots")));
    }

    #[test]
    fn a_secret_may_hold_a_login_alone_or_a_port_as_text() {
        let bare = login(r#"{"username": "ann", "password": "p"}"#).unwrap();
        assert_eq!((bare.host, bare.port, bare.name), (None, None, None));
        assert_eq!(login(r#"{"username": "a", "password": "p", "port": "6543"}"#).unwrap().port, Some(6543));
    }

    #[test]
    fn a_secret_that_does_not_parse_is_not_quoted() {
        for json in [
            r#"{"username": 1, "password": "s3cret"}"#,
            r#"{"username": "ann", "password": "s3cret", "port": "s3cret"}"#,
            "s3cret",
        ] {
            let error = login(json).unwrap_err();
            assert!(!format!("{error:?} {}", error.source().unwrap()).contains("s3cret"));
        }
    }

    #[test]
    fn another_password_leaves_all_else_as_it_is() {
        let json = r#"{"username": "ann", "password": "old", "engine": "postgres", "masterarn": "arn", "port": 6543}"#;
        let renewed: Value = serde_json::from_str(&with_password(json, "new").unwrap()).unwrap();
        let expected =
            r#"{"username": "ann", "password": "new", "engine": "postgres", "masterarn": "arn", "port": 6543}"#;
        assert_eq!(renewed, serde_json::from_str::<Value>(expected).unwrap());
        assert!(with_password(r#"["no", "login"]"#, "new").is_err());
    }
}
