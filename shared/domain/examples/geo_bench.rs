//! Times the geometry: `cargo run --release -p domain --example geo_bench [route.json]`.
//!
//! Three routes: a generated one of 20,000 vertices over 3000 km, as many vertices of a car that stands still, and,
//! where the file is given (fields `polyline` and `precision`), a real one. Prints medians of the covering and the average of a projection.

// The domain reads no clock; what measures it does.
#![allow(clippy::disallowed_methods)]

use std::time::Instant;

use domain::geo::{KeyRange, Line, Point, cell_key, cover_corridor, decode_polyline};

const RADII_M: [f64; 3] = [1_000.0, 5_000.0, 50_000.0];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    measure("generated", generated_route());
    measure("parked", parked_route());
    if let Some(path) = std::env::args().nth(1) {
        let route: serde_json::Value = serde_json::from_slice(&std::fs::read(path)?)?;
        let text = route["polyline"].as_str().ok_or("no polyline")?;
        let precision = route["precision"].as_u64().ok_or("no precision")?;
        measure("real", decode_polyline(text, precision as u32)?);
    }
    Ok(())
}

/// 20,000 vertices over 3000 km, bending like a road: Lisbon's latitude to the north-east.
fn generated_route() -> Vec<Point> {
    let vertex = |i: u32| {
        let share = f64::from(i) / 19_999.0;
        let bend = 0.25 * (share * 61.0).sin() + 0.02 * (share * 977.0).sin();
        Point::new(38.7 + 15.5 * share + bend, -9.1 + 28.0 * share - 0.7 * bend)
    };
    (0..20_000).filter_map(vertex).collect()
}

/// 20,000 vertices of a car that stands still: all within 1e-5 degrees, a metre or so.
fn parked_route() -> Vec<Point> {
    let jitter_deg = |i: u32, factor: f64| 1e-5 * (2.0 * (f64::from(i) * factor).fract() - 1.0);
    let vertex = |i| Point::new(40.75 + jitter_deg(i, 0.754_877_666_25), -73.98 + jitter_deg(i, 0.569_840_290_998));
    (0..20_000).filter_map(vertex).collect()
}

fn measure(name: &str, vertices: Vec<Point>) {
    let (count, prepare_ms) = (vertices.len(), median_ms(|| Line::new(vertices.clone()).map(|line| line.length_m())));
    let Ok(line) = Line::new(vertices.clone()) else {
        return;
    };
    println!("{name}: {count} vertices, {:.0} km, prepared in {prepare_ms:.2} ms", line.length_m() / 1000.0);
    for radius_m in RADII_M {
        let ranges = cover_corridor(&line, radius_m);
        let cover_ms = median_ms(|| cover_corridor(&line, radius_m));
        // What a database would hand back: points around the route whose key is in a range.
        let candidates: Vec<_> =
            points_around(&vertices, radius_m).filter(|point| holds(&ranges, cell_key(*point))).collect();
        let started = Instant::now();
        let found = candidates.iter().filter(|point| line.project_within(**point, radius_m).is_some()).count();
        let each_us = started.elapsed().as_secs_f64() * 1e6 / candidates.len() as f64;
        println!(
            "  {:>2.0} km: covered in {cover_ms:.2} ms by {} ranges; projected in {each_us:.2} µs each, \
             {} examined for {found} found ({:.2})",
            radius_m / 1000.0,
            ranges.len(),
            candidates.len(),
            candidates.len() as f64 / found as f64,
        );
    }
}

fn holds(ranges: &[KeyRange], key: i64) -> bool {
    let after = ranges.partition_point(|range| range.lo <= key);
    after > 0 && ranges[after - 1].contains(key)
}

/// 50,000 points, evenly spread over squares somewhat wider than the corridor, around vertices of the route.
fn points_around(vertices: &[Point], radius_m: f64) -> impl Iterator<Item = Point> {
    let reach_deg = 1.6 * radius_m / 111_000.0;
    (0..50_000_u32).filter_map(move |i| {
        // The fractional parts of multiples of irrational numbers cover a square evenly.
        let share = |factor: f64| (f64::from(i) * factor).fract();
        let vertex = vertices[(share(0.618_033_988_75) * vertices.len() as f64) as usize];
        let (north, east) = (2.0 * share(0.754_877_666_25) - 1.0, 2.0 * share(0.569_840_290_998) - 1.0);
        let east_deg = reach_deg * east / vertex.lat().to_radians().cos();
        Point::new(vertex.lat() + reach_deg * north, vertex.lng() + east_deg)
    })
}

fn median_ms<T>(mut run: impl FnMut() -> T) -> f64 {
    let mut times_ms: Vec<f64> = (0..31)
        .map(|_| {
            let started = Instant::now();
            std::hint::black_box(run());
            started.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    times_ms.sort_by(f64::total_cmp);
    times_ms[times_ms.len() / 2]
}
