//! What belongs to somebody else: their photos, wherever a photo's id is taken, and their chargers.

use super::{Target, add_charger, charger, status};
use serde_json::{Value, json};

#[test]
fn anothers_photo_is_attached_nowhere_and_removed_by_nobody_else() {
    let target = Target::start();
    let server = &target.server;
    let (bob, mallory) = (server.token("bob", &[]), server.token("mallory", &[]));
    let charger_id = add_charger(server, 1);
    let promise = |token: &str, kind: &str| -> String {
        let body = json!({"kind": kind, "content_type": "image/jpeg", "size_bytes": 9});
        let request = crate::http::Request::new("POST", "/api/uploads").bearer(token).json(&body);
        server.send(&request).expect(201)["photo_id"].as_str().unwrap().to_owned()
    };
    let bobs: Vec<String> = ["charger", "verification", "profile"].iter().map(|kind| promise(&bob, kind)).collect();
    for photo_id in &bobs {
        let mut new = charger(2);
        new["photos"] = json!([photo_id]);
        new["allow_duplicate"] = json!(true);
        let request = crate::http::Request::new("POST", "/api/chargers").bearer(&mallory).json(&new);
        let created = server.send(&request).expect(201);
        assert_eq!(created["photo_errors"][0]["code"], "not_found");
        assert_eq!(created["charger"]["photos"], json!([]));
        let verify = format!("/api/chargers/{charger_id}/verify");
        let body = json!({"action": "active", "photo_id": photo_id});
        assert_eq!(status(server, "POST", &verify, &mallory, &body), 400, "{photo_id}");
        assert_eq!(status(server, "PATCH", "/api/me", &mallory, &json!({"photo_id": photo_id})), 400);
        assert_eq!(status(server, "DELETE", &format!("/api/photos/{photo_id}"), &mallory, &Value::Null), 403);
        assert_eq!(server.get(&format!("/api/photos/{photo_id}"))["state"], "pending");
    }
    assert_eq!(status(server, "PATCH", "/api/me", &bob, &json!({"photo_id": bobs[2]})), 200, "his own");
    assert_eq!(status(server, "PATCH", "/api/me", &mallory, &json!({"photo_id": null})), 200);
    let request = crate::http::Request::new("GET", "/api/me").bearer(&bob);
    assert_eq!(server.send(&request).expect(200)["photo"]["id"], json!(bobs[2]), "she took away nobody's but her own");
    target.check(4);
}

#[test]
fn anothers_charger_is_neither_changed_nor_removed() {
    let target = Target::start();
    let server = &target.server;
    let mallory = server.token("mallory", &["editors"]);
    let path = format!("/api/chargers/{}", add_charger(server, 1));
    let before = server.get(&path);
    let routes = target.routes_with_token();
    for method in ["PATCH", "DELETE"] {
        let is_there =
            routes.iter().any(|(of, path)| of == method && path == &format!("/api/chargers/{}", super::NOTHING));
        let refused = status(server, method, &path, &mallory, &json!({"name": "Mine"}));
        assert_eq!(refused, if is_there { 403 } else { 404 }, "{method}");
    }
    assert_eq!(server.get(&path), before);
    target.check(1);
}

#[test]
fn who_is_erased_takes_nothing_of_others_along() {
    let target = Target::start();
    let server = &target.server;
    let path = format!("/api/chargers/{}", add_charger(server, 1));
    let bob = server.token("bob", &[]);
    assert_eq!(status(server, "POST", &format!("{path}/verify"), &bob, &json!({"action": "active"})), 201);
    assert_eq!(status(server, "DELETE", "/api/me", &bob, &Value::Null), 204);
    let charger = server.get(&path);
    assert_eq!((&charger["added_by"], &charger["verified_by_count"]), (&json!("alice"), &json!(2)));
    assert!(!charger.to_string().contains("bob"));
    target.check(1);
}
