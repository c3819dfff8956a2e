//! What API Gateway does: which routes there are, which want a token, and what it answers itself.

use serde_json::{Value, json};
use serde_yaml_ng::Value as Yaml;
use std::collections::BTreeMap;
use std::error::Error;

/// Every route of the template, and whether it wants a token.
///
/// # Errors
/// A template that is no YAML.
pub(crate) fn routes(template: &str) -> Result<BTreeMap<String, bool>, Box<dyn Error>> {
    let template: Yaml = serde_yaml_ng::from_str(template)?;
    let resources = template["Resources"].as_mapping().into_iter().flat_map(|resources| resources.values());
    let events =
        resources.flat_map(|resource| resource["Properties"]["Events"].as_mapping()).flat_map(|events| events.values());
    let routes = events.filter(|event| event["Type"].as_str() == Some("HttpApi")).map(|event| {
        let properties = &event["Properties"];
        let text = |name: &str| properties[name].as_str().unwrap_or_default();
        let needs_token = properties["Auth"]["Authorizer"].as_str() != Some("NONE");
        (format!("{} {}", text("Method"), text("Path")), needs_token)
    });
    Ok(routes.collect())
}

/// Statuses that every operation, or every one of a kind, may answer.
pub(crate) fn responses() -> Value {
    json!({
        "BadInput": problem("Something in the request is not as it should be; `errors` names every field.", true),
        "NotSignedIn": message("There is no valid token; API Gateway says so.", json!({
            "WWW-Authenticate": {"description": "What is wrong with the token.", "schema": {"type": "string"}},
        })),
        "NotAllowed": problem("Not for this caller: a guest, or somebody to whom it does not belong.", false),
        "NotFound": problem("There is no such thing; or no such route, says API Gateway.", true),
        "Conflict": problem("It is there already, or has changed meanwhile; or the same request is being dealt with under this key.", false),
        "OtherRequest": problem("The `Idempotency-Key` was used for another request.", false),
        "TooLarge": problem("The body is too large: for the function, or already for API Gateway.", true),
        "TooMany": problem("Too many requests: of this caller, or in all, says API Gateway.", true),
        "OurFault": problem("Something went wrong on our side.", true),
        "Unavailable": problem("Database or photo store do not answer at the moment: try again.", true),
    })
}

fn message(description: &str, headers: Value) -> Value {
    let mut all = crate::headers::of_gateway();
    all.as_object_mut().into_iter().for_each(|all| all.extend(headers.as_object().cloned().unwrap_or_default()));
    json!({
        "description": description,
        "headers": all,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/GatewayMessage"}}},
    })
}

fn problem(description: &str, or_message: bool) -> Value {
    let mut content = json!({"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}});
    if or_message {
        content["application/json"] = json!({"schema": {"$ref": "#/components/schemas/GatewayMessage"}});
    }
    json!({"description": description, "headers": crate::headers::of_problem(), "content": content})
}
