//! What a function is asked to do, from its first line of code to its answer.

use crate::{METRIC, REQUEST};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tracing::{Instrument, Span};
use tracing_subscriber::Registry;
use tracing_subscriber::registry::LookupSpan;

/// Whoever waits for longer has noticed it.
const SLOW_MS: f64 = 1000.0;

static IS_COLD: AtomicBool = AtomicBool::new(true);

/// A request, an event or a command. It ends with one line, also where its work panics or is dropped half way.
#[derive(Debug)]
pub struct Request {
    span: Span,
    open: Arc<Open>,
    has_ended: bool,
}

/// What is known of a request while it runs; its span leads here.
#[derive(Debug)]
pub(crate) struct Open {
    pub(crate) function: &'static str,
    pub(crate) request_id: String,
    pub(crate) trace_id: Option<String>,
    pub(crate) is_cold: bool,
    started: Instant,
    sums: Mutex<Vec<(&'static str, f64)>>,
}

/// What a request turned out to be. Nothing of it may be about a person.
#[derive(Clone, Copy, Debug, Default)]
pub struct End<'a> {
    /// The HTTP method.
    pub method: Option<&'a str>,
    /// The route, with the names of its parameters.
    pub route: Option<&'a str>,
    /// The path, with ids.
    pub path: Option<&'a str>,
    /// The HTTP status that is answered.
    pub status: Option<u16>,
    /// What an operator asked for.
    pub command: Option<&'a str>,
    /// Of what has no status: whether it failed.
    pub has_failed: bool,
}

impl Request {
    /// Begins. `trace` is X-Ray's header (`Root=1-…;Parent=…;Sampled=…`); what is none is passed over.
    pub fn start(function: &'static str, request_id: &str, trace: Option<&str>) -> Self {
        Self::start_at(Instant::now(), function, request_id, trace)
    }

    fn start_at(started: Instant, function: &'static str, request_id: &str, trace: Option<&str>) -> Self {
        let open = Arc::new(Open {
            function,
            request_id: request_id.to_owned(),
            trace_id: trace.and_then(root_of).map(str::to_owned),
            is_cold: IS_COLD.swap(false, Relaxed),
            started,
            sums: Mutex::new(Vec::with_capacity(16)),
        });
        let span = tracing::info_span!(target: METRIC, "request");
        span.with_subscriber(|(id, dispatch)| {
            if let Some(span) = dispatch.downcast_ref::<Registry>().and_then(|registry| registry.span(id)) {
                span.extensions_mut().insert(open.clone());
            }
        });
        Self { span, open, has_ended: false }
    }

    /// Does the work as part of the request. The span is entered whenever the work goes on and left whenever it waits, so that
    /// others' lines never get into it.
    pub fn run<W: Future>(&self, work: W) -> impl Future<Output = W::Output> + use<W> {
        // Boxed, since a handler's futures nest nearly as deep as the compiler looks.
        Box::pin(work).instrument(self.span.clone())
    }

    /// Whether no request of this process came before.
    pub fn is_cold(&self) -> bool {
        self.open.is_cold
    }

    /// What was measured so far under a name of [`crate::METRICS`]; 0 where nothing was.
    pub fn sum(&self, name: &str) -> f64 {
        self.open.sums().iter().find(|(known, _)| *known == name).map_or(0.0, |(_, sum)| *sum)
    }

    /// How long it has taken so far, in ms.
    pub fn elapsed_ms(&self) -> f64 {
        self.open.started.elapsed().as_secs_f64() * 1000.0
    }

    /// Ends, with its line.
    pub fn end(mut self, end: &End<'_>) {
        self.write(end);
    }

    fn write(&mut self, end: &End<'_>) {
        self.has_ended = true;
        let duration_ms = self.elapsed_ms();
        let is_error = |class| f64::from(end.status.is_some_and(|status| status / 100 == class));
        self.open.add("duration_ms", duration_ms);
        self.open.add("cold_starts", f64::from(self.open.is_cold));
        self.open.add("errors_4xx", is_error(4));
        self.open.add("errors_5xx", is_error(5) + f64::from(end.has_failed));
        // A photo or a migration takes its time; a person at the other end has none.
        if end.method.is_some() && duration_ms >= SLOW_MS {
            self.say_slow(end, duration_ms);
        } else {
            self.say(end, duration_ms);
        }
    }

    fn say(&self, end: &End<'_>, duration_ms: f64) {
        let End { method, route, path, status, command, .. } = *end;
        let has_failed = end.has_failed.then_some(true);
        tracing::info!(target: REQUEST, parent: &self.span, method, route, path, status, command, has_failed, duration_ms, "request");
    }

    /// As [`Request::say`]: a line's level is part of the code.
    fn say_slow(&self, end: &End<'_>, duration_ms: f64) {
        let End { method, route, path, status, command, .. } = *end;
        let has_failed = end.has_failed.then_some(true);
        tracing::warn!(target: REQUEST, parent: &self.span, method, route, path, status, command, has_failed, duration_ms, "slow request");
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        if !self.has_ended {
            self.write(&End { has_failed: true, ..End::default() });
        }
    }
}

impl Open {
    /// Adds to what was measured under a name.
    pub(crate) fn add(&self, name: &'static str, amount: f64) {
        let mut sums = self.sums();
        match sums.iter_mut().find(|(known, _)| *known == name) {
            Some((_, sum)) => *sum += amount,
            None => sums.push((name, amount)),
        }
    }

    /// Everything that was measured.
    pub(crate) fn sums(&self) -> MutexGuard<'_, Vec<(&'static str, f64)>> {
        self.sums.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The trace of X-Ray's header: `1-`, eight hexadecimal digits, `-` and twenty-four more.
fn root_of(trace: &str) -> Option<&str> {
    let root = trace.split(';').find_map(|part| part.trim().strip_prefix("Root="))?;
    let is_hex = |text: &str, length: usize| text.len() == length && text.bytes().all(|b| b.is_ascii_hexdigit());
    let (seconds, unique) = root.strip_prefix("1-")?.split_once('-')?;
    (is_hex(seconds, 8) && is_hex(unique, 24)).then_some(root)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::time::Duration;

    /// A request that began so many ms ago.
    pub(crate) fn slow(request_id: &str, ms: u64) -> Request {
        let started = Instant::now().checked_sub(Duration::from_millis(ms)).unwrap();
        Request::start_at(started, "chargers", request_id, None)
    }

    #[test]
    fn a_trace_is_known_by_its_root() {
        let root = "1-5759e988-bd862e3fe1be46a994272793";
        assert_eq!(root_of(&format!("Root={root};Parent=53995c3f42cd8ad8;Sampled=1")), Some(root));
        assert_eq!(root_of(&format!("Self=1-1-1; Root={root}")), Some(root));
        for none in ["", "Root=", "Root=1-2-3", "Root=1-5759e988-bd862e3fe1be46a99427279\n", "1-5759e988-x", "Root=é-é"]
        {
            assert_eq!(root_of(none), None, "{none:?}");
        }
    }

    #[test]
    fn what_is_measured_under_one_name_is_summed() {
        let request = Request::start("tests", "1", None);
        for (name, amount) in [("db_ms", 1.5), ("db_statements", 1.0), ("db_ms", 2.0)] {
            request.open.add(name, amount);
        }
        assert_eq!((request.sum("db_ms"), request.sum("db_statements"), request.sum("auth_ms")), (3.5, 1.0, 0.0));
    }
}
