//! One operation: what it takes and what it answers.

use crate::examples::Example;
use crate::headers::{self, OF_FUNCTION};
use crate::notes;
use serde_json::{Map, Value, json};

/// What every operation of this API may answer.
const ALWAYS: [(&str, &str); 4] =
    [("400", "BadInput"), ("429", "TooMany"), ("500", "OurFault"), ("503", "Unavailable")];

/// An operation that is being described.
pub(crate) struct Operation {
    /// `GET /api/…`, as in `template.yaml`.
    pub(crate) route: &'static str,
    described: Map<String, Value>,
    parameters: Vec<Value>,
    body: Option<Value>,
    responses: Map<String, Value>,
}

impl Operation {
    /// An operation and, in a few words, what it is for.
    pub(crate) fn new(route: &'static str, id: &str, summary: &str) -> Self {
        let mut parameters = vec![json!({"$ref": "#/components/parameters/X-Consistency-Token"})];
        if route.contains("{id}") {
            parameters.insert(0, json!({"$ref": "#/components/parameters/Id"}));
        }
        let mut operation = Self { route, described: Map::new(), parameters, body: None, responses: Map::new() };
        operation.described.insert("operationId".to_owned(), id.into());
        operation.described.insert("summary".to_owned(), summary.into());
        ALWAYS.iter().fold(operation, |operation, (status, name)| operation.refers(status, name))
    }

    /// More about it.
    pub(crate) fn about(mut self, description: &str) -> Self {
        self.described.insert("description".to_owned(), description.into());
        self
    }

    /// The parameters of a query as its reader describes them, and sentences about them.
    pub(crate) fn query(mut self, mut schema: Value, sentences: &[(&str, &str)]) -> Self {
        sentences.iter().for_each(|(path, sentence)| notes::describe(&mut schema, path, sentence));
        let required: Vec<Value> = schema["required"].as_array().cloned().unwrap_or_default();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let mut property = property.clone();
            let mut parameter = json!({"name": name, "in": "query"});
            if let Some(description) = property.as_object_mut().and_then(|property| property.remove("description")) {
                parameter["description"] = description;
            }
            if property["type"] == "array" {
                parameter["style"] = json!("form");
                // A list of fixed length is one value with commas, any other is the parameter repeated.
                parameter["explode"] = json!(property.get("prefixItems").is_none());
            }
            if required.contains(&json!(name)) {
                parameter["required"] = json!(true);
            }
            parameter["schema"] = property;
            self.parameters.push(parameter);
        }
        self
    }

    /// The body, by the reference that `Schemas::request` gave.
    pub(crate) fn body(mut self, reference: Value) -> Self {
        self.body = Some(reference);
        self.refers("413", "TooLarge")
    }

    /// A successful answer with JSON.
    pub(crate) fn answers(self, status: &str, description: &str, schema: Value) -> Self {
        self.answers_as(status, description, "application/json", schema)
    }

    /// A successful answer of some content type; further types of the same status may follow.
    pub(crate) fn answers_as(mut self, status: &str, description: &str, content_type: &str, schema: Value) -> Self {
        let response = self.responses.entry(status).or_insert_with(|| response(description, &[]));
        response["content"][content_type] = json!({"schema": schema});
        self
    }

    /// Done, and nothing to show.
    pub(crate) fn answers_nothing(mut self, status: &str, description: &str) -> Self {
        self.responses.insert(status.to_owned(), response(description, &[]));
        self
    }

    /// Headers of the successful answers so far.
    pub(crate) fn with_headers(mut self, names: &[&str]) -> Self {
        let added = headers::references(names);
        for (_, response) in self.responses.iter_mut().filter(|(status, _)| status.starts_with('2')) {
            let all = response["headers"].as_object_mut().into_iter();
            all.for_each(|all| all.extend(added.as_object().cloned().unwrap_or_default()));
        }
        self
    }

    /// The answer has an `ETag`, and is 304 where the client has it.
    pub(crate) fn cached(mut self) -> Self {
        let headers = ["Cache-Control", "ETag", "Vary"];
        self.parameters.push(json!({"$ref": "#/components/parameters/If-None-Match"}));
        self.responses.insert("304".to_owned(), response("The client has exactly this.", &headers));
        self.with_headers(&headers)
    }

    /// As [`Operation::cached`], and the answer is kept for others who ask the same.
    pub(crate) fn kept(self) -> Self {
        let mut operation = self.cached().with_headers(&["X-Cache"]);
        let not_modified = operation.responses["304"]["headers"].as_object_mut().into_iter();
        not_modified
            .for_each(|all| all.extend(headers::references(&["X-Cache"]).as_object().cloned().unwrap_or_default()));
        operation
    }

    /// It may be sent again under its key, and its answer says what later reads need to see it.
    pub(crate) fn write(mut self) -> Self {
        self.parameters.push(json!({"$ref": "#/components/parameters/Idempotency-Key"}));
        let answered = self.with_headers(&["Idempotency-Replayed", "X-Consistency-Token"]);
        answered.refers("409", "Conflict").refers("422", "OtherRequest")
    }

    /// A problem that says more than problems do.
    pub(crate) fn problem(mut self, status: &str, description: &str, schema: Value) -> Self {
        let content = json!({"application/problem+json": {"schema": schema}});
        let response = json!({"description": description, "headers": headers::of_problem(), "content": content});
        self.responses.insert(status.to_owned(), response);
        self
    }

    /// A problem of `gateway::responses`.
    pub(crate) fn refers(mut self, status: &str, name: &str) -> Self {
        self.responses.insert(status.to_owned(), json!({"$ref": format!("#/components/responses/{name}")}));
        self
    }

    /// A successful answer leads to another operation: its parameter is found at this pointer in the body.
    pub(crate) fn leads_to(mut self, operation_id: &str, parameter: &str, pointer: &str) -> Self {
        let link = json!({"operationId": operation_id, "parameters": {parameter: format!("$response.body#{pointer}")}});
        for (_, response) in self.responses.iter_mut().filter(|(status, _)| status.starts_with('2')) {
            response["links"][operation_id] = link.clone();
        }
        self
    }

    /// All of it, as OpenAPI wants it; examples of answers that operations share go into `shared`.
    pub(crate) fn describe(mut self, needs_token: bool, examples: &[Example<'_>], shared: &mut Value) -> Value {
        if needs_token {
            self.described.insert("security".to_owned(), json!([{"jwt": []}]));
            self = self.refers("401", "NotSignedIn").refers("403", "NotAllowed");
        }
        if let Some(reference) = &self.body {
            let mut content = json!({"schema": reference});
            for example in examples.iter().filter(|example| example.status() < 300) {
                if let Some(asked) = example.asked() {
                    content["examples"][example.case] = json!({"value": asked});
                }
            }
            let body = json!({"required": true, "content": {"application/json": content}});
            self.described.insert("requestBody".to_owned(), body);
        }
        for example in examples {
            if let Some(response) = self.responses.get_mut(&example.status().to_string()) {
                let name =
                    response["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()).map(str::to_owned);
                example.show(name.map_or(response, |name| &mut shared[name]));
            }
        }
        self.described.insert("parameters".to_owned(), json!(self.parameters));
        self.described.insert("responses".to_owned(), json!(self.responses));
        Value::Object(self.described)
    }
}

fn response(description: &str, names: &[&str]) -> Value {
    json!({"description": description, "headers": headers::references(&[&OF_FUNCTION, names].concat())})
}
