//! Boot of the Lambda function `contribute`.

use config::Config;
use contribute::{App, handle};
use db::Db;
use storage::Storage;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), api::Error> {
    let config = Config::from_env()?;
    telemetry::init_json(&config.log_filter, &config.summary());
    let url = config.database.url(secrets::database_url).await?;
    let (db, world) = (Db::open(&url, "contribute", 1).await?, config::world());
    let storage = Storage::open(&config.store, world.now).await?;
    let app = App::new(db, storage, config.photo_base_url, world);
    api::run(api::service_fn(|request| handle(&app, request))).await
}
