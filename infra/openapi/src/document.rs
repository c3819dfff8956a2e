//! The whole document.

use crate::examples::Examples;
use crate::schemas::Schemas;
use crate::{gateway, headers, operations};
use serde_json::{Map, Value, json};
use std::error::Error;
use std::path::Path;

const ABOUT: &str = "Every error of the functions is an RFC 9457 problem; bad input names every bad field at once. API Gateway itself \
answers `{\"message\": …}` for an unknown route or method (404), a missing or bad token (401), a body above its own limit (413) and \
too many requests (429).";

/// The document, made from the code and from the files of the repository at `root`.
///
/// # Errors
/// A file that cannot be read, a route that is not described or a description without a route.
pub fn document(root: &Path) -> Result<Value, Box<dyn Error>> {
    let examples = Examples::read(root)?;
    let mut routes = gateway::routes(&std::fs::read_to_string(root.join("template.yaml"))?)?;
    let mut schemas = Schemas::new();
    let (mut paths, mut shared) = (Map::new(), gateway::responses());
    for operation in operations::all(&mut schemas) {
        let needs_token =
            routes.remove(operation.route).ok_or_else(|| format!("template.yaml has no {}", operation.route))?;
        let (method, path) = operation.route.split_once(' ').ok_or("a route is a method and a path")?;
        let shown = examples.of(operation.route);
        let described = operation.describe(needs_token, &shown, &mut shared);
        paths.entry(path).or_insert_with(|| json!({}))[method.to_lowercase()] = described;
    }
    if let Some((route, _)) = routes.first_key_value() {
        return Err(format!("{route} is in template.yaml and not in infra/openapi/src/operations").into());
    }
    Ok(json!({
        "openapi": "3.1.0",
        "info": {
            "title": "SharaSpot",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "EV chargers near a point, along a route, and from the people who use them.",
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
            "description": ABOUT,
        },
        "servers": [{"url": "http://localhost:3000", "description": "The embedded server, `make run`"}],
        "security": [],
        "paths": paths,
        "components": {
            "securitySchemes": {"jwt": {
                "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                "description": "A Cognito access token; locally one of `POST /dev/token`.",
            }},
            "headers": headers::components(),
            "parameters": headers::parameters(),
            "responses": shared,
            "schemas": schemas.into_components(),
        },
    }))
}

/// The document as it is committed.
///
/// # Errors
/// As [`document()`].
pub fn text(root: &Path) -> Result<String, Box<dyn Error>> {
    Ok(serde_json::to_string_pretty(&document(root)?)? + "\n")
}
