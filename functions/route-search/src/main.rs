//! Boot of the Lambda function `route-search`.

use cache::Cache;
use config::Config;
use db::Db;
use route_search::{App, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), api::Error> {
    let config = Config::from_env()?;
    let lines = telemetry::Settings {
        function: "route-search",
        filter: &config.log_filter,
        namespace: &config.metrics_namespace,
        now: config::world().now,
    };
    telemetry::init_json(&lines, std::io::stdout, &config.summary());
    let logins = secrets::logins(config.secret_ttl);
    let world = config::world();
    let db = Db::open(&config.database, "route-search", world, logins).await?;
    let app = App::new(db, config.photo_base_url).with_cache(Cache::open(&config.cache, world.now)?);
    api::run(|request| handle(&app, request)).await
}
