//! The versions of a secret, as a rotation moves them.

use crate::client::{get, open, unanswered};
use crate::secret;
use domain::connection::Login;
use domain::{Error, Result};
use std::collections::HashMap;

/// What a version of a secret is at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// What everybody reads.
    Current,
    /// What a rotation is about to make current.
    Pending,
    /// What was current before.
    Previous,
}

impl Stage {
    /// Secrets Manager's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Current => "AWSCURRENT",
            Self::Pending => "AWSPENDING",
            Self::Previous => "AWSPREVIOUS",
        }
    }
}

/// A secret and its versions, as they are when it is asked: nothing is kept.
#[derive(Clone, Debug)]
pub struct Versions {
    arn: String,
    stages: HashMap<String, Vec<String>>,
}

impl Versions {
    /// What the secret of this ARN has.
    ///
    /// # Errors
    /// Unavailable where Secrets Manager does not answer or refuses.
    pub async fn of(arn: &str) -> Result<Self> {
        let answer = open().await.describe_secret().secret_id(arn).send().await.map_err(unanswered)?;
        let stages = answer.version_ids_to_stages().cloned().unwrap_or_default();
        Ok(Self { arn: arn.to_owned(), stages })
    }

    /// Whether a version is at a stage, as it was when this was asked.
    pub fn is(&self, version: &str, stage: Stage) -> bool {
        self.stages.get(version).is_some_and(|stages| stages.iter().any(|known| known == stage.as_str()))
    }

    fn at(&self, stage: Stage) -> Option<&str> {
        self.stages.keys().map(String::as_str).find(|version| self.is(version, stage))
    }

    /// The login at a stage; `None` where there is none.
    ///
    /// # Errors
    /// Unavailable where Secrets Manager does not answer or refuses; internal where it is no database login.
    pub async fn login(&self, stage: Stage) -> Result<Option<Login>> {
        get(&self.arn, stage).await?.map(|json| secret::login(&json)).transpose()
    }

    /// Writes the current login with another password as the pending version; whatever else is in the secret stays.
    ///
    /// # Errors
    /// As [`Versions::login`].
    pub async fn put_pending(&self, version: &str, password: &str) -> Result<()> {
        let current =
            get(&self.arn, Stage::Current).await?.ok_or_else(|| Error::internal("the secret has no value"))?;
        let text = secret::with_password(&current, password)?;
        let put = open().await.put_secret_value().secret_id(&self.arn).client_request_token(version);
        let put = put.secret_string(text).version_stages(Stage::Pending.as_str());
        put.send().await.map_err(unanswered).map(drop)
    }

    /// Makes a version the current one; the one before becomes the previous.
    ///
    /// # Errors
    /// Unavailable where Secrets Manager does not answer or refuses.
    pub async fn make_current(&self, version: &str) -> Result<()> {
        let change = open().await.update_secret_version_stage().secret_id(&self.arn);
        let change = change.version_stage(Stage::Current.as_str()).move_to_version_id(version);
        let change = change.set_remove_from_version_id(self.at(Stage::Current).map(str::to_owned));
        change.send().await.map_err(unanswered).map(drop)
    }
}
