//! Photos: from a client's bytes to renditions that anybody may see, or to a reason.

use crate::http::Request;
use crate::pictures::{bomb, has_metadata, jpeg_size, phone_photo};
use crate::server::Server;
use crate::uploads::{download, finished, upload};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::path::Path;
use tests::repository::shared_data;

const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// How many files lie under a folder; none where it is not there.
fn files_under(folder: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries.map(|entry| entry.unwrap().path()).map(|path| if path.is_dir() { files_under(&path) } else { 1 }).sum()
}

/// What lies under `processed/` in the local store of a data folder.
fn published(data_dir: &Path) -> usize {
    files_under(&data_dir.join("photos/objects/processed"))
}

/// Every rendition is there, of its size, for ever, and nothing but the picture.
fn check_renditions(server: &Server, photo: &Value) {
    let renditions = photo["renditions"].as_array().unwrap();
    assert_eq!(renditions.iter().filter(|rendition| rendition["url"] == photo["url"]).count(), 1);
    for rendition in renditions {
        let reply = download(server, &rendition["url"]);
        let content_type = reply.header("content-type").unwrap();
        assert_eq!(
            (content_type, reply.body.len() as u64),
            (&*text(rendition, "content_type"), int(rendition, "bytes"))
        );
        assert_eq!(reply.header("cache-control"), Some(IMMUTABLE));
        assert!(!has_metadata(content_type, &reply.body), "{rendition}");
        if content_type == "image/jpeg" {
            let (width, height) = jpeg_size(&reply.body);
            assert_eq!((u64::from(width), u64::from(height)), (int(rendition, "width"), int(rendition, "height")));
        }
    }
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap().to_owned()
}

fn int(value: &Value, name: &str) -> u64 {
    value[name].as_u64().unwrap()
}

fn check_ready(server: &Server, raw: &[u8], width: u64, height: u64) {
    let photo = finished(server, &upload(server, "image/jpeg", raw));
    assert_eq!((&photo["state"], &photo["reason"]), (&json!("ready"), &Value::Null));
    assert_eq!((int(&photo, "width"), int(&photo, "height")), (width, height), "upright");
    assert_eq!(photo["renditions"].as_array().unwrap().len(), 8);
    check_renditions(server, &photo);
}

fn check_rejected(server: &Server, data_dir: &Path, content_type: &str, raw: &[u8]) {
    let before = published(data_dir);
    let photo = finished(server, &upload(server, content_type, raw));
    assert_eq!(photo["state"], "rejected");
    assert!(text(&photo, "reason").len() > 10, "{photo}");
    assert_eq!((&photo["url"], &photo["renditions"]), (&Value::Null, &json!([])));
    assert_eq!(published(data_dir), before, "nothing of it is published");
}

#[test]
fn a_photo_that_lies_on_its_side_and_knows_its_place_is_published_upright_and_forgets_where() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let raw = phone_photo(1300, 1000);
    assert!(has_metadata("image/jpeg", &raw), "the test itself sees metadata");
    check_ready(&server, &raw, 1000, 1300);
}

#[test]
fn the_real_camera_photo_becomes_1536_by_2048_without_its_place() {
    let Some(raw) = shared_data("photos/camera-3mp-orientation6-gps.jpg") else { return };
    let data = tempfile::tempdir().unwrap();
    check_ready(&Server::start(data.path()), &raw, 1536, 2048);
}

#[test]
fn a_bomb_and_a_cut_off_file_are_rejected_with_a_reason_and_nothing_is_published() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    check_rejected(&server, data.path(), "image/png", &bomb());
    let whole = phone_photo(800, 600);
    check_rejected(&server, data.path(), "image/jpeg", &whole[..whole.len() / 2]);
    check_rejected(&server, data.path(), "image/jpeg", b"this is no picture at all");
}

#[test]
fn the_real_bomb_and_the_real_truncated_file_are_rejected_with_a_reason() {
    let Some(bomb) = shared_data("photos/bomb-65536x65536.png") else { return };
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    check_rejected(&server, data.path(), "image/png", &bomb);
    check_rejected(&server, data.path(), "image/jpeg", &shared_data("photos/truncated.jpg").unwrap());
}

#[test]
fn base64_in_a_new_charger_takes_the_same_road_and_a_bad_picture_does_not_fail_the_charger() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let raw = phone_photo(640, 480);
    let good = format!("data:image/jpeg;base64,{}", STANDARD.encode(&raw));
    let uploaded = upload(&server, "image/jpeg", &raw);
    let body = json!({"name": "Depot", "address": "1 Main St", "latitude": 42.65, "longitude": -73.75,
        "connectors": [{"type": "CCS"}], "photos": [good, STANDARD.encode(b"no picture"), uploaded, "%%%"]});
    let created = server.post("/api/chargers", &body).expect(201);
    let errors = created["photo_errors"].as_array().unwrap();
    assert_eq!(errors.iter().map(|error| int(error, "index")).collect::<Vec<_>>(), [1, 3]);
    let promised = created["charger"]["photos"].as_array().unwrap();
    assert_eq!(promised.len(), 2);
    promised.iter().for_each(|photo| assert_eq!(finished(&server, &text(photo, "id"))["state"], "ready"));
    let charger = server.get(&format!("/api/chargers/{}", text(&created["charger"], "id")));
    for photo in charger["photos"].as_array().unwrap() {
        assert_eq!((&photo["state"], int(photo, "width"), int(photo, "height")), (&json!("ready"), 480, 640));
        check_renditions(&server, photo);
    }
    // The address in the first answer was right before there was anything behind it.
    let sent = promised.iter().find(|photo| photo["id"] != uploaded).unwrap();
    assert_eq!(charger["photos"].as_array().unwrap().iter().filter(|photo| photo["url"] == sent["url"]).count(), 1);
}

#[test]
fn a_photo_that_its_uploader_removes_is_gone_from_the_api_and_from_the_store() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let photo = finished(&server, &upload(&server, "image/jpeg", &phone_photo(300, 200)));
    let target = format!("/api/photos/{}", text(&photo, "id"));
    let remove = |token: &str| server.send(&Request::new("DELETE", target.clone()).bearer(token));
    assert_eq!(remove(&server.token("somebody-else", &[])).status, 403);
    assert_eq!(server.send(&Request::new("DELETE", target.clone())).status, 401);
    assert_eq!(published(data.path()), photo["renditions"].as_array().unwrap().len());
    let removed = remove(&server.token);
    assert_eq!((removed.status, removed.body.len()), (204, 0), "{}", removed.text());
    assert!(removed.header("x-consistency-token").is_some());
    remove(&server.token).expect(404);
    assert_eq!(published(data.path()), 0);
    let address = photo["url"].as_str().unwrap().strip_prefix(&server.base_url()).unwrap().to_owned();
    assert_ne!(server.send(&Request::new("GET", address)).status, 200);
}
