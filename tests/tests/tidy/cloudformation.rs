//! CloudFormation as it comes out when a stack is made: nested stacks, parameters, conditions and the functions between them.

use serde_json::{Value as Json, json};
use serde_yaml_ng::Value;
use std::collections::BTreeMap;
use std::path::Path;
use tests::repository::read;

/// A template with its parameters. References to resources are their logical ids.
#[derive(Debug)]
pub(crate) struct Stack {
    file: String,
    template: Value,
    parameters: BTreeMap<String, Json>,
}

/// A resource that is made.
#[derive(Debug)]
pub(crate) struct Resource {
    /// Its name in its template.
    pub(crate) id: String,
    pub(crate) properties: Json,
}

impl Stack {
    /// The stack of a template, with what is said of each of its parameters.
    pub(crate) fn of(file: &str, parameter: impl Fn(&str) -> String) -> Self {
        let template: Value = serde_yaml_ng::from_str(&read(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        let declared = template["Parameters"].as_mapping().unwrap();
        let given = |(name, about): (&Value, &Value)| {
            let name = name.as_str().unwrap();
            let text = parameter(name);
            let is_list = about["Type"].as_str() == Some("CommaDelimitedList");
            let value = if is_list { text.split(',').collect() } else { Json::from(text) };
            (name.to_owned(), value)
        };
        let parameters = declared.iter().map(given).collect();
        Self { file: file.to_owned(), template, parameters }
    }

    /// What is made of a type, in this stack and in those within it.
    pub(crate) fn resources(&self, kind: &str) -> Vec<Resource> {
        let mut found = Vec::new();
        for (id, resource) in self.template["Resources"].as_mapping().unwrap() {
            if resource["Condition"].as_str().is_some_and(|condition| !self.holds(condition)) {
                continue;
            }
            let properties = || self.value(&resource["Properties"]).unwrap();
            match resource["Type"].as_str().unwrap() {
                "AWS::CloudFormation::Stack" => found.extend(self.within(&properties()).resources(kind)),
                other if other == kind => {
                    let id = id.as_str().unwrap().to_owned();
                    found.push(Resource { id, properties: properties() });
                }
                _ => {}
            }
        }
        found
    }

    fn within(&self, properties: &Json) -> Self {
        let folder = Path::new(&self.file).parent().unwrap();
        let file = folder.join(properties["TemplateURL"].as_str().unwrap());
        let given = &properties["Parameters"];
        Self::of(file.to_str().unwrap(), |name| match &given[name] {
            Json::Null => panic!("{}: {name} is not given", file.display()),
            value => text(value),
        })
    }

    fn holds(&self, condition: &str) -> bool {
        self.test(&self.template["Conditions"][condition])
    }

    fn test(&self, test: &Value) -> bool {
        let Value::Tagged(tagged) = test else { panic!("{}: {test:?} is no condition", self.file) };
        match (&*tagged.tag.to_string(), &tagged.value) {
            ("!Not", of) => !self.test(&of[0]),
            ("!Equals", of) => self.value(&of[0]) == self.value(&of[1]),
            ("!Condition", of) => self.holds(of.as_str().unwrap()),
            (other, _) => panic!("{}: {other} is not understood", self.file),
        }
    }

    /// What stands there; nothing for `AWS::NoValue`.
    fn value(&self, value: &Value) -> Option<Json> {
        match value {
            Value::Tagged(tagged) => self.call(&tagged.tag.to_string(), &tagged.value),
            Value::Sequence(items) => Some(items.iter().filter_map(|item| self.value(item)).collect()),
            Value::Mapping(members) => {
                let member = |(name, value): (&Value, &Value)| Some((name.as_str()?.to_owned(), self.value(value)?));
                Some(Json::Object(members.iter().filter_map(member).collect()))
            }
            plain => Some(serde_json::to_value(plain).unwrap()),
        }
    }

    fn call(&self, function: &str, of: &Value) -> Option<Json> {
        match function {
            "!Ref" => self.reference(of.as_str().unwrap()),
            "!GetAtt" => Some(json!(of.as_str().unwrap())),
            "!If" => self.value(if self.holds(of[0].as_str().unwrap()) { &of[1] } else { &of[2] }),
            "!Join" => {
                let parts = self.value(&of[1]).unwrap();
                let parts: Vec<_> = parts.as_array().unwrap().iter().map(text).collect();
                Some(json!(parts.join(of[0].as_str().unwrap())))
            }
            "!Sub" => match of.as_str() {
                Some(pattern) => Some(json!(self.substitute(pattern, &json!({})))),
                None => Some(json!(self.substitute(of[0].as_str().unwrap(), &self.value(&of[1]).unwrap()))),
            },
            other => panic!("{}: {other} is not understood", self.file),
        }
    }

    fn reference(&self, name: &str) -> Option<Json> {
        match name {
            "AWS::NoValue" => None,
            "AWS::AccountId" => Some(json!("123456789012")),
            "AWS::NotificationARNs" => Some(json!([])),
            "AWS::Partition" => Some(json!("aws")),
            "AWS::Region" => Some(json!("eu-central-1")),
            "AWS::URLSuffix" => Some(json!("amazonaws.com")),
            name if self.template["Resources"].get(name).is_some() => Some(json!(name)),
            name => Some(self.parameters.get(name).unwrap_or_else(|| panic!("{}: {name}", self.file)).clone()),
        }
    }

    fn substitute(&self, pattern: &str, own: &Json) -> String {
        let mut parts = pattern.split("${");
        let mut whole = parts.next().unwrap().to_owned();
        for part in parts {
            let (name, rest) = part.split_once('}').unwrap();
            let value = own.get(name).cloned().or_else(|| self.reference(name)).unwrap();
            whole += &(text(&value) + rest);
        }
        whole
    }
}

/// As CloudFormation hands it on: text.
fn text(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}
