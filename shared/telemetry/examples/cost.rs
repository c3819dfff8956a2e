//! What telemetry costs a request (`make bench-telemetry`): the same work with and without it, in turn, in one run. With it, a
//! request of five statements is measured as `api` and `db` do it for a listing, and its line goes through a pipe, as on Lambda.

use domain::Timestamp;
use std::hint::black_box;
use std::io::{self, Read, pipe};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};
use telemetry::{End, Request, Settings, subscriber};
use tracing::instrument::WithSubscriber;

const ROUNDS: usize = 20_000;
const STATEMENTS: u64 = 5;
const LIMIT_US: f64 = 50.0;
const ID: &str = "JKJaXmPLvHcESH1=";
const TRACE: &str = "Root=1-69a42f80-000000000000000000000001;Sampled=1";

fn main() -> io::Result<()> {
    let (mut reader, writer) = pipe()?;
    // As the Lambda service does, somebody reads what is written.
    let reading = std::thread::spawn(move || io::copy(&mut reader.by_ref(), &mut io::sink()));
    let settings =
        Settings { filter: "info", namespace: "SharaSpot", function: "bench", now: || Timestamp::from_micros(0) };
    let (mut with, mut without) = (Vec::with_capacity(ROUNDS), Vec::with_capacity(ROUNDS));
    finish(
        async {
            for _ in 0..ROUNDS {
                let started = Instant::now();
                serve().await;
                with.push(started.elapsed());
                let started = Instant::now();
                work().await;
                without.push(started.elapsed());
            }
        }
        .with_subscriber(subscriber(&settings, std::sync::Mutex::new(writer))),
    );
    let bytes = reading.join().map_err(|_| io::Error::other("the reader panicked"))??;
    println!("| per request | with, µs | without, µs | telemetry, µs |\n|---|---|---|---|");
    let mut p50_us = 0.0;
    for (name, share) in [("p50", 0.5), ("p99", 0.99)] {
        let [with, without] = [&mut with, &mut without].map(|samples| percentile_us(samples, share));
        println!("| {name} | {with:.1} | {without:.1} | {:.1} |", with - without);
        p50_us = if share == 0.5 { with - without } else { p50_us };
    }
    println!("\n{ROUNDS} requests, {} bytes in a line; at most {LIMIT_US} µs wanted", bytes / ROUNDS as u64);
    if p50_us <= LIMIT_US { Ok(()) } else { Err(io::Error::other("telemetry costs more than it may")) }
}

/// A request with everything around it that production has.
async fn serve() {
    let request = Request::start("bench", ID, Some(TRACE));
    let work = async {
        tracing::info!(target: "metric", auth_ms = 0.004);
        tracing::info!(target: "metric", pool_wait_ms = 0.3, pool_connections = 1_u64);
        for _ in 0..STATEMENTS {
            tracing::info!(target: "metric", db_ms = 1.234, db_statements = 1_u64);
        }
        work().await;
    };
    request.run(work).await;
    black_box((request.sum("auth_ms"), request.sum("db_ms"), request.sum("pool_wait_ms")));
    let (method, route, path) = (Some("GET"), Some("GET /api/chargers"), Some("/api/chargers"));
    request.end(&End { method, route, path, status: Some(200), ..End::default() });
}

/// Some microseconds of computing.
async fn work() {
    black_box((0..2_000_u64).fold(0, |sum, number| black_box(sum ^ number.wrapping_mul(31))));
}

/// Runs what never waits for anything.
fn finish(work: impl Future<Output = ()>) {
    let mut work = pin!(work);
    while work.as_mut().poll(&mut Context::from_waker(Waker::noop())) != Poll::Ready(()) {}
}

fn percentile_us(samples: &mut [Duration], share: f64) -> f64 {
    samples.sort_unstable();
    samples[(samples.len() as f64 * share) as usize].as_secs_f64() * 1e6
}
