//! Boot of the Lambda function `invalidate-cdn`.

use config::Cdn;
use invalidate_cdn::{App, serve};
use lambda_runtime::{run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let config = Cdn::from_env();
    let lines = telemetry::Settings {
        function: "invalidate-cdn",
        filter: &config.log_filter,
        namespace: &config.metrics_namespace,
        now: config::world().now,
    };
    telemetry::init_json(&lines, std::io::stdout, &config.summary());
    let app = App::new(config.distribution_id);
    run(service_fn(|event| serve(&app, event))).await
}
