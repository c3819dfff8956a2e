//! Text of every kind in every place where text is taken: stored as sent or refused, never executed.

use crate::stage::{PHOTOS, Reply, Store, WORLD, assert_tells_nothing, request, with_body, with_query};
use serde_json::{Value, json};
use tests::behind::number;
use tests::consistency::check_database;
use tests::repository::event;
use tests::{TestDb, on_both_engines};

on_both_engines!(
    what_a_charger_is_called_comes_back_as_it_was_sent,
    who_writes_may_have_any_name,
    control_characters_are_refused_in_every_text,
    parameters_and_headers_are_never_more_than_text,
    numbers_at_the_edges_are_kept_or_refused,
    of_a_name_that_is_given_twice_the_last_value_counts,
);

/// What has broken databases, pages, shells, formats and logs.
pub(crate) const FRAGMENTS: [&str; 22] = [
    "Joe's & Co",
    "'; DROP TABLE chargers; --",
    "' OR '1'='1",
    "\" OR \"\"=\"",
    "1); DELETE FROM contributors; --",
    "$1 ${jndi:ldap://x/a} #{7*7} {{7*7}} %s %n",
    "E'\\\\x00' \\' \\\\",
    "/* photos.find */ SELECT 1",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "&lt;b&gt; &#x27; &amp;amp;",
    "]]><!--",
    "../../../etc/passwd",
    "file:///etc/passwd",
    "$(id) `id` | id ; id",
    "🔌⚡ 👩‍👩‍👧‍👦 e\u{301} \u{10ffff}",
    "محطة شحن \u{202e}العكس\u{202c}",
    "тест 充電 ﷽",
    "line\nbreak\r\nand\ttab",
    "{\"json\": [1, null]}",
    "null",
    "\u{feff}bom and \u{200b}zero width",
];

async fn send(test_db: &TestDb, store: &Store, payload: &Value) -> Reply {
    let app = contribute::App::new(test_db.db.clone(), store.storage.clone(), PHOTOS.to_owned(), WORLD);
    Reply::of(contribute::handle(&app, request(payload)).await.unwrap())
}

async fn get(test_db: &TestDb, payload: &Value) -> Reply {
    let app = chargers::App::new(test_db.db.clone(), PHOTOS.to_owned());
    Reply::of(chargers::handle(&app, request(payload)).await.unwrap())
}

fn body() -> Value {
    let mut body: Value = serde_json::from_str(event("post-chargers")["body"].as_str().unwrap()).unwrap();
    body["allow_duplicate"] = json!(true);
    body
}

async fn detail(test_db: &TestDb, id: &Value) -> Value {
    let mut payload = event("get-charger");
    payload["rawPath"] = json!(format!("/api/chargers/{}", id.as_str().unwrap()));
    payload["requestContext"]["http"]["path"] = payload["rawPath"].clone();
    get(test_db, &payload).await.body
}

async fn what_a_charger_is_called_comes_back_as_it_was_sent(test_db: &TestDb) {
    let store = Store::new().await;
    for fragment in FRAGMENTS {
        let mut body = body();
        for field in ["name", "address", "operator", "notes"] {
            body[field] = json!(fragment);
        }
        let reply = send(test_db, &store, &with_body("post-chargers", &body)).await;
        assert_eq!(reply.status, 201, "{fragment}: {}", reply.body);
        let charger = detail(test_db, &reply.body["charger"]["id"]).await;
        for field in ["name", "address", "operator", "notes"] {
            assert_eq!(
                (&reply.body["charger"][field], &charger[field]),
                (&json!(fragment), &json!(fragment)),
                "{field}"
            );
        }
    }
    assert_eq!(number(&test_db.db, "SELECT count(*) FROM chargers").await, FRAGMENTS.len() as i64);
    check_database(&test_db.db).await;
}

async fn who_writes_may_have_any_name(test_db: &TestDb) {
    let store = Store::new().await;
    for fragment in FRAGMENTS {
        let mut new = with_body("post-chargers", &body());
        new["requestContext"]["authorizer"]["jwt"]["claims"]["sub"] = json!(fragment);
        let reply = send(test_db, &store, &new).await;
        let is_name = !fragment.chars().any(char::is_control);
        assert_eq!(reply.status, if is_name { 201 } else { 401 }, "{fragment}");
        if is_name {
            let mut me = event("get-me");
            me["requestContext"]["authorizer"]["jwt"]["claims"]["sub"] = json!(fragment);
            let me = send(test_db, &store, &me).await.body;
            assert_eq!((&me["sub"], &me["chargers_added"]), (&json!(fragment), &json!(1)));
        }
    }
    check_database(&test_db.db).await;
}

async fn control_characters_are_refused_in_every_text(test_db: &TestDb) {
    let store = Store::new().await;
    for control in ['\0', '\u{1}', '\u{8}', '\u{b}', '\u{1b}', '\u{7f}', '\u{85}', '\u{9f}'] {
        let mut body = body();
        for field in ["name", "address", "operator", "notes"] {
            body[field] = json!(format!("a{control}b"));
        }
        let reply = send(test_db, &store, &with_body("post-chargers", &body)).await;
        let named = crate::stage::bad_fields(&reply);
        assert_eq!(named, ["address", "name", "notes", "operator"].map(|field| format!("{field} control_character")));
    }
    assert_eq!(number(&test_db.db, "SELECT count(*) FROM chargers").await, 0);
}

