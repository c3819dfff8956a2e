//! The schemas of answers, from the types that are serialised.

use crate::notes;
use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

/// The schemas that were asked for so far.
pub(crate) struct Schemas {
    generator: SchemaGenerator,
    own: Map<String, Value>,
}

impl Schemas {
    pub(crate) fn new() -> Self {
        let settings = SchemaSettings::draft2020_12().for_serialize().with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
        });
        let mut schemas = Self { generator: settings.with_transform(Closed).into_generator(), own: Map::new() };
        schemas.of::<api::Problem<'_>>();
        let message = json!({"message": {"type": "string"}});
        schemas.define("GatewayMessage", json!({"type": "object", "properties": message, "required": ["message"]}));
        schemas
    }

    /// A reference to the schema of a type.
    pub(crate) fn of<T: JsonSchema>(&mut self) -> Value {
        self.generator.subschema_for::<T>().to_value()
    }

    /// A reference to a schema that no type has.
    pub(crate) fn define(&mut self, name: &str, schema: Value) -> Value {
        self.own.insert(name.to_owned(), schema);
        json!({"$ref": format!("#/components/schemas/{name}")})
    }

    /// A reference to the schema of a request as its reader describes it, with sentences about its fields.
    pub(crate) fn request(&mut self, name: &str, mut schema: Value, sentences: &[(&str, &str)]) -> Value {
        sentences.iter().for_each(|(path, sentence)| notes::describe(&mut schema, path, sentence));
        self.define(name, schema)
    }

    /// A schema that was asked for before.
    pub(crate) fn look_up(&self, name: &str) -> &Value {
        &self.generator.definitions()[name]
    }

    /// All of them, as components of the document.
    pub(crate) fn into_components(mut self) -> Map<String, Value> {
        let mut components = self.generator.take_definitions(true);
        components.extend(self.own);
        components
    }
}

/// Nothing but what is described is ever answered; and the formats of Rust's numbers are none of OpenAPI's.
#[derive(Clone)]
struct Closed;

impl Transform for Closed {
    fn transform(&mut self, schema: &mut Schema) {
        transform_subschemas(self, schema);
        let is_of_rust = |format: &Value| {
            format
                .as_str()
                .is_some_and(|format| format.starts_with("uint") || format == "double" || format.starts_with("int"))
        };
        if schema.get("format").is_some_and(is_of_rust) {
            schema.remove("format");
        }
        if schema.get("properties").is_some() && schema.get("additionalProperties").is_none() {
            schema.insert("additionalProperties".to_owned(), json!(false));
        }
    }
}
