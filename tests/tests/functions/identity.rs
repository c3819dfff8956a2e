//! Who calls: what the template asks for, and that nothing but the authorizer's claims is believed.

use crate::stage::{PHOTOS, Reply, Store, WORLD, request, with_body};
use local::template::{Route, TEMPLATE, parse};
use serde_json::{Value, json};
use tests::behind::number;
use tests::repository::{event, event_cases, read};
use tests::{TestDb, on_both_engines};

on_both_engines!(
    no_route_with_a_token_believes_anything_but_the_authorizer,
    no_guest_writes_by_any_route,
    a_token_that_is_not_for_access_opens_nothing,
    a_group_in_another_claim_makes_no_admin,
    contributors_are_made_by_their_first_write_and_not_before,
);

fn routes() -> Vec<Route> {
    parse(TEMPLATE).unwrap().routes
}

/// The payloads of `events/` whose route wants a token, each with its function.
fn payloads_with_token() -> Vec<(String, Value, String)> {
    let routes: Vec<Route> = routes().into_iter().filter(|route| route.needs_token).collect();
    let of = |case: String| {
        let payload = event(&case);
        let key = payload["routeKey"].as_str()?.to_owned();
        let route = routes.iter().find(|route| format!("{} {}", route.method, route.path) == key)?;
        Some((case, payload, route.function.clone()))
    };
    let found: Vec<_> = event_cases().into_iter().filter_map(of).collect();
    assert!(found.len() >= routes.len(), "every route has a payload");
    found
}

async fn send(test_db: &TestDb, store: &Store, function: &str, payload: &Value) -> Reply {
    let (db, storage) = (test_db.db.clone(), store.storage.clone());
    let response = match function {
        "contribute" => {
            let app = contribute::App::new(db, storage, PHOTOS.to_owned(), WORLD);
            contribute::handle(&app, request(payload)).await
        }
        "upload" => {
            let app = upload::App::new(db, storage, PHOTOS.to_owned(), 25 << 20, WORLD);
            upload::handle(&app, request(payload)).await
        }
        other => panic!("{other} has a route with a token, and this test does not know it"),
    };
    Reply::of(response.unwrap())
}

fn claims(payload: &mut Value) -> &mut Value {
    &mut payload["requestContext"]["authorizer"]["jwt"]["claims"]
}

async fn nothing_is_stored(test_db: &TestDb, store: &Store) {
    for table in ["contributors", "chargers", "photos", "verification_actions", "idempotency_keys"] {
        assert_eq!(number(&test_db.db, &format!("SELECT count(*) FROM {table}")).await, 0, "{table}");
    }
    assert!(store.storage.list("").await.unwrap().is_empty());
}

#[test]
fn reads_are_public_and_writes_want_a_token() {
    // What is searched for along a route stands in a body; who asks about themselves has to say who they are.
    let exceptions = [("POST", "/api/routing/calculate"), ("GET", "/api/me")];
    for Route { method, path, needs_token, .. } in routes() {
        let is_exception = exceptions.contains(&(method.as_str(), path.as_str()));
        assert_eq!(needs_token, (method != "GET") != is_exception, "{method} {path}");
    }
}

#[test]
fn the_authorizer_takes_issuer_and_audience_from_parameters_or_makes_a_user_pool() {
    let template: serde_yaml_ng::Value = serde_yaml_ng::from_str(&read("template.yaml")).unwrap();
    let auth = &template["Resources"]["Api"]["Properties"]["Auth"];
    assert_eq!(auth["DefaultAuthorizer"], "Jwt", "forgetting is safe");
    let jwt = &auth["Authorizers"]["Jwt"];
    assert_eq!(jwt["IdentitySource"], "$request.header.Authorization");
    let issuer = serde_yaml_ng::to_string(&jwt["JwtConfiguration"]["issuer"]).unwrap();
    let audience = serde_yaml_ng::to_string(&jwt["JwtConfiguration"]["audience"]).unwrap();
    assert!(
        issuer.contains("MakesUserPool") && issuer.contains("${UserPool}") && issuer.contains("JwtIssuer"),
        "{issuer}"
    );
    assert!(audience.contains("UserPoolClient") && audience.contains("JwtAudience"), "{audience}");
    for resource in ["UserPool", "UserPoolClient", "AdminGroup", "GuestGroup"] {
        assert_eq!(template["Resources"][resource]["Condition"], "MakesUserPool", "{resource}");
    }
    let group = |resource: &str| template["Resources"][resource]["Properties"]["GroupName"].clone();
    assert_eq!((group("AdminGroup"), group("GuestGroup")), ("admin".into(), "guest".into()));
}

