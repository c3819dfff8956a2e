//! Secrets Manager and CloudFront: moto. It checks no signature; whether a call is allowed is found out from what was recorded.

use super::program;
use crate::Trouble;
use crate::client::{self, Reply};
use crate::template::REGION;
use crate::tools;
use serde_json::{Value, json};
use std::net::SocketAddr;
use tests::watched::{Folder, Process, free_port};

const DISTRIBUTION: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<DistributionConfig xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/">
  <CallerReference>verify-aws</CallerReference>
  <Comment>photos</Comment>
  <Enabled>true</Enabled>
  <Origins><Quantity>1</Quantity><Items><Origin>
    <Id>renditions</Id><DomainName>photos.s3.amazonaws.com</DomainName>
    <S3OriginConfig><OriginAccessIdentity></OriginAccessIdentity></S3OriginConfig>
  </Origin></Items></Origins>
  <DefaultCacheBehavior>
    <TargetOriginId>renditions</TargetOriginId>
    <ViewerProtocolPolicy>redirect-to-https</ViewerProtocolPolicy>
  </DefaultCacheBehavior>
</DistributionConfig>"#;

/// The stage of the version that everybody reads.
const CURRENT: &str = "AWSCURRENT";

/// A server of both.
#[derive(Debug)]
pub(crate) struct Aws {
    _process: Process,
    port: u16,
    /// Of the distribution that is there from the beginning.
    pub(crate) distribution_id: String,
}

impl Aws {
    /// # Errors
    /// When it is not installed or does not start.
    pub(super) async fn start(folder: &Folder) -> Result<Self, Trouble> {
        let (server, port) = (tools::python_tool("moto_server")?.display().to_string(), free_port());
        let command = [&*server, "--host", "127.0.0.1", "--port", &port.to_string()];
        let (process, _) = program::start(folder, &command, [], "Running on http://")?;
        let mut aws = Self { _process: process, port, distribution_id: String::new() };
        aws.distribution_id = aws.make_distribution().await?;
        Ok(aws)
    }

