//! Boot of the Lambda function `chargers`.

use cache::Cache;
use chargers::{App, handle};
use config::Config;
use db::Db;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), api::Error> {
    let config = Config::from_env()?;
    let lines = telemetry::Settings {
        function: "chargers",
        filter: &config.log_filter,
        namespace: &config.metrics_namespace,
        now: config::world().now,
    };
    telemetry::init_json(&lines, std::io::stdout, &config.summary());
    let logins = secrets::logins(config.secret_ttl);
    let world = config::world();
    let db = Db::open(&config.database, "chargers", world, logins).await?;
    let app = App::new(db, config.photo_base_url).with_cache(Cache::open(&config.cache, world.now)?);
    api::run(|request| handle(&app, request)).await
}
