//! Boot of the Lambda function `optimize-photo`.

use config::Config;
use db::Db;
use lambda_runtime::{run, service_fn};
use optimize_photo::{App, serve};
use storage::Storage;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let config = Config::from_env()?;
    let lines = telemetry::Settings {
        function: "optimize-photo",
        filter: &config.log_filter,
        namespace: &config.metrics_namespace,
        now: config::world().now,
    };
    telemetry::init_json(&lines, std::io::stdout, &config.summary());
    let (logins, world) = (secrets::logins(config.secret_ttl), config::world());
    let db = Db::open(&config.database, "optimize-photo", world, logins).await?;
    let app = App::new(db, Storage::open(&config.store, world.now).await?, &config.photos, world);
    // Boxed, since futures of futures nest deeper here than the compiler looks.
    run(service_fn(|event| Box::pin(serve(&app, event)))).await
}
