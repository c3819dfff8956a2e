//! What is written to the log while a test looks: of its own thread.

use std::fmt::Write;
use std::sync::{Arc, Mutex};
use tracing::field::{Field, Visit};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

/// Lines as `LEVEL message`, with everything else that they say behind them.
#[derive(Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<(String, String)>>>);

impl Lines {
    /// Until the guard is dropped.
    pub(crate) fn begin() -> (Self, DefaultGuard) {
        let lines = Self::default();
        (lines.clone(), tracing::subscriber::set_default(tracing_subscriber::registry().with(lines)))
    }

    /// Those that say this anywhere, without their fields.
    pub(crate) fn about(&self, text: &str) -> Vec<String> {
        let lines = self.0.lock().unwrap();
        let about = lines.iter().filter(|(line, fields)| line.contains(text) || fields.contains(text));
        about.map(|(line, _)| line.clone()).collect()
    }
}

impl<S: Subscriber> Layer<S> for Lines {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut said = Said { line: format!("{} ", event.metadata().level()), fields: String::new() };
        event.record(&mut said);
        self.0.lock().unwrap().push((said.line, said.fields));
    }
}

struct Said {
    line: String,
    fields: String,
}

impl Visit for Said {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let text = if field.name() == "message" { &mut self.line } else { &mut self.fields };
        write!(text, "{value:?}").unwrap();
    }
}
