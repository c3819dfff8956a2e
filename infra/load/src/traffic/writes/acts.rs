//! One upload, one new charger, one verification: each from its first request to its end.

use super::people::{People, person};
use super::{Desk, Upload};
use crate::Trouble;
use crate::book::{Failure, Verdict, judge};
use crate::traffic::client::{Ask, Reply};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;
use uuid::Uuid;

/// How long somebody goes on asking again: longer than a claimed key stays with a try that nobody knows the end of.
const PATIENCE: Duration = Duration::from_secs(90);
/// How often somebody looks what has become of a photo.
const LOOK_AGAIN: Duration = Duration::from_millis(250);
/// One of so many uploads breaks off on its way to the camera's memory.
const BROKEN_OF: u64 = 10;
/// One of so many chargers comes with a photo.
const WITH_PHOTO_OF: u64 = 4;
/// One of so many keys is sent once more after its answer.
const REPLAYED_OF: u64 = 5;
const BOUNDARY: &str = "----load-7MA4YWxkTrZu0gW";

/// `POST /api/uploads`, the form, and looking until the photo is ready or rejected.
pub(super) async fn upload(desk: Desk, number: u64) {
    let is_sound = number % BROKEN_OF != BROKEN_OF - 1;
    let pictures = &desk.people.pictures;
    let file = if is_sound { &pictures.sound } else { &pictures.broken };
    let Some(token) = desk.token(person(number)).await else { return };
    let body = json!({"kind": "charger", "content_type": "image/jpeg", "size_bytes": file.len()});
    let ask = Ask::json("/api/uploads", &body).bearer(&token).header("idempotency-key", key());
    let Some(promise) = desk.insist("promise", &ask).await else { return };
    let promise = promise.json();
    let Some(form) = form(&promise["upload"], file) else {
        return desk.owe(|written| written.contradictions.push(format!("a promise without a form: {promise}")));
    };
    if desk.insist("form", &form).await.is_none() {
        return;
    }
    let id = promise["photo_id"].as_str().unwrap_or_default().to_owned();
    let state = desk.ripen(&id).await;
    desk.owe(|written| written.uploads.push(Upload { person: person(number), id, is_sound, state }));
}

/// `POST /api/chargers` under a key, now and then with a photo, now and then once more.
pub(super) async fn create(desk: Desk, number: u64) {
    let Some(token) = desk.token(person(number)).await else { return };
    let mut body = json!({
        "name": format!("Load {}", Uuid::new_v4()),
        "address": "1 Main Street",
        "latitude": rand::random_range(40.5..44.5),
        "longitude": rand::random_range(-79.5..-73.5),
        "connectors": [{"type": "CCS", "power_kw": 150, "count": 2}],
        "total_ports": 2,
        "amenities": ["cafe"],
    });
    if number.is_multiple_of(WITH_PHOTO_OF) {
        body["photos"] = json!([BASE64.encode(&desk.people.pictures.small)]);
    }
    let ask = Ask::json("/api/chargers", &body).bearer(&token).header("idempotency-key", key());
    let Some(reply) = desk.insist("create", &ask).await else { return };
    let answer = reply.json();
    let id = id_of(&answer);
    let photos = answer["charger"]["photos"].as_array().into_iter().flatten();
    let photos = photos.filter_map(|photo| photo["id"].as_str());
    let photos = photos.map(|id| Upload { person: person(number), id: id.to_owned(), is_sound: true, state: None });
    desk.owe(|written| {
        written.uploads.extend(photos);
        written.refused_photos += answer["photo_errors"].as_array().map_or(0, |errors| errors.len() as u64);
        written.chargers.push(id.clone());
        let deeds = written.deeds.entry(person(number)).or_default();
        deeds.chargers += 1;
        // Whoever adds a charger says that it works.
        deeds.verifications += 1;
    });
    if number.is_multiple_of(REPLAYED_OF) {
        let Some(again) = desk.insist("create again", &ask).await else { return };
        let other = id_of(&again.json());
        desk.owe(|written| {
            written.replays += 1;
            if other != id {
                written.contradictions.push(format!("one key made the chargers {id} and {other}"));
            }
        });
    }
}

