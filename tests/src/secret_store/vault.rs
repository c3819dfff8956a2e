//! Secrets with their versions and stages, and what each call does to them.

use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

const CURRENT: &str = "AWSCURRENT";
const PENDING: &str = "AWSPENDING";
const PREVIOUS: &str = "AWSPREVIOUS";

/// An error's type.
type Refusal = &'static str;
const NOT_FOUND: Refusal = "ResourceNotFoundException";

/// Secrets by their ARN.
#[derive(Debug, Default)]
pub(super) struct Vault(BTreeMap<String, Secret>);

#[derive(Debug, Default)]
struct Secret {
    name: String,
    /// In the order of their making.
    versions: Vec<Version>,
}

#[derive(Debug)]
struct Version {
    id: String,
    text: Option<String>,
    stages: Vec<&'static str>,
}

impl Vault {
    pub(super) fn add(&mut self, arn: &str, name: &str) {
        self.0.insert(arn.to_owned(), Secret { name: name.to_owned(), versions: Vec::new() });
    }

    pub(super) fn secret_of(&self, arn: &str, stage: &str) -> Option<String> {
        self.0.get(arn)?.at(stage)?.text.clone()
    }

    pub(super) fn stages_of(&self, arn: &str, version: &str) -> Vec<&'static str> {
        let version = self.0.get(arn).and_then(|secret| secret.version(version));
        version.map(|version| version.stages.clone()).unwrap_or_default()
    }

    /// A new value, at once the current one.
    pub(super) fn set(&mut self, arn: &str, text: &str) {
        let secret = self.0.get_mut(arn).unwrap();
        let id = Uuid::new_v4().to_string();
        secret.versions.push(Version { id: id.clone(), text: Some(text.to_owned()), stages: Vec::new() });
        secret.make_current(&id);
    }

    /// What `RotateSecret` does before it invokes anybody: a version that is pending and has nothing in it.
    pub(super) fn begin_rotation(&mut self, arn: &str) -> String {
        let secret = self.0.get_mut(arn).unwrap();
        let id = Uuid::new_v4().to_string();
        secret.versions.push(Version { id: id.clone(), text: None, stages: Vec::new() });
        secret.put(&id, PENDING);
        id
    }

    pub(super) fn try_schedule(&mut self, arn: &str) -> String {
        let id = self.begin_rotation(arn);
        let text = self.secret_of(arn, CURRENT);
        let secret = self.0.get_mut(arn).unwrap();
        secret.versions.iter_mut().filter(|version| version.id == id).for_each(|version| version.text = text.clone());
        id
    }

    /// The answer to a call.
    pub(super) fn answer(&mut self, operation: &str, request: &Value) -> Result<Value, Refusal> {
        let id = request["SecretId"].as_str().unwrap_or_default();
        let found = self.0.iter_mut().find(|(arn, secret)| arn.as_str() == id || secret.name == id);
        let known =
            ["GetSecretValue", "DescribeSecret", "PutSecretValue", "UpdateSecretVersionStage"].contains(&operation);
        let (arn, secret) = if known { found.ok_or(NOT_FOUND)? } else { return Err("UnknownOperationException") };
        let mut answer = match operation {
            "GetSecretValue" => secret.value(request)?,
            "DescribeSecret" => secret.description(),
            "PutSecretValue" => secret.put_value(request)?,
            _ => secret.move_stage(request)?,
        };
        answer["ARN"] = json!(arn);
        answer["Name"] = json!(secret.name);
        Ok(answer)
    }
}

impl Secret {
    fn version(&self, id: &str) -> Option<&Version> {
        self.versions.iter().find(|version| version.id == id)
    }

    fn at(&self, stage: &str) -> Option<&Version> {
        self.versions.iter().find(|version| version.stages.contains(&stage))
    }

    /// Puts a stage on a version; it is on one at a time.
    fn put(&mut self, id: &str, stage: &'static str) {
        for version in &mut self.versions {
            version.stages.retain(|known| *known != stage);
            if version.id == id {
                version.stages.push(stage);
            }
        }
    }

    /// The version that was current is the previous one from then on.
    fn make_current(&mut self, id: &str) {
        let before = self.at(CURRENT).map(|version| version.id.clone());
        self.put(id, CURRENT);
        if let Some(before) = before.filter(|before| before != id) {
            self.put(&before, PREVIOUS);
        }
    }

    fn value(&self, request: &Value) -> Result<Value, Refusal> {
        let stage = request["VersionStage"].as_str();
        let version = match request["VersionId"].as_str() {
            Some(id) => self.version(id).filter(|version| stage.is_none_or(|stage| version.stages.contains(&stage))),
            None => self.at(stage.unwrap_or(CURRENT)),
        };
        let version = version.ok_or(NOT_FOUND)?;
        let text = version.text.as_ref().ok_or(NOT_FOUND)?;
        let (id, stages) = (&version.id, &version.stages);
        Ok(json!({"SecretString": text, "VersionId": id, "VersionStages": stages, "CreatedDate": 1.772_366_4e9}))
    }

    fn description(&self) -> Value {
        let labelled = self.versions.iter().filter(|version| !version.stages.is_empty());
        let stages: Map<String, Value> = labelled.map(|version| (version.id.clone(), json!(version.stages))).collect();
        json!({"RotationEnabled": true, "VersionIdsToStages": stages})
    }

    fn put_value(&mut self, request: &Value) -> Result<Value, Refusal> {
        let id = request["ClientRequestToken"].as_str().ok_or("InvalidRequestException")?;
        let text = request["SecretString"].as_str().ok_or("InvalidParameterException")?;
        match self.versions.iter_mut().find(|version| version.id == id) {
            Some(Version { text: Some(known), .. }) if known != text => return Err("ResourceExistsException"),
            Some(version) => version.text = Some(text.to_owned()),
            None => {
                self.versions.push(Version { id: id.to_owned(), text: Some(text.to_owned()), stages: Vec::new() });
            }
        }
        match request["VersionStages"][0].as_str() {
            Some(PENDING) => self.put(id, PENDING),
            None | Some(CURRENT) => self.make_current(id),
            Some(_) => return Err("InvalidParameterException"),
        }
        Ok(json!({"VersionId": id, "VersionStages": self.version(id).map(|version| &version.stages)}))
    }

    fn move_stage(&mut self, request: &Value) -> Result<Value, Refusal> {
        let to = request["MoveToVersionId"].as_str().ok_or("InvalidParameterException")?;
        self.version(to).ok_or(NOT_FOUND)?;
        let holder = self.at(CURRENT).map(|version| version.id.as_str());
        let is_told = holder == Some(to) || holder == request["RemoveFromVersionId"].as_str();
        if request["VersionStage"] != CURRENT || !is_told {
            return Err("InvalidParameterException");
        }
        self.make_current(to);
        Ok(json!({}))
    }
}