async fn no_route_with_a_token_believes_anything_but_the_authorizer(test_db: &TestDb) {
    let store = Store::new().await;
    for (case, payload, function) in payloads_with_token() {
        let mut nobody = payload.clone();
        let context = nobody["requestContext"].as_object_mut().unwrap();
        let jwt = context.remove("authorizer").unwrap();
        // A token that nobody has checked, and what proxies of other kinds would say.
        for header in ["x-user", "x-user-id", "x-amzn-oidc-identity", "x-forwarded-user", "x-authenticated-userid"] {
            nobody["headers"][header] = json!("alice");
        }
        nobody["headers"]["x-groups"] = json!("admin");
        let mut elsewhere = nobody.clone();
        elsewhere["authorizer"] = jwt.clone();
        elsewhere["claims"] = jwt["jwt"]["claims"].clone();
        // A REST API's form, an IAM caller, and a Lambda authorizer's.
        let mut other_kinds = nobody.clone();
        other_kinds["requestContext"]["authorizer"] = json!({"claims": {"sub": "alice"}, "lambda": {"sub": "alice"},
            "iam": {"userId": "alice", "accountId": "1", "accessKey": "k", "callerId": "c", "userArn": "a"}});
        let mut without_sub = payload.clone();
        claims(&mut without_sub).as_object_mut().unwrap().remove("sub");
        let mut with_strange_sub = payload.clone();
        claims(&mut with_strange_sub)["sub"] = json!("a\u{0}b");
        let mut with_no_name = payload.clone();
        claims(&mut with_no_name)["sub"] = json!("");
        for forged in [nobody, elsewhere, other_kinds, without_sub, with_strange_sub, with_no_name] {
            let reply = send(test_db, &store, &function, &forged).await;
            assert_eq!(reply.status, 401, "{case}: {}", reply.body);
        }
    }
    nothing_is_stored(test_db, &store).await;
}

async fn no_guest_writes_by_any_route(test_db: &TestDb) {
    let store = Store::new().await;
    for (case, payload, function) in payloads_with_token() {
        for groups in ["[guest]", "[guest admin]", "[editor guest]", "guest"] {
            let mut guest = payload.clone();
            claims(&mut guest)["cognito:groups"] = json!(groups);
            let status = send(test_db, &store, &function, &guest).await.status;
            let is_read = payload["routeKey"].as_str().unwrap().starts_with("GET ");
            assert_eq!(status, if is_read { 200 } else { 403 }, "{case} {groups}");
        }
    }
    nothing_is_stored(test_db, &store).await;
}

async fn a_token_that_is_not_for_access_opens_nothing(test_db: &TestDb) {
    let store = Store::new().await;
    for (case, mut payload, function) in payloads_with_token() {
        claims(&mut payload)["token_use"] = json!("id");
        assert_eq!(send(test_db, &store, &function, &payload).await.status, 401, "{case}");
    }
    nothing_is_stored(test_db, &store).await;
}

async fn a_group_in_another_claim_makes_no_admin(test_db: &TestDb) {
    let store = Store::new().await;
    let made = send(test_db, &store, "upload", &event("post-uploads")).await;
    let first = &made.body["uploads"][0]["photo_id"];
    let photo_id = if first.is_null() { &made.body["photo_id"] } else { first }.as_str().unwrap();
    let mut payload = event("delete-photo.of-another");
    payload["rawPath"] = json!(format!("/api/photos/{photo_id}"));
    payload["requestContext"]["http"]["path"] = payload["rawPath"].clone();
    claims(&mut payload)["sub"] = json!("mallory");
    for (claim, value) in [
        ("groups", "[admin]"),
        ("custom:groups", "[admin]"),
        ("cognito:roles", "[admin]"),
        ("scope", "admin"),
        ("username", "admin"),
        ("cognito:groups", "[administrators]"),
        ("cognito:groups", "[x,admin]"),
        ("cognito:groups", "[ADMIN]"),
    ] {
        let mut payload = payload.clone();
        claims(&mut payload)[claim] = json!(value);
        payload["headers"]["x-groups"] = json!("admin");
        assert_eq!(send(test_db, &store, "upload", &payload).await.status, 403, "{claim} {value}");
    }
    claims(&mut payload)["cognito:groups"] = json!("[admin]");
    assert_eq!(send(test_db, &store, "upload", &payload).await.status, 204);
}

async fn contributors_are_made_by_their_first_write_and_not_before(test_db: &TestDb) {
    let store = Store::new().await;
    let people = async || number(&test_db.db, "SELECT count(*) FROM contributors").await;
    let refused = [
        ("contribute", event("get-me"), 200),
        ("contribute", with_body("post-chargers", &json!({})), 400),
        ("contribute", with_body("patch-me", &json!({"photo_id": tests::seed::id(1)})), 400),
        ("contribute", event("patch-me.no-picture"), 200),
        ("contribute", event("delete-me"), 204),
        ("upload", with_body("post-uploads", &json!({})), 400),
        ("upload", event("delete-photo"), 404),
    ];
    for (function, payload, status) in refused {
        assert_eq!(send(test_db, &store, function, &payload).await.status, status, "{}", payload["routeKey"]);
        assert_eq!(people().await, 0, "{}", payload["routeKey"]);
    }
    assert_eq!(send(test_db, &store, "upload", &event("post-uploads")).await.status, 201);
    assert_eq!(send(test_db, &store, "contribute", &event("post-chargers")).await.status, 201);
    assert_eq!(people().await, 1);
}
