//! Lambda's asynchronous invocation, for the events of the local bucket.
//!
//! An event waits as a file in `events/pending/` until a handler has taken it. A handler that fails is called twice more,
//! after one and after two seconds (Lambda waits one and two *minutes*; nobody waits so long at a desk); then the event
//! goes to `events/dead-letter/` in the form in which Lambda hands it to an on-failure destination. Nothing is kept in
//! memory only: what a kill interrupts is delivered at the next start, so a handler may see an event twice, as it may in
//! production.
//!
//! It is uploads that are told of. A removal wakes nobody here: there is no CDN that `invalidate-cdn` could ask to forget it.

mod dead_letter;
mod notification;
mod queue;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use queue::{Attempts, Queue, Waiting};
use serde_json::Value;
use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use storage::Local;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

/// Takes one event as Lambda hands it to the function.
pub type Handler = Arc<dyn Fn(Value) -> BoxFuture<'static, Result<(), HandlerError>> + Send + Sync>;

/// Why an invocation failed, as the function's runtime reports it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{error_type}: {error_message}")]
pub struct HandlerError {
    /// A word for programs.
    pub error_type: String,
    /// A sentence for people.
    pub error_message: String,
}

/// How events are delivered.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The function, as it is called in dead letters.
    pub function_name: String,
    /// How many events are handled at once.
    pub concurrency: usize,
    /// The waits before the second and the third call.
    pub retry_delays: [Duration; 2],
    /// What one call may take.
    pub timeout: Duration,
    /// How often the folder is looked at.
    pub poll_interval: Duration,
    /// What a call that has begun may still take when everything stops.
    pub stop_within: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            function_name: "optimize-photo".to_owned(),
            concurrency: 2,
            retry_delays: [Duration::from_secs(1), Duration::from_secs(2)],
            timeout: Duration::from_secs(60),
            poll_interval: Duration::from_millis(100),
            stop_within: Duration::from_secs(10),
        }
    }
}

/// Delivers until `stop` turns true (or its sender is gone), then waits at most `stop_within` for the calls that have
/// begun. What is not done then stays pending.
pub async fn run(local: &Local, settings: Settings, handler: Handler, mut stop: watch::Receiver<bool>) {
    let delivery = Arc::new(Delivery {
        queue: Queue::new(local),
        slots: Semaphore::new(settings.concurrency),
        bucket: local.bucket().to_owned(),
        stop: stop.clone(),
        settings,
        handler,
    });
    let mut tasks = JoinSet::new();
    let mut under_way = HashSet::new();
    loop {
        for name in delivery.queue.pending() {
            if under_way.insert(name.clone()) {
                tasks.spawn(delivery.clone().deliver(name));
            }
        }
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            Some(done) = tasks.join_next() => {
                let _ = done.map(|name| under_way.remove(&name));
            }
            () = tokio::time::sleep(delivery.settings.poll_interval) => {}
        }
    }
    let all = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(delivery.settings.stop_within, all).await.is_err() {
        tracing::warn!("stopped with an event under way; it stays pending");
    }
}

struct Delivery {
    queue: Queue,
    slots: Semaphore,
    bucket: String,
    stop: watch::Receiver<bool>,
    settings: Settings,
    handler: Handler,
}

impl Delivery {
    /// Brings one event to its end, or to the end of the process. Gives its name back.
    async fn deliver(self: Arc<Self>, name: String) -> String {
        if let Err(error) = self.try_deliver(&name).await {
            tracing::error!(event = name, %error, "the event cannot be read or moved; it stays pending");
            // Not again at once: the disk may be full.
            self.pause(Duration::from_secs(1)).await;
        }
        name
    }

    async fn try_deliver(&self, name: &str) -> std::io::Result<()> {
        let Some(waiting) = self.queue.read(name)? else { return Ok(()) };
        let request_id = queue::request_id(name);
        let payload = match waiting {
            Waiting::Fresh(event) => notification::of(&event, &self.bucket, request_id),
            Waiting::Again(payload) => payload,
        };
        let mut attempts = self.queue.attempts(name)?;
        // One more than Lambda makes, for the one that a kill interrupted.
        while attempts.begun <= self.most_attempts() {
            let Some(result) = self.attempt(name, &mut attempts, payload.clone()).await? else {
                return Ok(());
            };
            let Err(error) = result else { return self.queue.finish(name) };
            tracing::warn!(event = name, attempt = attempts.begun, %error, "the handler failed");
            attempts.last_error = Some((error.error_type, error.error_message));
            if attempts.begun >= self.most_attempts() {
                break;
            }
            self.queue.record(name, &attempts)?;
            self.pause(self.settings.retry_delays[attempts.begun as usize - 1]).await;
        }
        let letter = dead_letter::of(&self.settings.function_name, request_id, &payload, &attempts);
        self.queue.bury(name, &letter)
    }

    /// Calls the handler once there is room; `None` where everything stops before.
    async fn attempt(
        &self,
        name: &str,
        attempts: &mut Attempts,
        payload: Value,
    ) -> std::io::Result<Option<Result<(), HandlerError>>> {
        let Ok(_slot) = self.slots.acquire().await else { return Ok(None) };
        if *self.stop.borrow() || self.stop.has_changed().is_err() {
            return Ok(None);
        }
        attempts.begun += 1;
        self.queue.record(name, attempts)?;
        Ok(Some(self.call(payload).await))
    }

    async fn call(&self, payload: Value) -> Result<(), HandlerError> {
        let call = AssertUnwindSafe(async { (self.handler)(payload).await }).catch_unwind();
        let failed =
            |error_type: &str, error_message| HandlerError { error_type: error_type.to_owned(), error_message };
        match tokio::time::timeout(self.settings.timeout, call).await {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => Err(failed("Panic", panic_message(&*panic))),
            Err(_) => {
                let seconds = self.settings.timeout.as_secs_f64();
                Err(failed("Sandbox.Timedout", format!("Task timed out after {seconds:.2} seconds")))
            }
        }
    }

    fn most_attempts(&self) -> u32 {
        1 + self.settings.retry_delays.len() as u32
    }

    async fn pause(&self, time: Duration) {
        let mut stop = self.stop.clone();
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => {}
            () = tokio::time::sleep(time) => {}
        }
    }
}

fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned())
}
