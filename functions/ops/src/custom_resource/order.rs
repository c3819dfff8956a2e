//! What CloudFormation asks for.

use crate::logins;
use domain::{Error, Kind, Result};
use serde::Deserialize;
use serde_json::Value;

/// What to do.
#[derive(Debug)]
pub(crate) enum Order {
    /// Make the logins and the schema as this release needs them.
    Deploy(logins::Request),
    /// Nothing: data outlive their stack.
    Delete,
}

#[derive(Debug, Deserialize)]
enum RequestType {
    Create,
    Update,
    Delete,
}

/// Of the resource in the template. Members that are not named here would be misspelt ones.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Properties {
    /// This function.
    #[serde(rename = "ServiceToken")]
    _service_token: Option<Value>,
    /// How long CloudFormation waits.
    #[serde(rename = "ServiceTimeout")]
    _service_timeout: Option<Value>,
    /// Changes with the migrations, so that CloudFormation asks again.
    #[serde(rename = "Fingerprint")]
    _fingerprint: Option<Value>,
    admin_secret_arn: Option<String>,
    migrator_secret_arn: Option<String>,
    reader_secret_arn: Option<String>,
    writer_secret_arn: Option<String>,
}

impl Order {
    /// # Errors
    /// Bad input that says what is not understood.
    pub(crate) fn parse(payload: &Value) -> Result<Self> {
        let not_understood = |error: serde_json::Error| {
            Error::new(Kind::BadInput, format!("The request of CloudFormation is not understood: {error}."))
        };
        let kind = serde_json::from_value(payload["RequestType"].clone()).map_err(not_understood)?;
        if matches!(kind, RequestType::Delete) {
            return Ok(Self::Delete);
        }
        let properties = match &payload["ResourceProperties"] {
            Value::Null => Properties::default(),
            properties => Properties::deserialize(properties).map_err(not_understood)?,
        };
        Ok(Self::Deploy(properties.into()))
    }
}

impl From<Properties> for logins::Request {
    fn from(properties: Properties) -> Self {
        // A template cannot leave a property out by a parameter's value.
        let given = |arn: Option<String>| arn.filter(|arn| !arn.is_empty());
        Self {
            admin_secret: given(properties.admin_secret_arn),
            migrator_secret: given(properties.migrator_secret_arn),
            reader_secret: given(properties.reader_secret_arn),
            writer_secret: given(properties.writer_secret_arn),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn deploy(properties: Value) -> Result<logins::Request> {
        match Order::parse(&json!({"RequestType": "Update", "ResourceProperties": properties}))? {
            Order::Deploy(logins) => Ok(logins),
            Order::Delete => panic!("an update deletes nothing"),
        }
    }

    #[test]
    fn a_deployment_says_which_logins_are_kept_where_or_none() {
        let none =
            deploy(json!({"ServiceToken": "arn", "ServiceTimeout": "3600", "Fingerprint": "1f", "AdminSecretArn": ""}));
        assert!(none.unwrap().is_empty());
        let some = deploy(json!({"AdminSecretArn": "a", "MigratorSecretArn": "m", "ReaderSecretArn": "r"})).unwrap();
        assert_eq!((some.admin_secret.as_deref(), some.migrator_secret.as_deref()), (Some("a"), Some("m")));
        assert_eq!((some.reader_secret.as_deref(), some.writer_secret), (Some("r"), None));
        assert!(matches!(Order::parse(&json!({"RequestType": "Create"})), Ok(Order::Deploy(_))));
    }

    #[test]
    fn deleting_asks_for_nothing_else() {
        let order = Order::parse(&json!({"RequestType": "Delete", "ResourceProperties": {"Unknown": 1}}));
        assert!(matches!(order, Ok(Order::Delete)));
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (payload, word) in [
            (json!({"RequestType": "Upsert"}), "Upsert"),
            (json!({"ResponseURL": "https://b"}), "RequestType"),
            (json!({"RequestType": "Create", "ResourceProperties": {"ReaderSecretARN": "r"}}), "ReaderSecretARN"),
            (json!({"RequestType": "Create", "ResourceProperties": {"ReaderSecretArn": 5}}), "ReaderSecretArn"),
        ] {
            let said = Order::parse(&payload).unwrap_err().to_string();
            assert!(said.contains("CloudFormation") && (said.contains(word) || word.starts_with("Re")), "{said}");
        }
    }
}
