//! The two layers: one sums what is measured within a request, the other writes everything as JSON, a line for each event.

use crate::line::Line;
use crate::request::Open;
use crate::{METRIC, REQUEST, Settings, emf};
use domain::Timestamp;
use std::fmt::{self, Debug};
use std::io::Write;
use std::sync::Arc;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

/// Adds what an event measures to its request.
pub(crate) struct Sums;

impl<S> Layer<S> for Sums
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if event.metadata().target() == METRIC
            && let Some(request) = request_of(event, &context)
        {
            event.record(&mut Measured(|name, amount| request.add(name, amount)));
        }
    }
}

/// Writes lines.
pub(crate) struct Lines<W> {
    namespace: String,
    function: &'static str,
    now: fn() -> Timestamp,
    writer: W,
}

impl<W> Lines<W>
where
    W: for<'w> MakeWriter<'w>,
{
    pub(crate) fn new(settings: &Settings<'_>, writer: W) -> Self {
        Self { namespace: settings.namespace.to_owned(), function: settings.function, now: settings.now, writer }
    }

    fn write(&self, event: &Event<'_>, request: Option<&Open>) {
        let (now, about) = ((self.now)(), event.metadata());
        let mut line = Line::new(now, *about.level());
        let sums = request.filter(|_| about.target() == REQUEST).map(Open::sums);
        // What the line says by itself, no field says once more.
        let said = sums.as_deref().map_or(&[][..], Vec::as_slice);
        event.record(&mut Fields { line: &mut line, said, is_in_request: request.is_some() });
        line.text("function", request.map_or(self.function, |request| request.function));
        if let Some(request) = request {
            line.text("request_id", &request.request_id);
            if let Some(trace_id) = &request.trace_id {
                line.text("trace_id", trace_id);
            }
            line.json("cold_start", &request.is_cold);
        }
        if sums.is_some() {
            emf::write(&mut line, now, &self.namespace, said);
        }
        self.put(line);
    }

    /// What is measured outside of any request is a line by itself.
    fn write_lone(&self, event: &Event<'_>) {
        let mut measured = Vec::new();
        event.record(&mut Measured(|name, amount| measured.push((name, amount))));
        let now = (self.now)();
        let mut line = Line::new(now, *event.metadata().level());
        line.text("message", METRIC);
        line.text("function", self.function);
        emf::write(&mut line, now, &self.namespace, &measured);
        self.put(line);
    }

    /// In one piece, so that no other line gets in between. Who cannot write has nowhere to say so.
    fn put(&self, line: Line) {
        let _ = self.writer.make_writer().write_all(&line.end());
    }
}

impl<S, W> Layer<S> for Lines<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'w> MakeWriter<'w> + 'static,
{
    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let request = request_of(event, &context);
        match (event.metadata().target(), &request) {
            (METRIC, Some(_)) => {}
            (METRIC, None) => self.write_lone(event),
            _ => self.write(event, request.as_deref()),
        }
    }
}

/// The innermost request that an event is part of.
fn request_of<S>(event: &Event<'_>, context: &Context<'_, S>) -> Option<Arc<Open>>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    context.event_scope(event)?.find_map(|span| span.extensions().get::<Arc<Open>>().cloned())
}

/// Takes the numbers of an event.
struct Measured<F>(F);

impl<F: FnMut(&'static str, f64)> Visit for Measured<F> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        (self.0)(field.name(), value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        (self.0)(field.name(), value as f64);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        (self.0)(field.name(), value as f64);
    }

    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}

/// Puts the fields of an event into a line.
struct Fields<'a> {
    line: &'a mut Line,
    said: &'a [(&'static str, f64)],
    is_in_request: bool,
}

impl Fields<'_> {
    /// A name that is free.
    fn name(&self, field: &Field) -> Option<&'static str> {
        let name = field.name();
        let is_taken = match name {
            "timestamp" | "level" | "function" | "_aws" => true,
            "request_id" | "trace_id" | "cold_start" => self.is_in_request,
            _ => self.said.iter().any(|(said, _)| *said == name),
        };
        (!is_taken).then_some(name)
    }
}

impl Visit for Fields<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        if let Some(name) = self.name(field) {
            self.line.number(name, value);
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if let Some(name) = self.name(field) {
            self.line.json(name, &value);
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        if let Some(name) = self.name(field) {
            self.line.json(name, &value);
        }
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        if let Some(name) = self.name(field) {
            self.line.json(name, &value);
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if let Some(name) = self.name(field) {
            self.line.text(name, value);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if let Some(name) = self.name(field) {
            self.line.text(name, &format!("{value:?}"));
        }
    }
}

impl<W> Debug for Lines<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lines").field("function", &self.function).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
