//! The rotation of a login's secret, as Secrets Manager asks for it, in four steps: a new password is made, set, tried out, and made
//! the current one. Every step may be repeated, and one that is done already is.
//!
//! One user, whose password changes: sessions stay, and between the second and the last step a function that connects anew is
//! rejected and finds the new password in the pending version (`secrets::logins`). A login changes its own password; where none that
//! the secret has had is accepted, the administrator does (`DB_ADMIN_SECRET_ARN`), so that repeating a rotation that is stuck mends it.

mod summary;

pub use summary::{Outcome, Summary};

use crate::Report;
use crate::access::Access;
use domain::connection::Login;
use domain::{Error, Kind, Result};
use secrets::{Stage, Versions};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::time::Duration;

/// An event of Secrets Manager. It may have other members.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Event {
    step: Step,
    secret_id: String,
    /// The version that is to become the current one.
    client_request_token: String,
}

/// Its steps, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Step {
    /// Make a password and keep it as pending.
    CreateSecret,
    /// Give it to the login.
    SetSecret,
    /// Log in with it.
    TestSecret,
    /// Make it the current one.
    FinishSecret,
}

impl Event {
    /// `None` for an event of somebody else.
    ///
    /// # Errors
    /// Bad input that says what is not understood.
    pub(crate) fn parse(payload: &Value) -> Option<Result<Self>> {
        payload["Step"].is_string().then(|| {
            Self::deserialize(payload).map_err(|error| {
                Error::new(Kind::BadInput, format!("The request of Secrets Manager is not understood: {error}."))
            })
        })
    }
}

/// A step has so long: it may be repeated, which is better than to wait until Lambda ends it without a word.
const LIMIT: Duration = Duration::from_secs(60);

/// Takes a step.
///
/// # Errors
/// Conflict for a version that is not pending and for steps in the wrong order; forbidden for a secret whose login is none of ours;
/// unavailable where secrets or database do not answer, or the new password is not accepted.
pub(crate) async fn take_step(access: &Access, admin_secret: Option<&str>, event: &Event) -> Result<Report> {
    let silent = |_| Err(Error::unavailable("database", "the step does not end"));
    tokio::time::timeout(LIMIT, carry_out(access, admin_secret, event)).await.unwrap_or_else(silent)
}

async fn carry_out(access: &Access, admin_secret: Option<&str>, event: &Event) -> Result<Report> {
    let (step, version) = (event.step, event.client_request_token.as_str());
    let versions = Versions::of(&event.secret_id).await?;
    let outcome = if versions.is(version, Stage::Current) {
        Outcome::Finished
    } else if versions.is(version, Stage::Pending) {
        match step {
            Step::CreateSecret => create(&versions, version).await?,
            Step::SetSecret => set(access, admin_secret, &versions).await?,
            Step::TestSecret => test(access, &versions).await?,
            Step::FinishSecret => finish(access, &versions, version).await?,
        }
    } else {
        return Err(Error::new(Kind::Conflict, "This version of the secret is not pending: no rotation is making it."));
    };
    Ok(Report::Rotation(Summary { step, outcome }))
}

async fn create(versions: &Versions, version: &str) -> Result<Outcome> {
    if versions.login(Stage::Pending).await?.is_some() {
        return Ok(Outcome::Done);
    }
    versions.put_pending(version, &config::new_password()).await?;
    Ok(Outcome::Made)
}

async fn set(access: &Access, admin_secret: Option<&str>, versions: &Versions) -> Result<Outcome> {
    let Change { pending, current } = Change::of(versions).await?;
    if access.accepts(&pending).await? {
        return Ok(Outcome::Done);
    }
    let previous = versions.login(Stage::Previous).await?.filter(|previous| previous.username == current.username);
    for known in [current].into_iter().chain(previous) {
        if access.accepts(&known).await? {
            access.with_login(&known).await?.change_password(&pending).await?;
            return Ok(Outcome::Made);
        }
    }
    let Some(admin) = admin_secret else {
        let detail =
            "No password that the secret has had is accepted, and DB_ADMIN_SECRET_ARN names nobody who may set one.";
        return Err(Error::new(Kind::Unavailable, detail));
    };
    access.with_secret(admin).await?.change_password(&pending).await?;
    Ok(Outcome::ByAdministrator)
}

async fn test(access: &Access, versions: &Versions) -> Result<Outcome> {
    let Change { pending, current } = Change::of(versions).await?;
    // Secrets Manager tries a new schedule with a version that changes nothing, perhaps before there is such a login.
    if pending == current || access.accepts(&pending).await? {
        return Ok(Outcome::Done);
    }
    Err(Error::new(Kind::Unavailable, "The database does not accept the pending password."))
}

/// What nobody can log in with never becomes the current password.
async fn finish(access: &Access, versions: &Versions, version: &str) -> Result<Outcome> {
    test(access, versions).await?;
    versions.make_current(version).await?;
    Ok(Outcome::Made)
}

/// A login as it is and as it is to be.
struct Change {
    pending: Login,
    current: Login,
}

impl Change {
    /// # Errors
    /// Conflict where there is no pending version yet, or where it is of another login than the current one.
    async fn of(versions: &Versions) -> Result<Self> {
        let conflict = |detail: &str| Error::new(Kind::Conflict, detail);
        let pending = versions.login(Stage::Pending).await?;
        let pending = pending.ok_or_else(|| conflict("There is no pending password yet."))?;
        let current = versions.login(Stage::Current).await?;
        let current = current.ok_or_else(|| conflict("The secret has no current value."))?;
        // A password that goes elsewhere than the current one would be handed to a stranger.
        let place = |login: &Login| (login.username.clone(), login.host.clone(), login.port, login.name.clone());
        if place(&pending) != place(&current) {
            return Err(conflict("The pending version is of another login than the current one."));
        }
        Ok(Self { pending, current })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_event_says_step_secret_and_version_and_may_say_more() {
        let event = json!({"Step": "setSecret", "SecretId": "arn", "ClientRequestToken": "1", "RotationToken": "2"});
        let event = Event::parse(&event).unwrap().unwrap();
        assert_eq!(
            (event.step, event.secret_id.as_str(), event.client_request_token.as_str()),
            (Step::SetSecret, "arn", "1")
        );
        assert!(Event::parse(&json!({"command": "migrate"})).is_none());
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (event, word) in [
            (json!({"Step": "dropSecret", "SecretId": "arn", "ClientRequestToken": "1"}), "dropSecret"),
            (json!({"Step": "setSecret", "ClientRequestToken": "1"}), "SecretId"),
            (json!({"Step": "setSecret", "SecretId": "arn"}), "ClientRequestToken"),
        ] {
            let said = Event::parse(&event).unwrap().unwrap_err().to_string();
            assert!(said.contains(word), "{said}");
        }
    }
}
