//! Start, stop, start again.

use crate::server::Server;
use serde_json::json;

#[test]
fn sigterm_stops_the_server_with_exit_code_0_and_a_second_start_keeps_the_data() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let charger = json!({"name": "Depot", "address": "1 Main St", "latitude": 42.65, "longitude": -73.75,
        "connectors": [{"type": "CCS", "power_kw": 150, "count": 2}]});
    let created = server.post("/api/chargers", &charger).expect(201);
    let id = created["charger"]["id"].as_str().unwrap().to_owned();
    let upload = json!({"kind": "charger", "content_type": "image/jpeg", "size_bytes": 5});
    let photo = server.post("/api/uploads", &upload).expect(201)["photo_id"].as_str().unwrap().to_owned();
    let token = server.token.clone();
    assert_eq!(server.stop().code(), Some(0));

    let mut server = Server::start(data.path());
    assert_eq!(server.get(&format!("/api/chargers/{id}"))["name"], "Depot");
    assert_eq!(server.get("/api/chargers")["total"], 1);
    assert_eq!(server.get(&format!("/api/photos/{photo}"))["state"], "pending");
    // The key that signs tokens is data, too.
    server.token = token;
    assert_eq!(server.post("/api/uploads", &upload).status, 201);
}
