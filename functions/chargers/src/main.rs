//! Boot of the Lambda function `chargers`.

use chargers::{App, handle};
use config::Config;
use db::Db;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), api::Error> {
    let config = Config::from_env()?;
    telemetry::init_json(&config.log_filter, &config.summary());
    let url = config.database.url(secrets::database_url).await?;
    let app = App::new(Db::open(&url, "chargers", 1).await?, config.photo_base_url);
    api::run(api::service_fn(|request| handle(&app, request))).await
}
