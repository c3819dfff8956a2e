//! What an expression of a template comes to.

use super::{ACCOUNT, Made, REGION};
use crate::Trouble;
use serde_json::{Map, Value};

/// A template with values for its parameters.
#[derive(Clone, Debug)]
pub(crate) struct Stack<'a> {
    /// Empty, or the names of the stacks around it: `Database/`.
    path: String,
    template: &'a Value,
    parameters: Map<String, Value>,
    stacks: &'a Map<String, Value>,
    made: &'a Made,
}

impl<'a> Stack<'a> {
    pub(super) fn outermost(
        template: &'a Value,
        stacks: &'a Map<String, Value>,
        parameters: Map<String, Value>,
        made: &'a Made,
    ) -> Result<Self, Trouble> {
        Self { path: String::new(), template, parameters, stacks, made }.with_parameters_that_there_are()
    }

    /// The stack that a resource of this one is.
    ///
    /// # Errors
    /// When it is none, or its parameters are not understood.
    pub(crate) fn nested(&self, id: &str) -> Result<Self, Trouble> {
        let properties = &self.resource(id)?["Properties"];
        let file = properties["TemplateURL"].as_str().ok_or_else(|| format!("{id} is no stack"))?;
        let template = self.stacks.get(file).ok_or_else(|| format!("{file}, the template of {id}, is not there"))?;
        let Value::Object(parameters) = self.optional(&properties["Parameters"])? else {
            return Err(format!("the parameters of {id} are none").into());
        };
        let path = format!("{}{id}/", self.path);
        Self { path, template, parameters, ..self.clone() }.with_parameters_that_there_are()
    }

    fn with_parameters_that_there_are(self) -> Result<Self, Trouble> {
        match self.parameters.keys().find(|name| self.template["Parameters"][name.as_str()].is_null()) {
            Some(name) => Err(format!("{}{name} is no parameter", self.path).into()),
            None => Ok(self),
        }
    }

