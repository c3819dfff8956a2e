//! Boot of the Lambda function `upload`.

use config::Config;
use db::Db;
use storage::Storage;
use upload::{App, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), api::Error> {
    let config = Config::from_env()?;
    let lines = telemetry::Settings {
        function: "upload",
        filter: &config.log_filter,
        namespace: &config.metrics_namespace,
        now: config::world().now,
    };
    telemetry::init_json(&lines, std::io::stdout, &config.summary());
    let (logins, world) = (secrets::logins(config.secret_ttl), config::world());
    let db = Db::open(&config.database, "upload", world, logins).await?.primary();
    let storage = Storage::open(&config.store, world.now).await?;
    let app = App::new(db, storage, config.photo_base_url, config.photos.max_bytes, world);
    api::run(|request| handle(&app, request)).await
}
