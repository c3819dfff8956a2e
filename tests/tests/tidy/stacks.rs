//! `template.yaml` and the stacks of `infra/`, read as CloudFormation reads them.

use serde_yaml_ng::Value;
use std::collections::BTreeMap;
use tests::repository::read;

/// A template of the repository.
pub(crate) fn template(path: &str) -> Value {
    serde_yaml_ng::from_str(&read(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The resources of a type, by their ids.
pub(crate) fn of_type<'a>(template: &'a Value, wanted: &str) -> BTreeMap<String, &'a Value> {
    let resources = template["Resources"].as_mapping().unwrap().iter();
    let of_type = resources.filter(|(_, resource)| resource["Type"].as_str() == Some(wanted));
    of_type.map(|(id, resource)| (id.as_str().unwrap().to_owned(), resource)).collect()
}

/// Every function of `template.yaml`, by its id.
pub(crate) fn functions(template: &Value) -> BTreeMap<String, &Value> {
    let functions = of_type(template, "AWS::Serverless::Function");
    assert!(functions.len() > 5, "the search finds nothing");
    functions
}

/// What a value may turn out to be: each branch of its conditions, but those that leave it out.
pub(crate) fn branches(value: &Value) -> Vec<&Value> {
    match value {
        Value::Tagged(tagged) if tagged.tag == "!If" => {
            tagged.value.as_sequence().unwrap()[1..].iter().flat_map(branches).collect()
        }
        Value::Tagged(tagged) if tagged.tag == "!Ref" && tagged.value == "AWS::NoValue" => Vec::new(),
        other => vec![other],
    }
}

/// A text as it stands in the file; of a reference, what it refers to: `${Ops.Arn}`.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::Tagged(tagged) if tagged.tag == "!Sub" => tagged.value.as_str().unwrap().to_owned(),
        Value::Tagged(tagged) => format!("${{{}}}", tagged.value.as_str().unwrap_or_else(|| panic!("{value:?}"))),
        other => other.as_str().unwrap_or_else(|| panic!("{other:?} is no text")).to_owned(),
    }
}

/// One value, or several, as they stand in a list.
pub(crate) fn several(value: &Value) -> Vec<&Value> {
    // `as_sequence` would take the arguments of an `!If` for a list.
    match value {
        Value::Sequence(values) => values.iter().flat_map(branches).collect(),
        value => branches(value),
    }
}

/// What a function of CloudFormation is given.
pub(crate) fn arguments<'a>(value: &'a Value, function: &str) -> &'a [Value] {
    match value {
        Value::Tagged(tagged) if tagged.tag == function => tagged.value.as_sequence().unwrap(),
        other => panic!("{other:?} is no {function}"),
    }
}
