//! Boot of the Lambda function `optimize-photo`.

use config::Config;
use db::Db;
use lambda_runtime::{LambdaEvent, run, service_fn};
use optimize_photo::{App, handle};
use serde_json::Value;
use storage::Storage;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let config = Config::from_env()?;
    telemetry::init_json(&config.log_filter, &config.summary());
    let url = config.database.url(secrets::database_url).await?;
    let (db, world) = (Db::open(&url, "optimize-photo", 1).await?, config::world());
    let app = App::new(db, Storage::open(&config.store, world.now).await?, &config.photos, world);
    run(service_fn(|event: LambdaEvent<Value>| handle(&app, event.payload))).await
}
