//! `POST /api/uploads`, `GET` and `DELETE /api/photos/{id}`.

use super::{Case, deep_json};
use crate::http::Request;
use crate::server::Server;
use serde_json::{Value, json};

const TARGET: &str = "/api/uploads";
const NOBODY: &str = "0195c7a4-0000-7000-8000-000000000000";

pub(super) fn cases(server: &Server) -> Vec<Case> {
    let post = || Request::new("POST", TARGET).bearer(&server.token);
    let get = |target: &str| Request::new("GET", target);
    let delete = |id: &str| Request::new("DELETE", format!("/api/photos/{id}"));
    let guest = Request::new("POST", TARGET).bearer(&server.token("visitor", &["guest", "admin"])).json(&valid());
    let mut cases = vec![
        Case::bad(post().body("application/json", ""), "body"),
        Case::bad(post().body("application/json", "7"), "body"),
        Case::bad(post().body("image/jpeg", b"\xFF\xD8\xFF\xE0".to_vec()), "body"),
        Case::bad(post().body("application/json", deep_json(200)), "body"),
        Case::bad(post().json(&json!({})), "kind,content_type,size_bytes"),
        Case::bad(Request::new("POST", "/api/uploads?kind=charger").bearer(&server.token).json(&valid()), "kind"),
        Case::problem(guest, 403),
        Case::bad(get(&format!("/api/photos/{NOBODY}?size=960")), "size"),
        Case::problem(get(&format!("/api/photos/{NOBODY}")), 404),
        Case::problem(get("/api/photos/none"), 404),
        Case::problem(get("/api/photos/%00"), 404),
        Case::bad(delete(&format!("{NOBODY}?force=1")).bearer(&server.token), "force"),
        Case::problem(delete(NOBODY).bearer(&server.token), 404),
        Case::problem(delete("none").bearer(&server.token), 404),
        Case::problem(delete(NOBODY).bearer(&server.token("visitor", &["guest", "admin"])), 403),
    ];
    cases.extend(fields().into_iter().map(|(name, value, fields)| {
        let mut body = valid();
        body[name] = value;
        Case::bad(post().json(&body), fields)
    }));
    let files = [
        (json!([]), "files"),
        (json!(vec![valid(); 11]), "files"),
        (json!({}), "files"),
        (json!([valid(), {"kind": "charger", "x": 1}]), "files[1].content_type,files[1].size_bytes,files[1].x"),
        (json!([[valid()]]), "files[0]"),
    ];
    cases.extend(files.into_iter().map(|(files, fields)| Case::bad(post().json(&json!({"files": files})), fields)));
    cases
}

fn valid() -> Value {
    json!({"kind": "charger", "content_type": "image/jpeg", "size_bytes": 1000})
}

fn fields() -> Vec<(&'static str, Value, &'static str)> {
    vec![
        ("kind", json!("dog"), "kind"),
        ("kind", Value::Null, "kind"),
        ("content_type", json!("image/heic"), "content_type"),
        ("content_type", json!("image/jpeg; x"), "content_type"),
        ("size_bytes", json!(0), "size_bytes"),
        ("size_bytes", json!(26_214_401_u64), "size_bytes"),
        ("size_bytes", json!("1000"), "size_bytes"),
        ("size_bytes", json!(-1e30), "size_bytes"),
        ("sha256", json!("ab"), "sha256"),
        ("sha256", json!("A".repeat(64)), "sha256"),
        ("charger_id", json!("7"), "charger_id"),
        ("charger_id", json!(NOBODY), "charger_id"),
        ("owner", json!("bob"), "owner"),
    ]
}
