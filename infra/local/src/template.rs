//! What the server takes from `template.yaml`: routes, timeouts, the default authorizer and CORS.

use std::time::Duration;

use serde_yaml_ng::Value;

/// The template of this repository, as it was when the server was built.
pub const TEMPLATE: &str = include_str!("../../../template.yaml");

/// The part of a SAM template that API Gateway and Lambda act on.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    /// Every function, in the order of the file.
    pub functions: Vec<Function>,
    /// Every route of the HTTP API.
    pub routes: Vec<Route>,
    /// The API's CORS settings; without them API Gateway adds no CORS header.
    pub cors: Option<Cors>,
}

/// One Lambda function.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// The name of its binary.
    pub name: String,
    /// After which Lambda ends an invocation.
    pub timeout: Duration,
}

/// One route of the HTTP API.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// `GET`, …, or `ANY`.
    pub method: String,
    /// With `{name}` and `{name+}` in place of parameters.
    pub path: String,
    /// The binary that answers.
    pub function: String,
    /// Whether the JWT authorizer stands before it.
    pub needs_token: bool,
}

/// CORS as API Gateway applies it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cors {
    /// `*` or origins.
    pub allow_origins: Vec<String>,
    /// Methods, upper case.
    pub allow_methods: Vec<String>,
    /// Request headers.
    pub allow_headers: Vec<String>,
    /// Response headers that scripts may read.
    pub expose_headers: Vec<String>,
    /// Seconds for which a preflight may be remembered.
    pub max_age: Option<u64>,
}

/// Why a template cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("template.yaml: {0}")]
pub struct TemplateError(String);

/// Reads a SAM template.
///
/// `!Ref` to a parameter stands for its default; other intrinsics are kept unread, as nothing here needs them.
///
/// # Errors
/// When the text is no YAML or a function lacks what the server needs.
pub fn parse(text: &str) -> Result<Template, TemplateError> {
    let root: Value = serde_yaml_ng::from_str(text).map_err(|error| TemplateError(error.to_string()))?;
    let resources = root["Resources"].as_mapping().ok_or_else(|| TemplateError("there are no Resources".into()))?;
    let of_type = |wanted: &'static str| {
        resources
            .iter()
            .filter(move |(_, resource)| resource["Type"].as_str() == Some(wanted))
            .map(|(name, resource)| (name.as_str().unwrap_or_default(), resource))
    };
    let api = of_type("AWS::Serverless::HttpApi").next().map(|(_, api)| &api["Properties"]);
    let default_needs_token = api.is_some_and(|api| api["Auth"]["DefaultAuthorizer"].is_string());

    let mut functions = Vec::new();
    let mut routes = Vec::new();
    for (id, resource) in of_type("AWS::Serverless::Function") {
        let function = read_function(id, resource)?;
        routes.extend(read_routes(id, resource, &function.name, default_needs_token)?);
        functions.push(function);
    }
    let cors = api.map(|api| &api["CorsConfiguration"]).filter(|cors| cors.is_mapping());
    Ok(Template { functions, routes, cors: cors.map(|cors| read_cors(cors, &root["Parameters"])) })
}

fn read_function(id: &str, resource: &Value) -> Result<Function, TemplateError> {
    let name = resource["Metadata"]["BuildProperties"]["Binary"]
        .as_str()
        .ok_or_else(|| TemplateError(format!("{id} has no Metadata.BuildProperties.Binary")))?;
    let seconds =
        resource["Properties"]["Timeout"].as_u64().ok_or_else(|| TemplateError(format!("{id} has no Timeout")))?;
    Ok(Function { name: name.to_owned(), timeout: Duration::from_secs(seconds) })
}

fn read_routes(
    id: &str,
    resource: &Value,
    function: &str,
    default_needs_token: bool,
) -> Result<Vec<Route>, TemplateError> {
    let events = resource["Properties"]["Events"].as_mapping().into_iter().flatten();
    events
        .filter(|(_, event)| event["Type"].as_str() == Some("HttpApi"))
        .map(|(name, event)| {
            let properties = &event["Properties"];
            let text = |key: &str| {
                properties[key].as_str().map(str::to_owned).ok_or_else(|| {
                    TemplateError(format!("{id}, event {}: no {key}", name.as_str().unwrap_or_default()))
                })
            };
            Ok(Route {
                method: text("Method")?.to_uppercase(),
                path: text("Path")?,
                function: function.to_owned(),
                needs_token: match properties["Auth"]["Authorizer"].as_str() {
                    Some("NONE") => false,
                    Some(_) => true,
                    None => default_needs_token,
                },
            })
        })
        .collect()
}

fn read_cors(cors: &Value, parameters: &Value) -> Cors {
    let list = |key: &str| texts(&cors[key], parameters);
    Cors {
        allow_origins: list("AllowOrigins"),
        allow_methods: list("AllowMethods"),
        allow_headers: list("AllowHeaders"),
        expose_headers: list("ExposeHeaders"),
        max_age: cors["MaxAge"].as_u64(),
    }
}

/// A list of texts, or a reference to a parameter that holds one.
fn texts(value: &Value, parameters: &Value) -> Vec<String> {
    match value {
        Value::Sequence(items) => items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect(),
        Value::Tagged(tagged) if tagged.tag == "!Ref" => {
            let default = tagged.value.as_str().and_then(|name| parameters[name]["Default"].as_str());
            let items = default.unwrap_or_default().split(',').map(str::trim);
            items.filter(|item| !item.is_empty()).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repositorys_own_template_can_be_read() {
        let template = parse(TEMPLATE).unwrap();
        let routes: Vec<_> = template.routes.iter().map(|route| (&*route.method, &*route.path)).collect();
        assert!(routes.contains(&("GET", "/api/chargers/{id}")), "{routes:?}");
        assert_eq!(template.cors.unwrap().allow_origins, ["*"]);
    }

    #[test]
    fn a_route_needs_a_token_unless_it_says_none() {
        let template = parse(TEMPLATE).unwrap();
        let needs_token = |method: &str, path: &str| {
            let route = template.routes.iter().find(|route| route.method == method && route.path == path);
            route.map(|route| route.needs_token)
        };
        assert_eq!(needs_token("GET", "/api/chargers"), Some(false));
        assert_eq!(needs_token("POST", "/api/chargers"), Some(true));
        assert_eq!(needs_token("POST", "/api/uploads"), Some(true));
    }

    #[test]
    fn a_function_without_a_binary_is_named() {
        let text = "Resources: {Lonely: {Type: 'AWS::Serverless::Function', Properties: {Timeout: 3}}}";
        assert_eq!(
            parse(text).unwrap_err().to_string(),
            "template.yaml: Lonely has no Metadata.BuildProperties.Binary"
        );
    }
}
