//! `POST /dev/token`: hands out tokens to whoever asks, which is why it exists in the embedded server only.

use http::StatusCode;
use serde_json::{Map, Value, json};
use time::{Duration, OffsetDateTime};

use crate::answer::{self, Answer};
use crate::authorizer::{AUDIENCE, Authorizer, ISSUER};

/// How long a development token is good.
pub const LIFETIME: Duration = Duration::hours(12);

/// Answers `{"sub": "alice", "groups": ["admin"]}` with `{"token"}`; bad input is a 400 that says what is wrong.
pub fn answer(authorizer: &Authorizer, body: &[u8], now: OffsetDateTime) -> Answer {
    let token = read(body).and_then(|(sub, groups)| issue(authorizer, &sub, &groups, now));
    match token {
        Ok(token) => answer::json_answer(StatusCode::OK, &json!({ "token": token })),
        Err(why) => answer::message(StatusCode::BAD_REQUEST, &why),
    }
}

/// An access token as Cognito would issue it.
///
/// # Errors
/// When the token cannot be signed.
pub fn issue(authorizer: &Authorizer, sub: &str, groups: &[String], now: OffsetDateTime) -> Result<String, String> {
    let mut claims = Map::new();
    claims.insert("sub".into(), sub.into());
    if !groups.is_empty() {
        claims.insert("cognito:groups".into(), groups.into());
    }
    claims.insert("iss".into(), ISSUER.into());
    claims.insert("client_id".into(), AUDIENCE.into());
    claims.insert("username".into(), sub.into());
    claims.insert("token_use".into(), "access".into());
    claims.insert("scope".into(), "openid".into());
    claims.insert("auth_time".into(), now.unix_timestamp().into());
    claims.insert("iat".into(), now.unix_timestamp().into());
    claims.insert("exp".into(), (now + LIFETIME).unix_timestamp().into());
    claims.insert("jti".into(), uuid::Uuid::new_v4().to_string().into());
    authorizer.sign(&claims).map_err(|error| error.to_string())
}

fn read(body: &[u8]) -> Result<(String, Vec<String>), String> {
    let wanted = r#"send a JSON object such as {"sub": "alice", "groups": ["admin"]}"#;
    let document: Value = serde_json::from_slice(body).map_err(|error| format!("{wanted} ({error})"))?;
    let fields = document.as_object().ok_or(wanted)?;
    if let Some(unknown) = fields.keys().find(|name| *name != "sub" && *name != "groups") {
        return Err(format!("unknown field '{unknown}': {wanted}"));
    }
    let is_name = |text: &&str| !text.is_empty() && text.len() <= 128 && !text.contains(char::is_whitespace);
    let sub = fields.get("sub").and_then(Value::as_str).filter(is_name);
    let sub = sub.ok_or("sub must be a text of 1 to 128 characters without spaces")?;
    let groups = match fields.get("groups") {
        None => Vec::new(),
        Some(groups) => {
            let names = groups.as_array().into_iter().flatten().map(|name| name.as_str().filter(is_name));
            let names: Option<Vec<_>> = names.map(|name| name.map(str::to_owned)).collect();
            names.filter(|_| groups.is_array()).ok_or("groups must be a list of names without spaces")?
        }
    };
    Ok((sub.to_owned(), groups))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_input_is_told_apart() {
        let cases = [
            ("", "send a JSON object"),
            ("[]", "send a JSON object"),
            ("{}", "sub must be"),
            (r#"{"sub": ""}"#, "sub must be"),
            (r#"{"sub": "a b"}"#, "sub must be"),
            (r#"{"sub": "a", "groups": "admin"}"#, "groups must be"),
            (r#"{"sub": "a", "groups": [1]}"#, "groups must be"),
            (r#"{"sub": "a", "role": "admin"}"#, "unknown field 'role'"),
        ];
        for (body, expected) in cases {
            let why = read(body.as_bytes()).unwrap_err();
            assert!(why.contains(expected), "{body}: {why}");
        }
    }

    #[test]
    fn groups_are_optional() {
        assert_eq!(read(br#"{"sub": "alice"}"#).unwrap(), ("alice".into(), Vec::new()));
        let groups = read(br#"{"sub": "alice", "groups": ["admin", "x"]}"#).unwrap().1;
        assert_eq!(groups, ["admin", "x"]);
    }
}
