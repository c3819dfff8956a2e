//! The functions that this server runs: the handlers of `functions/`, on one database and one photo store.

use std::collections::HashMap;
use std::sync::Arc;

use cache::Cache;
use config::Config;
use db::Db;
use domain::World;
use lambda_http::{Context, LambdaEvent};
use storage::Storage;

use crate::delivery::{self, HandlerError};
use crate::invoke::HttpHandler;

/// Handlers by the name of their binary, and the one that takes S3's events.
pub struct Functions {
    /// Those behind the API.
    pub http: HashMap<String, HttpHandler>,
    /// The photo pipeline.
    pub optimize_photo: delivery::Handler,
}

/// The handler of an HTTP function, as the gateway wants it.
macro_rules! http_handler {
    ($function:ident, $app:expr) => {{
        let app = $app;
        let handler: HttpHandler = Arc::new(move |request| {
            let app = app.clone();
            Box::pin(async move { $function::handle(&app, request).await })
        });
        handler
    }};
}

/// Opens the database that the environment names and hands it, with the photo store, to every function.
///
/// # Errors
/// When the database cannot be opened.
pub async fn open(config: &Config, storage: &Storage, world: World) -> domain::Result<Functions> {
    let db = Db::open(&config.database, "local", world, secrets::logins(config.secret_ttl)).await?;
    let (base_url, max_bytes) = (&config.photo_base_url, config.photos.max_bytes);
    let cache = Cache::open(&config.cache, world.now)?;
    let chargers = chargers::App::new(db.clone(), base_url.clone()).with_cache(cache.clone());
    let route_search = route_search::App::new(db.clone(), base_url.clone()).with_cache(cache);
    let db = db.primary();
    let contribute = contribute::App::new(db.clone(), storage.clone(), base_url.clone(), world);
    let upload = upload::App::new(db.clone(), storage.clone(), base_url.clone(), max_bytes, world);
    let http = [
        ("chargers", http_handler!(chargers, chargers)),
        ("route-search", http_handler!(route_search, route_search)),
        ("contribute", http_handler!(contribute, contribute)),
        ("upload", http_handler!(upload, upload)),
    ];
    let optimize_photo = optimize_photo::App::new(db, storage.clone(), &config.photos, world);
    Ok(Functions {
        http: http.map(|(name, handler)| (name.to_owned(), handler)).into(),
        optimize_photo: event_handler(optimize_photo),
    })
}

/// The photo pipeline as the delivery of S3's events wants it.
fn event_handler(app: optimize_photo::App) -> delivery::Handler {
    Arc::new(move |event| {
        let app = app.clone();
        let mut context = Context::default();
        // Where the delivery has put it, as S3 has an id of its own.
        let request_id = &event["Records"][0]["responseElements"]["x-amz-request-id"];
        context.request_id = request_id.as_str().unwrap_or_default().to_owned();
        Box::pin(async move {
            let handled = optimize_photo::serve(&app, LambdaEvent::new(event, context)).await;
            handled
                .map(drop)
                .map_err(|error| HandlerError { error_type: "Error".to_owned(), error_message: error.to_string() })
        })
    })
}