/// `POST /api/chargers/{id}/verify` under a key.
pub(super) async fn verify(desk: Desk, number: u64) {
    let Some(token) = desk.token(person(number)).await else { return };
    let action = ["active", "active", "partial", "not_working"][number as usize % 4];
    let path = format!("/api/chargers/{}/verify", desk.people.target(number));
    let body = json!({"action": action, "wait_time": number % 30});
    let ask = Ask::json(path, &body).bearer(&token).header("idempotency-key", key());
    if desk.insist("verify", &ask).await.is_some() {
        desk.owe(|written| written.deeds.entry(person(number)).or_default().verifications += 1);
    }
}

impl Desk {
    /// The good answer, after as many tries as it takes; `None` where that is no use.
    async fn insist(&self, kind: &str, ask: &Ask) -> Option<Reply> {
        let until = Instant::now() + PATIENCE;
        loop {
            let began = Instant::now();
            let reply = self.people.client.send(ask).await;
            let verdict = self.enter_reply(kind, &reply, began.elapsed());
            match verdict {
                Verdict::Good => return reply.ok(),
                Verdict::Again(pause) if Instant::now() + pause < until => tokio::time::sleep(pause).await,
                _ => {
                    let said = reply.map_or_else(|trouble| trouble.to_string(), |reply| reply.detail());
                    self.enter(|book| book.given_up.push(format!("{kind}: {said}")));
                    return None;
                }
            }
        }
    }

    fn enter_reply(&self, kind: &str, reply: &Result<Reply, Trouble>, took: Duration) -> Verdict {
        let status = reply.as_ref().ok().map(|reply| reply.status);
        let retry_after_s = reply.as_ref().ok().and_then(|reply| reply.number("retry-after"));
        let verdict = judge(status, retry_after_s);
        self.enter(|book| match (verdict, reply) {
            (Verdict::Good, Ok(reply)) => book.good(kind, took, reply.header("x-cache")),
            _ => {
                let detail = reply.as_ref().map_or_else(|_| String::new(), Reply::detail);
                book.failed(Failure { kind: kind.to_owned(), at_s: book.now_s(), status, detail, retry_after_s });
            }
        });
        verdict
    }

    /// What a photo becomes, if it does in time.
    async fn ripen(&self, id: &str) -> Option<String> {
        let (began, ask) = (Instant::now(), Ask::get(format!("/api/photos/{id}")));
        while began.elapsed() < PATIENCE {
            let photo = self.insist("photo", &ask).await?.json();
            if photo["state"] != "pending" {
                self.owe(|written| written.ripening_s.push(began.elapsed().as_secs_f64()));
                return photo["state"].as_str().map(str::to_owned);
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        None
    }

    async fn token(&self, person: u64) -> Option<String> {
        match People::token(&self.people.client, person).await {
            Ok(token) => Some(token),
            Err(trouble) => {
                self.enter(|book| book.given_up.push(format!("token: {trouble}")));
                None
            }
        }
    }
}

fn key() -> String {
    Uuid::new_v4().to_string()
}

fn id_of(created: &Value) -> String {
    created["charger"]["id"].as_str().unwrap_or_default().to_owned()
}

/// The form of a promise: its fields, then the file.
fn form(promised: &Value, file: &[u8]) -> Option<Ask> {
    let mut body = Vec::new();
    for (name, value) in promised["fields"].as_object()? {
        let value = value.as_str()?;
        let part = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend(part.into_bytes());
    }
    let head = "Content-Disposition: form-data; name=\"file\"; filename=\"photo\"\r\nContent-Type: image/jpeg";
    body.extend(format!("--{BOUNDARY}\r\n{head}\r\n\r\n").into_bytes());
    body.extend(file);
    body.extend(format!("\r\n--{BOUNDARY}--\r\n").into_bytes());
    Some(Ask::post(promised["url"].as_str()?, &format!("multipart/form-data; boundary={BOUNDARY}"), body))
}
