//! The log of our handlers: written as on Lambda, to nowhere, and the statements in it counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

/// How many statements were named in the log.
#[derive(Clone, Debug, Default)]
pub(crate) struct Statements(Arc<AtomicUsize>);

impl Statements {
    /// Since the last time.
    pub(crate) fn take(&self) -> usize {
        self.0.swap(0, Ordering::Relaxed)
    }
}

/// Listens to every log line of this process.
pub(crate) fn listen() -> Statements {
    let statements = Statements::default();
    // The lines are made, as they are in production, so that their price is in every time.
    let (now, namespace) = (config::world().now, "SharaSpot");
    let settings = telemetry::Settings { filter: "info", namespace, function: "bench", now };
    let lines = telemetry::subscriber(&settings, std::io::sink);
    // A second bench in the same process goes on with the log of the first.
    let _ = lines.with(statements.clone()).try_init();
    statements
}

impl<S: Subscriber> Layer<S> for Statements {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        event.record(&mut Named(&self.0));
    }
}

struct Named<'a>(&'a AtomicUsize);

impl Visit for Named<'_> {
    fn record_str(&mut self, field: &Field, _: &str) {
        if field.name() == "statement" {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}