    /// Where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        ([127, 0, 0, 1], self.port).into()
    }

    /// A call of Secrets Manager.
    ///
    /// # Errors
    /// When it is refused.
    pub(crate) async fn secrets_manager(&self, operation: &str, input: &Value) -> Result<Value, Trouble> {
        let target = format!("secretsmanager.{operation}");
        let headers = [("x-amz-target", &*target), ("content-type", "application/x-amz-json-1.1")];
        Ok(self.ask("secretsmanager", "", &headers, input.to_string()).await?.json())
    }

    /// Makes a secret; its ARN.
    ///
    /// # Errors
    /// When it is refused.
    pub(super) async fn make_secret(&self, name: &str, value: &Value) -> Result<String, Trouble> {
        let made =
            self.secrets_manager("CreateSecret", &json!({"Name": name, "SecretString": value.to_string()})).await?;
        made["ARN"].as_str().map(str::to_owned).ok_or_else(|| "a secret without an ARN".into())
    }

    /// What CloudFormation would draw for a secret (`GenerateSecretString`).
    ///
    /// # Errors
    /// When a setting is missing or refused.
    pub(super) async fn generate(&self, draw: &Value) -> Result<Value, Trouble> {
        let settings =
            json!({"PasswordLength": draw["PasswordLength"], "ExcludePunctuation": draw["ExcludePunctuation"]});
        let drawn = self.secrets_manager("GetRandomPassword", &settings).await?;
        let text = |value: &Value| value.as_str().map(str::to_owned).ok_or("a setting of a secret is missing");
        let mut secret: Value = serde_json::from_str(&text(&draw["SecretStringTemplate"])?)?;
        secret[text(&draw["GenerateStringKey"])?] = drawn["RandomPassword"].clone();
        Ok(secret)
    }

    async fn make_distribution(&self) -> Result<String, Trouble> {
        let headers = [("content-type", "application/xml")];
        let made = self.ask("cloudfront", "2020-05-31/distribution", &headers, DISTRIBUTION).await?;
        made.element("Id").ok_or_else(|| "a distribution without an id".into())
    }

    /// What a secret holds now.
    ///
    /// # Errors
    /// When there is none of that ARN.
    pub(crate) async fn secret(&self, arn: &str) -> Result<Value, Trouble> {
        let current = json!({"SecretId": arn, "VersionStage": CURRENT});
        let answer = self.secrets_manager("GetSecretValue", &current).await?;
        Ok(serde_json::from_str(answer["SecretString"].as_str().unwrap_or_default())?)
    }

    /// Begins a rotation as Secrets Manager does: a version without a value is pending, and everything else is as it was. Without a
    /// function that it could invoke, moto makes that version the current one, which is taken back.
    ///
    /// # Errors
    /// When it is refused.
    pub(crate) async fn begin_rotation(&self, arn: &str, version: &str) -> Result<(), Trouble> {
        let described = self.secrets_manager("DescribeSecret", &json!({ "SecretId": arn })).await?;
        let versions = described["VersionIdsToStages"].as_object().into_iter().flatten();
        let is_current = |stages: &Value| stages.as_array().is_some_and(|stages| stages.contains(&json!(CURRENT)));
        let current = versions.filter(|(_, stages)| is_current(stages)).map(|(version, _)| version).next();
        let rules = json!({"AutomaticallyAfterDays": 30});
        let rotate = json!({"SecretId": arn, "ClientRequestToken": version, "RotationRules": rules});
        self.secrets_manager("RotateSecret", &rotate).await?;
        for change in [
            json!({"SecretId": arn, "VersionStage": CURRENT, "RemoveFromVersionId": version, "MoveToVersionId": current}),
            json!({"SecretId": arn, "VersionStage": "AWSPENDING", "MoveToVersionId": version}),
            json!({"SecretId": arn, "VersionStage": "AWSPREVIOUS", "RemoveFromVersionId": version}),
        ] {
            self.secrets_manager("UpdateSecretVersionStage", &change).await?;
        }
        Ok(())
    }

    /// The passwords of all secrets.
    ///
    /// # Errors
    /// When one cannot be read.
    pub(crate) async fn passwords(&self) -> Result<Vec<String>, Trouble> {
        let listed = self.secrets_manager("ListSecrets", &json!({})).await?;
        let mut passwords = Vec::new();
        for secret in listed["SecretList"].as_array().into_iter().flatten() {
            let secret = self.secret(secret["ARN"].as_str().unwrap_or_default()).await?;
            passwords.push(secret["password"].as_str().ok_or("a secret without a password")?.to_owned());
        }
        Ok(passwords)
    }

    /// How many invalidations the distribution has.
    ///
    /// # Errors
    /// When it does not say.
    pub(crate) async fn invalidations(&self) -> Result<usize, Trouble> {
        let url = format!("http://{}/2020-05-31/distribution/{}/invalidation", self.address(), self.distribution_id);
        let said = client::get(&url, &[("authorization", &scope("cloudfront"))]).await?;
        let quantity = said.element("Quantity").ok_or_else(|| String::from_utf8_lossy(&said.body).into_owned())?;
        Ok(quantity.parse()?)
    }

    async fn ask(
        &self,
        service: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<bytes::Bytes>,
    ) -> Result<Reply, Trouble> {
        let scope = scope(service);
        let headers = [headers, &[("authorization", &*scope)]].concat();
        let reply = client::post(&format!("http://{}/{path}", self.address()), &headers, body).await?;
        let said = || String::from_utf8_lossy(&reply.body).into_owned();
        if reply.status.is_success() {
            Ok(reply)
        } else {
            Err(format!("{service}: {} {}", reply.status, said()).into())
        }
    }
}

/// By the scope of a signature it knows which service is asked.
fn scope(service: &str) -> String {
    format!("AWS4-HMAC-SHA256 Credential=examiner/20260301/{REGION}/{service}/aws4_request, Signature=0")
}
