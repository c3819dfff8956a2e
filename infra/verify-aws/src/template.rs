//! `template.yaml` and its nested stacks, as CloudFormation would make them for given parameters.
//!
//! SAM itself makes resources and roles of the template (`template.py`); what references and intrinsics come to is reckoned here.

mod evaluate;

use crate::Trouble;
use crate::iam::{Role, Statement};
use crate::tools;
pub(crate) use evaluate::Stack;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use tests::repository::root;
use tokio::process::Command;

/// The account that events and Secrets Manager's stand-in know.
pub(crate) const ACCOUNT: &str = "123456789012";
/// The region that they know.
pub(crate) const REGION: &str = "eu-central-1";

/// The documents, with all intrinsics in their long form.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    template: Value,
    stacks: Map<String, Value>,
}

/// What CloudFormation would know of resources that it has made: by the path of a reference or an attribute, such as
/// `Database/ReaderSecret` or `Database/Primary.Endpoint.Address`.
pub(crate) type Made = BTreeMap<String, String>;

/// What resources might be called, where nothing is made.
pub(crate) fn made_up() -> Made {
    let secret = |name: &str| format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}-AbCdEf");
    Made::from(
        [
            ("Database/Primary.Endpoint.Address", "database.example".to_owned()),
            ("Database/ReaderSecret", secret("reader")),
            ("Database/WriterSecret", secret("writer")),
            ("Database/MigratorSecret", secret("migrator")),
            ("Cdn/Distribution", "E1EXAMPLE".to_owned()),
            ("Cdn/Distribution.DomainName", "photos.example".to_owned()),
        ]
        .map(|(path, name)| (path.to_owned(), name)),
    )
}

/// A function, as it would be deployed.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    /// Its name in the template.
    pub(crate) id: String,
    /// The name of its program.
    pub(crate) binary: String,
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) timeout_s: u64,
    pub(crate) memory_mb: u64,
    pub(crate) role: Role,
}

impl Function {
    /// The buckets that its environment names.
    pub(crate) fn buckets(&self) -> impl Iterator<Item = &str> {
        let variables = ["S3_BUCKET", "BACKUP_TO"].into_iter().filter_map(|name| self.environment.get(name));
        variables.map(|value| value.trim_start_matches("s3://"))
    }
}

impl Template {
    /// # Errors
    /// When SAM does not understand the template.
    pub(crate) async fn read() -> Result<Self, Trouble> {
        let mut python = Command::new(tools::python_tool("python")?);
        python.arg(root().join("infra/verify-aws/template.py"));
        let said = tools::output(python).await?;
        let mut documents: Value = serde_json::from_str(&said)?;
        let Value::Object(stacks) = documents["stacks"].take() else {
            return Err("template.py writes no stacks".into());
        };
        Ok(Self { template: documents["template"].take(), stacks })
    }

    /// The outermost stack.
    ///
    /// # Errors
    /// When a parameter is not one of the template's.
    pub(crate) fn stack<'a>(&'a self, parameters: &[(&str, &str)], made: &'a Made) -> Result<Stack<'a>, Trouble> {
        let parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value)));
        Stack::outermost(&self.template, &self.stacks, parameters.collect(), made)
    }
}

impl Stack<'_> {
    /// Every function that is made, sorted by its name.
    ///
    /// # Errors
    /// When something of it is not understood.
    pub(crate) fn functions(&self) -> Result<Vec<Function>, Trouble> {
        let mut functions = Vec::new();
        for (id, resource) in self.resources_of("AWS::Lambda::Function")? {
            let text =
                |value: &Value| value.as_str().map(str::to_owned).ok_or_else(|| format!("{id} is not a function"));
            let properties = self.required(&resource["Properties"])?;
            let variables = properties["Environment"]["Variables"].as_object().cloned().unwrap_or_default();
            let environment = variables.into_iter().map(|(name, value)| Ok((name, evaluate::text(&value)?)));
            let role = text(&resource["Properties"]["Role"]["Fn::GetAtt"][0])?;
            functions.push(Function {
                binary: text(&resource["Metadata"]["BuildProperties"]["Binary"])?,
                environment: environment.collect::<Result<_, Trouble>>()?,
                timeout_s: properties["Timeout"].as_u64().ok_or("a function without a time-out")?,
                memory_mb: properties["MemorySize"].as_u64().ok_or("a function without memory")?,
                role: self.role(&role)?,
                id,
            });
        }
        functions.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(functions)
    }

    fn role(&self, id: &str) -> Result<Role, Trouble> {
        let properties = &self.resource(id)?["Properties"];
        let mut role = Role::default();
        for policy in properties["ManagedPolicyArns"].as_array().into_iter().flatten() {
            self.add_managed_policy(policy, &mut role)?;
        }
        for policy in self.optional(&properties["Policies"])?.as_array().into_iter().flatten() {
            role.statements.extend(Statement::of_document(&policy["PolicyDocument"])?);
        }
        Ok(role)
    }

    /// One of AWS, by its ARN, or one of the template.
    fn add_managed_policy(&self, policy: &Value, role: &mut Role) -> Result<(), Trouble> {
        let policy = self.chosen(policy)?;
        match policy["Ref"].as_str() {
            Some("AWS::NoValue") => {}
            Some(id) if self.is_made(id)? => {
                let document = self.required(&self.resource(id)?["Properties"]["PolicyDocument"])?;
                role.statements.extend(Statement::of_document(&document)?);
            }
            _ => {
                let arn = evaluate::text(&self.required(policy)?)?;
                role.of_aws.push(arn.rsplit('/').next().unwrap_or_default().to_owned());
            }
        }
        Ok(())
    }
}
