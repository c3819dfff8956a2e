//! What a role allows: as much of IAM as the template uses. What it does not know is an error, never a yes.

mod pattern;

use crate::Trouble;
use crate::call::Call;
use pattern::matches;
use serde_json::Value;
use std::fmt;

/// What a function may do.
#[derive(Clone, Debug, Default)]
pub(crate) struct Role {
    /// The names of AWS's own policies.
    pub(crate) of_aws: Vec<String>,
    pub(crate) statements: Vec<Statement>,
}

/// A statement of a policy, without intrinsics.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    is_allow: bool,
    actions: Vec<String>,
    resources: Vec<String>,
    conditions: Vec<Condition>,
}

/// A key of the request, and what it must be like: one of these.
#[derive(Clone, Debug)]
struct Condition {
    key: String,
    has_wildcards: bool,
    values: Vec<String>,
}

/// One action on one kind of resource: the smallest thing that a role can do without.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Right {
    pub(crate) action: String,
    pub(crate) resource: String,
}

impl Role {
    /// Whether the role allows a call.
    pub(crate) fn allows(&self, call: &Call) -> bool {
        let mut speaking = self.statements.iter().filter(|statement| statement.speaks_of(call)).peekable();
        speaking.peek().is_some() && speaking.all(|statement| statement.is_allow)
    }

    /// Everything that it allows.
    pub(crate) fn rights(&self) -> Vec<Right> {
        let allowing = self.statements.iter().filter(|statement| statement.is_allow);
        let mut rights: Vec<Right> = allowing.flat_map(Statement::rights).collect();
        rights.sort();
        rights.dedup();
        rights
    }
}

impl Statement {
    /// The statements of a policy document.
    ///
    /// # Errors
    /// When one has something that is not understood.
    pub(crate) fn of_document(document: &Value) -> Result<Vec<Self>, Trouble> {
        let statements = one_or_many(&document["Statement"]);
        if statements.is_empty() {
            return Err(format!("{document} has no statement").into());
        }
        statements.into_iter().map(Self::read).collect()
    }

    fn read(statement: &Value) -> Result<Self, Trouble> {
        let known = ["Sid", "Effect", "Action", "Resource", "Condition"];
        let members = statement.as_object().ok_or("a statement that is none")?;
        if let Some(unknown) = members.keys().find(|name| !known.contains(&name.as_str())) {
            return Err(format!("{unknown} of a statement is not understood").into());
        }
        let is_allow = match statement["Effect"].as_str() {
            Some("Allow") => true,
            Some("Deny") => false,
            _ => return Err(format!("{statement} neither allows nor denies").into()),
        };
        let operators = statement["Condition"].as_object().into_iter().flatten();
        let conditions = operators.map(|(operator, keys)| Condition::read(operator, keys));
        Ok(Self {
            is_allow,
            actions: texts(&statement["Action"])?,
            resources: texts(&statement["Resource"])?,
            conditions: conditions.collect::<Result<Vec<_>, _>>()?.concat(),
        })
    }

    fn speaks_of(&self, call: &Call) -> bool {
        self.actions.iter().any(|action| matches(&action.to_lowercase(), &call.action.to_lowercase()))
            && self.resources.iter().any(|resource| matches(resource, &call.resource))
            && self.conditions.iter().all(|condition| condition.holds(call))
    }

    fn rights(&self) -> Vec<Right> {
        let right = |action: &String, resource: &String| Right { action: action.clone(), resource: resource.clone() };
        self.actions
            .iter()
            .flat_map(|action| self.resources.iter().map(move |resource| right(action, resource)))
            .collect()
    }
}

impl Condition {
    fn read(operator: &str, keys: &Value) -> Result<Vec<Self>, Trouble> {
        let has_wildcards = match operator {
            "StringLike" => true,
            "StringEquals" => false,
            other => return Err(format!("the condition {other} is not understood").into()),
        };
        let keys = keys.as_object().into_iter().flatten();
        keys.map(|(key, values)| Ok(Self { key: key.clone(), has_wildcards, values: texts(values)? })).collect()
    }

    /// A request without the key does not meet it.
    fn holds(&self, call: &Call) -> bool {
        let Some(said) = call.context.get(&self.key) else { return false };
        self.values.iter().any(|value| if self.has_wildcards { matches(value, said) } else { value == said })
    }
}

impl Right {
    /// Whether a call makes use of it.
    pub(crate) fn covers(&self, call: &Call) -> bool {
        matches(&self.action.to_lowercase(), &call.action.to_lowercase()) && matches(&self.resource, &call.resource)
    }
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {}", self.action, self.resource)
    }
}

fn one_or_many(value: &Value) -> Vec<&Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(values) => values.iter().collect(),
        one => vec![one],
    }
}

fn texts(value: &Value) -> Result<Vec<String>, Trouble> {
    let values = one_or_many(value);
    let texts = values.iter().map(|value| value.as_str().map(str::to_owned));
    texts
        .collect::<Option<Vec<_>>>()
        .filter(|texts| !texts.is_empty())
        .ok_or_else(|| format!("{value} is no text").into())
}

#[cfg(test)]
mod tests;