    /// A resource as it is written.
    ///
    /// # Errors
    /// When there is none of that name.
    pub(crate) fn resource(&self, id: &str) -> Result<&'a Value, Trouble> {
        let resource = self.template["Resources"].get(id);
        resource.ok_or_else(|| format!("{}{id} is no resource", self.path).into())
    }

    /// Whether a resource is made at all, with these parameters.
    ///
    /// # Errors
    /// As of [`Stack::optional`].
    pub(crate) fn is_made(&self, id: &str) -> Result<bool, Trouble> {
        self.resource(id)?["Condition"].as_str().map_or(Ok(true), |name| self.holds(name))
    }

    /// The resources of a type that are made, as they are written.
    ///
    /// # Errors
    /// As of [`Stack::optional`].
    pub(crate) fn resources_of(&self, kind: &str) -> Result<Vec<(String, &'a Value)>, Trouble> {
        let mut found = Vec::new();
        for (id, resource) in self.template["Resources"].as_object().into_iter().flatten() {
            if resource["Type"] == kind && self.is_made(id)? {
                found.push((id.clone(), resource));
            }
        }
        Ok(found)
    }

    /// What an expression comes to; null for `AWS::NoValue`, and for what is not there.
    ///
    /// # Errors
    /// When it is not understood.
    pub(crate) fn optional(&self, expression: &Value) -> Result<Value, Trouble> {
        match expression {
            Value::Array(items) => {
                let items = items.iter().map(|item| self.optional(item));
                Ok(items.filter(|item| !matches!(item, Ok(Value::Null))).collect::<Result<Vec<_>, _>>()?.into())
            }
            Value::Object(members) => match intrinsic(members) {
                Some((function, argument)) => self.call(function, argument),
                None => {
                    let members = members.iter().map(|(name, member)| Ok((name.clone(), self.optional(member)?)));
                    let mut members = members.collect::<Result<Map<_, _>, Trouble>>()?;
                    members.retain(|_, member| !member.is_null());
                    Ok(members.into())
                }
            },
            plain => Ok(plain.clone()),
        }
    }

    /// As [`Stack::optional`], and it has to be something.
    ///
    /// # Errors
    /// When it is nothing or not understood.
    pub(crate) fn required(&self, expression: &Value) -> Result<Value, Trouble> {
        match self.optional(expression)? {
            Value::Null => Err(format!("{}: {expression} comes to nothing", self.path).into()),
            value => Ok(value),
        }
    }

    /// The branch that an `Fn::If` takes, unread; anything else as it is.
    ///
    /// # Errors
    /// When a condition is not understood.
    pub(crate) fn chosen<'v>(&self, expression: &'v Value) -> Result<&'v Value, Trouble> {
        let Some([name, yes, no]) = expression["Fn::If"].as_array().map(Vec::as_slice) else { return Ok(expression) };
        let holds = self.holds(name.as_str().unwrap_or_default())?;
        self.chosen(if holds { yes } else { no })
    }

    fn call(&self, function: &str, argument: &Value) -> Result<Value, Trouble> {
        let arguments = argument.as_array().map(Vec::as_slice).unwrap_or_default();
        match (function, arguments) {
            ("Ref", _) => self.reference(&text(argument)?),
            ("Fn::GetAtt", [id, attribute]) => self.attribute(&text(id)?, &text(attribute)?),
            ("Fn::Sub", []) => Ok(self.substitute(&text(argument)?, &Map::new())?.into()),
            ("Fn::Sub", [pattern, Value::Object(own)]) => Ok(self.substitute(&text(pattern)?, own)?.into()),
            ("Fn::If", [name, yes, no]) => self.optional(if self.holds(&text(name)?)? { yes } else { no }),
            ("Fn::Join", [between, items]) => {
                let Value::Array(items) = self.required(items)? else { return Err(not_understood(argument)) };
                Ok(items.iter().map(text).collect::<Result<Vec<_>, _>>()?.join(&text(between)?).into())
            }
            ("Fn::Split", [between, whole]) => {
                let (between, whole) = (text(between)?, text(&self.required(whole)?)?);
                Ok(whole.split(&*between).map(Value::from).collect::<Vec<_>>().into())
            }
            ("Fn::Select", [index, items]) => {
                let (index, items) = (text(&self.required(index)?)?.parse::<usize>()?, self.required(items)?);
                items.get(index).cloned().ok_or_else(|| not_understood(argument))
            }
            ("Fn::FindInMap", [map, first, second]) => {
                let [map, first, second] = [map, first, second].map(|key| text(&self.required(key)?));
                let found = self.template["Mappings"][map?].get(first?).and_then(|found| found.get(second.ok()?));
                found.cloned().ok_or_else(|| not_understood(argument))
            }
            ("Fn::GetAZs", _) => Ok(["a", "b", "c"].map(|zone| format!("{REGION}{zone}")).to_vec().into()),
            // Only a network has use for these.
            ("Fn::Cidr", _) => Ok((0..16).map(|number| format!("10.64.{number}.0/24")).collect::<Vec<_>>().into()),
            _ => Err(format!("{function} is not understood").into()),
        }
    }

    fn reference(&self, name: &str) -> Result<Value, Trouble> {
        let pseudo = match name {
            "AWS::NoValue" => return Ok(Value::Null),
            "AWS::AccountId" => ACCOUNT,
            "AWS::Region" => REGION,
            "AWS::Partition" => "aws",
            "AWS::URLSuffix" => "amazonaws.com",
            "AWS::StackName" => "sharaspot-dev",
            "AWS::StackId" => "arn:aws:cloudformation:eu-central-1:123456789012:stack/sharaspot-dev/1",
            _ => "",
        };
        if !pseudo.is_empty() {
            return Ok(pseudo.into());
        }
        match &self.template["Parameters"][name] {
            Value::Null => self.made(name, None),
            parameter => {
                let value = self.parameters.get(name).or_else(|| parameter.get("Default"));
                let value = value.cloned().ok_or_else(|| format!("{}{name} has no value", self.path))?;
                let is_list = parameter["Type"].as_str().is_some_and(|kind| kind.contains("List"));
                Ok(if is_list { listed(value) } else { value })
            }
        }
    }

    fn attribute(&self, id: &str, attribute: &str) -> Result<Value, Trouble> {
        match attribute.strip_prefix("Outputs.") {
            Some(output) => {
                let nested = self.nested(id)?;
                let expression = &nested.template["Outputs"][output]["Value"];
                nested.required(expression).map_err(|trouble| format!("{id}.{attribute}: {trouble}").into())
            }
            None => self.made(id, Some(attribute)),
        }
    }

    /// What CloudFormation would learn by making the resource; else a word in brackets that nothing can be done with.
    fn made(&self, id: &str, attribute: Option<&str>) -> Result<Value, Trouble> {
        let path = format!("{}{id}{}", self.path, attribute.map_or(String::new(), |name| format!(".{name}")));
        if let Some(known) = self.made.get(&path) {
            return Ok(known.clone().into());
        }
        let resource = self.resource(id)?;
        let bucket = || text(&self.required(&resource["Properties"]["BucketName"])?);
        match (resource["Type"].as_str(), attribute) {
            (Some("AWS::S3::Bucket"), None) => Ok(bucket()?.into()),
            (Some("AWS::S3::Bucket"), Some("Arn")) => Ok(format!("arn:aws:s3:::{}", bucket()?).into()),
            _ => Ok(format!("<{path}>").into()),
        }
    }

    fn substitute(&self, pattern: &str, own: &Map<String, Value>) -> Result<String, Trouble> {
        let mut parts = pattern.split("${");
        let mut whole = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (name, rest) = part.split_once('}').ok_or_else(|| format!("{pattern} is not understood"))?;
            let value = match (name.strip_prefix('!'), own.get(name), name.split_once('.')) {
                (Some(literal), ..) => format!("${{{literal}}}"),
                (_, Some(expression), _) => text(&self.required(expression)?)?,
                (_, _, Some((id, attribute))) => text(&self.attribute(id, attribute)?)?,
                _ => text(&self.reference(name)?)?,
            };
            whole.extend([&value, rest]);
        }
        Ok(whole)
    }

    /// Whether a condition of the template holds.
    fn holds(&self, name: &str) -> Result<bool, Trouble> {
        self.is_true(&self.template["Conditions"][name])
    }

    fn is_true(&self, condition: &Value) -> Result<bool, Trouble> {
        let (function, argument) =
            condition.as_object().and_then(|members| members.iter().next()).ok_or_else(|| not_understood(condition))?;
        let arguments = argument.as_array().map(Vec::as_slice).unwrap_or_default();
        match (function.as_str(), arguments) {
            ("Condition", _) => self.holds(&text(argument)?),
            ("Fn::Not", [one]) => Ok(!self.is_true(one)?),
            ("Fn::And", all) => all.iter().try_fold(true, |so_far, one| Ok(so_far & self.is_true(one)?)),
            ("Fn::Or", all) => all.iter().try_fold(false, |so_far, one| Ok(so_far | self.is_true(one)?)),
            ("Fn::Equals", [one, other]) => Ok(text(&self.required(one)?)? == text(&self.required(other)?)?),
            _ => Err(not_understood(condition)),
        }
    }
}

/// A text, or what is written as one.
pub(super) fn text(value: &Value) -> Result<String, Trouble> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(is_true) => Ok(is_true.to_string()),
        other => Err(format!("{other} is no text").into()),
    }
}

fn listed(value: Value) -> Value {
    match value {
        Value::String(text) => text.split(',').map(|item| Value::from(item.trim())).collect::<Vec<_>>().into(),
        list => list,
    }
}

fn intrinsic(members: &Map<String, Value>) -> Option<(&str, &Value)> {
    let (name, argument) = members.iter().next().filter(|_| members.len() == 1)?;
    (name == "Ref" || name.starts_with("Fn::")).then_some((name, argument))
}

fn not_understood(expression: &Value) -> Trouble {
    format!("{expression} is not understood").into()
}

#[cfg(test)]
mod tests;
