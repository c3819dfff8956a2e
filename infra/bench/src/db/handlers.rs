//! Our answer: an event, as API Gateway sends it, through the real handler to its answer.

use super::candidate::{Answer, no_way};
use super::question::Question;
use super::stage::open;
use crate::Trouble;
use db::Db;
use domain::connection::Database;
use lambda_http::{Body, Response};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use uuid::Uuid;

const LISTING_EVENT: &str = include_str!("../../../../events/get-chargers.nearby.json");
const ROUTE_EVENT: &str = include_str!("../../../../events/post-routing-calculate.polyline.json");

/// The real handlers.
#[derive(Debug)]
pub(crate) struct Handlers {
    pub(crate) db: Db,
    chargers: chargers::App,
    route_search: route_search::App,
}

impl Handlers {
    pub(crate) async fn open(url: &str, application: &str, is_told: bool) -> Result<Self, Trouble> {
        let db = open(&database(url, is_told), application).await?;
        let photos = "https://photos.example".to_owned();
        Ok(Self {
            chargers: chargers::App::new(db.clone(), photos.clone()),
            route_search: route_search::App::new(db.clone(), photos),
            db,
        })
    }

    pub(crate) async fn answer(&self, question: &Question) -> Result<Answer, Trouble> {
        let (took, body) = self.send(&event(question, None)?).await?;
        Ok(Answer { took, ids: ids(&body)?, total: body["total"].as_u64().ok_or("no total")?, queries: 0 })
    }

    /// Everything that a question finds, page after page.
    pub(crate) async fn walk(&self, question: &Question) -> Result<Vec<Uuid>, Trouble> {
        let mut found = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let (_, body) = self.send(&event(question, Some(cursor.as_deref()))?).await?;
            found.extend(ids(&body)?);
            match body["next_cursor"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => return Ok(found),
            }
        }
    }

    /// The cursor that leads to a page of the newest chargers.
    pub(crate) async fn cursor_to(&self, number: u32, size: u32) -> Result<String, Trouble> {
        let query = format!("page={}&page_size={size}", number - 1);
        let (_, body) = self.send(&listing_event(&query)?).await?;
        Ok(body["next_cursor"].as_str().ok_or("the page before is the last one")?.to_owned())
    }

    async fn send(&self, event: &str) -> Result<(Duration, Value), Trouble> {
        let started = Instant::now();
        let request = lambda_http::request::from_str(event)?;
        let response = if request.uri().path() == "/api/chargers" {
            chargers::handle(&self.chargers, request).await?
        } else {
            route_search::handle(&self.route_search, request).await?
        };
        let took = started.elapsed();
        Ok((took, read(response)?))
    }
}

/// The database as a Lambda instance has it: one connection.
pub(crate) fn database(url: &str, is_told: bool) -> Database {
    let plain = Database::at(url, 1);
    let slow_query = if is_told { Duration::ZERO } else { plain.slow_query };
    Database { slow_query, ..plain }
}

/// The event of a question; `walk` asks for large pages, from a cursor on.
fn event(question: &Question, walk: Option<Option<&str>>) -> Result<String, Trouble> {
    if let Question::Route(route) = question {
        let mut body = route.body.clone();
        if let Some(cursor) = walk {
            body["limit"] = json!(500);
            body["cursor"] = json!(cursor);
            if let Some(body) = body.as_object_mut() {
                body.retain(|_, value| !value.is_null());
            }
        }
        let mut event: Value = serde_json::from_str(ROUTE_EVENT)?;
        event["body"] = json!(body.to_string());
        return Ok(event.to_string());
    }
    let mut query = question.listing_query().ok_or_else(no_way)?;
    if let Some(cursor) = walk {
        query.push_str("&page_size=500");
        query.extend(cursor.map(|cursor| format!("&cursor={cursor}")));
    }
    listing_event(&query)
}

fn listing_event(query: &str) -> Result<String, Trouble> {
    let mut event: Value = serde_json::from_str(LISTING_EVENT)?;
    event["rawQueryString"] = json!(query.trim_start_matches('&'));
    event["queryStringParameters"] = json!({});
    Ok(event.to_string())
}

fn read(response: Response<Body>) -> Result<Value, Trouble> {
    match response.body() {
        Body::Text(text) if response.status() == 200 => Ok(serde_json::from_str(text)?),
        body => Err(format!("status {}: {body:?}", response.status()).into()),
    }
}

fn ids(body: &Value) -> Result<Vec<Uuid>, Trouble> {
    let items = body["items"].as_array().ok_or("no items")?;
    let id = |item: &Value| item["charger"]["id"].as_str().or(item["id"].as_str()).and_then(|id| id.parse().ok());
    Ok(items.iter().map(id).collect::<Option<Vec<_>>>().ok_or("an item without an id")?)
}
