//! Boot of the Lambda function `contribute`.

use config::Config;
use contribute::{App, handle};
use db::Db;
use storage::Storage;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), api::Error> {
    let config = Config::from_env()?;
    let lines = telemetry::Settings {
        function: "contribute",
        filter: &config.log_filter,
        namespace: &config.metrics_namespace,
        now: config::world().now,
    };
    telemetry::init_json(&lines, std::io::stdout, &config.summary());
    let (logins, world) = (secrets::logins(config.secret_ttl), config::world());
    let db = Db::open(&config.database, "contribute", world, logins).await?.primary();
    let storage = Storage::open(&config.store, world.now).await?;
    let app = App::new(db, storage, config.photo_base_url, world);
    api::run(|request| handle(&app, request)).await
}