async fn parameters_and_headers_are_never_more_than_text(test_db: &TestDb) {
    let store = Store::new().await;
    assert_eq!(send(test_db, &store, &event("post-chargers")).await.status, 201);
    let encode =
        |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
    let names = [
        "page",
        "page_size",
        "cursor",
        "verification_level",
        "port_type",
        "amenity",
        "min_power_kw",
        "user_lat",
        "user_lng",
        "max_distance",
        "bbox",
        "updated_since",
        "sort",
        "chargers_cursor",
        "' OR 1=1",
    ];
    for fragment in FRAGMENTS.into_iter().chain(["\0", "%00", "\u{1b}[31m"]) {
        for name in names {
            let query = format!("{}={}", encode(name), encode(fragment));
            for reply in [
                get(test_db, &with_query("get-chargers.nearby", &query)).await,
                get(test_db, &with_query("get-charger", &query)).await,
                send(test_db, &store, &with_query("get-me", &query)).await,
                send(test_db, &store, &with_query("post-chargers", &query)).await,
            ] {
                assert_eq!(reply.status, 400, "{query}: {}", reply.body);
            }
        }
        let mut by_path = event("get-charger");
        by_path["rawPath"] = json!(format!("/api/chargers/{fragment}"));
        by_path["requestContext"]["http"]["path"] = by_path["rawPath"].clone();
        assert!([400, 404].contains(&get(test_db, &by_path).await.status), "{fragment}");
        for header in
            ["x-consistency-token", "if-none-match", "accept", "idempotency-key", "user-agent", "content-type"]
        {
            let mut payload = event("get-chargers.nearby");
            let mut write = with_body("post-chargers", &json!({}));
            // What is no header value never gets past the gateway.
            let value: String = fragment.chars().filter(|c| c.is_ascii() && !c.is_ascii_control()).collect();
            payload["headers"][header] = json!(value);
            write["headers"][header] = json!(value);
            let (read, written) = (get(test_db, &payload).await, send(test_db, &store, &write).await);
            assert!(
                read.status < 500 && written.status == 400,
                "{header}: {value}: {} {}",
                read.status,
                written.status
            );
            assert_tells_nothing(&written);
        }
    }
    assert_eq!(number(&test_db.db, "SELECT count(*) FROM chargers").await, 1);
    check_database(&test_db.db).await;
}

async fn numbers_at_the_edges_are_kept_or_refused(test_db: &TestDb) {
    let store = Store::new().await;
    let table = [
        ("latitude", "90", Ok(json!(90.0))),
        ("latitude", "-90", Ok(json!(-90.0))),
        ("latitude", "-0.0", Ok(json!(0.0))),
        ("latitude", "5e-324", Ok(json!(5e-324))),
        ("latitude", "90.00000000000001", Err("latitude")),
        ("latitude", "\"NaN\"", Err("latitude")),
        ("latitude", "NaN", Err("body")),
        ("latitude", "1e400", Err("body")),
        ("latitude", "-1e400", Err("body")),
        ("longitude", "180", Ok(json!(180.0))),
        ("longitude", "-180", Ok(json!(180.0))),
        ("longitude", "-0", Ok(json!(0.0))),
        ("longitude", "180.0000000000001", Err("longitude")),
        ("total_ports", "100", Ok(json!(100))),
        ("total_ports", "6.0", Ok(json!(6))),
        ("total_ports", "0", Err("total_ports")),
        ("total_ports", "99999999999999999999999999", Err("total_ports")),
        ("total_ports", "1e2", Ok(json!(100))),
        ("total_ports", "true", Err("total_ports")),
    ];
    for (field, number, expected) in table {
        let mut body = body();
        body[field] = json!("@@");
        let text = body.to_string().replace("\"@@\"", number);
        let reply = send(test_db, &store, &with_body("post-chargers", &json!(text))).await;
        match expected {
            Ok(value) => {
                assert_eq!(reply.status, 201, "{field} {number}: {}", reply.body);
                assert_eq!(detail(test_db, &reply.body["charger"]["id"]).await[field], value, "{field} {number}");
            }
            Err(name) => assert_eq!((reply.status, &reply.body["errors"][0]["field"]), (400, &json!(name)), "{number}"),
        }
    }
    check_database(&test_db.db).await;
}

async fn of_a_name_that_is_given_twice_the_last_value_counts(test_db: &TestDb) {
    let store = Store::new().await;
    let text = body().to_string();
    let twice = format!("{{\"name\": \"first\", \"latitude\": 1000, {}", &text[1..]);
    let reply = send(test_db, &store, &with_body("post-chargers", &json!(twice))).await;
    assert_eq!((reply.status, &reply.body["charger"]["name"]), (201, &body()["name"]), "{}", reply.body);
}
