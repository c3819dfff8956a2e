//! The way of a photo's bytes: promise, form, file, state.

use crate::http::{Reply, Request};
use crate::server::{Server, poll};
use serde_json::{Value, json};

const BOUNDARY: &str = "----SharaSpotTest7MA4YWxkTrZu0gW";

/// A photo that was promised, and the form to send it with.
pub(crate) struct Promise {
    pub(crate) id: String,
    target: String,
    fields: Value,
}

impl Promise {
    pub(crate) fn of(server: &Server, content_type: &str, size_bytes: usize) -> Self {
        let body = json!({"kind": "charger", "content_type": content_type, "size_bytes": size_bytes});
        let answer = server.post("/api/uploads", &body).expect(201);
        let form = &answer["upload"];
        let target = form["url"].as_str().unwrap().strip_prefix(&server.base_url()).unwrap().to_owned();
        Self { id: answer["photo_id"].as_str().unwrap().to_owned(), target, fields: form["fields"].clone() }
    }

    /// The form as multipart/form-data, written by hand: the fields, then the file. It outlives its server.
    pub(crate) fn request(&self, file: &[u8]) -> Request {
        let mut body = Vec::new();
        for (name, value) in self.fields.as_object().unwrap() {
            let value = value.as_str().unwrap();
            let part = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend(part.into_bytes());
        }
        let head = "Content-Disposition: form-data; name=\"file\"; filename=\"photo\"\r\n";
        body.extend(format!("--{BOUNDARY}\r\n{head}Content-Type: application/octet-stream\r\n\r\n").into_bytes());
        body.extend(file);
        body.extend(format!("\r\n--{BOUNDARY}--\r\n").into_bytes());
        Request::new("POST", self.target.clone()).body(&format!("multipart/form-data; boundary={BOUNDARY}"), body)
    }

    pub(crate) fn send(&self, server: &Server, file: &[u8]) -> Reply {
        server.send(&self.request(file))
    }
}

/// Promises and sends a photo; answers its id.
pub(crate) fn upload(server: &Server, content_type: &str, file: &[u8]) -> String {
    let promise = Promise::of(server, content_type, file.len());
    let reply = promise.send(server, file);
    assert_eq!(reply.status, 204, "{}", reply.text());
    promise.id
}

pub(crate) fn photo(server: &Server, id: &str) -> Value {
    server.get(&format!("/api/photos/{id}"))
}

/// The photo, once it is no longer pending.
pub(crate) fn finished(server: &Server, id: &str) -> Value {
    poll("the photo is ready or rejected", || Some(photo(server, id)).filter(|photo| photo["state"] != "pending"))
}

/// A rendition, by the address that the API gives.
pub(crate) fn download(server: &Server, url: &Value) -> Reply {
    let target = url.as_str().unwrap().strip_prefix(&server.base_url()).unwrap();
    let reply = server.send(&Request::new("GET", target));
    assert_eq!(reply.status, 200, "{target}: {}", reply.text());
    reply
}
