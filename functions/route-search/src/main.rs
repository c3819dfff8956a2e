//! Boot of the Lambda function `route-search`.

use config::Config;
use db::Db;
use route_search::{App, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), api::Error> {
    let config = Config::from_env()?;
    telemetry::init_json(&config.log_filter, &config.summary());
    let url = config.database.url(secrets::database_url).await?;
    let app = App::new(Db::open(&url, "route-search", 1).await?, config.photo_base_url);
    api::run(api::service_fn(|request| handle(&app, request))).await
}
