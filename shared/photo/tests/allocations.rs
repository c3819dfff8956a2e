//! How many buffers of pixels one photo takes, how many bytes in all, and how many at once. Only Rust's heap is counted:
//! `planes.rs` has the whole process, the C libraries included.
#![allow(clippy::unwrap_used)]

#[path = "it/files.rs"]
#[allow(dead_code, reason = "shared with the other tests")]
mod files;

use files::Picture;
use mozjpeg::{ColorSpace, Compress};
use photo::{Settings, optimize};
use std::alloc::System;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, Once};
use tracking_allocator::{AllocationGroupId, AllocationRegistry, AllocationTracker, Allocator};

#[global_allocator]
static ALLOCATOR: Allocator<System> = Allocator::system();

/// The brightness of a main rendition of 1920 × 1440: what is at least as large is a buffer of pixels.
const MAIN_PLANE_BYTES: usize = 1920 * 1440;

static BUFFERS: AtomicUsize = AtomicUsize::new(0);
static TOTAL_BYTES: AtomicUsize = AtomicUsize::new(0);
// signed: what was there before may be freed
static NOW_BYTES: AtomicI64 = AtomicI64::new(0);
static PEAK_BYTES: AtomicI64 = AtomicI64::new(0);

/// A buffer that grows counts as another one, since growing may copy it.
struct Counter;

impl AllocationTracker for Counter {
    fn allocated(&self, _: usize, bytes: usize, _: usize, _: AllocationGroupId) {
        BUFFERS.fetch_add(usize::from(bytes >= MAIN_PLANE_BYTES), Relaxed);
        TOTAL_BYTES.fetch_add(bytes, Relaxed);
        let now = NOW_BYTES.fetch_add(bytes as i64, Relaxed) + bytes as i64;
        PEAK_BYTES.fetch_max(now, Relaxed);
    }

    fn deallocated(&self, _: usize, bytes: usize, _: usize, _: AllocationGroupId, _: AllocationGroupId) {
        NOW_BYTES.fetch_sub(bytes as i64, Relaxed);
    }
}

/// The bounds of one photo; `total` and `peak` count the main plane's bytes.
#[derive(Debug)]
struct Bounds {
    buffers: usize,
    total: f64,
    peak: f64,
}

/// One photo at a time: the counters are the process's.
#[track_caller]
fn assert_within(name: &str, make: impl FnOnce() -> Vec<u8>, settings: &Settings, most: &Bounds) {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    static START: Once = Once::new();
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    START.call_once(|| AllocationRegistry::set_global_tracker(Counter).unwrap());
    let raw = make();
    BUFFERS.store(0, Relaxed);
    TOTAL_BYTES.store(0, Relaxed);
    NOW_BYTES.store(0, Relaxed);
    PEAK_BYTES.store(0, Relaxed);
    AllocationRegistry::enable_tracking();
    let optimized = optimize(&raw, settings);
    AllocationRegistry::disable_tracking();
    assert_eq!(optimized.unwrap().width, 1920, "{name}");
    let planes = |bytes: f64| bytes / MAIN_PLANE_BYTES as f64;
    let (total, peak) = (planes(TOTAL_BYTES.load(Relaxed) as f64), planes(PEAK_BYTES.load(Relaxed) as f64));
    let seen = Bounds { buffers: BUFFERS.load(Relaxed), total, peak };
    println!("{name}: {seen:?}");
    assert!(seen.buffers == most.buffers, "{name}: {seen:?}");
    assert!(seen.total <= most.total && seen.peak <= most.peak, "{name}: {seen:?}");
}

fn jpegs() -> Settings {
    Settings { webp: false, ..Settings::default() }
}

/// Soft, with some detail everywhere.
fn hills(width: usize, height: usize) -> Picture {
    let rows = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let rgb = rows.flat_map(|(x, y)| [(x / 16 + y / 32) as u8, (y / 16) as u8 ^ 3, ((x * y) >> 16) as u8]).collect();
    Picture { width, height, rgb }
}

/// 4:2:0, quality 90.
fn jpeg(width: usize, height: usize, orientation: u8) -> Vec<u8> {
    let picture = hills(width, height);
    let mut compress = Compress::new(ColorSpace::JCS_RGB);
    compress.set_size(width, height);
    compress.set_fastest_defaults();
    compress.set_quality(90.0);
    compress.set_chroma_sampling_pixel_sizes((2, 2), (2, 2));
    let mut started = compress.start_compress(Vec::new()).unwrap();
    started.write_marker(mozjpeg::Marker::APP(1), &files::exif(orientation));
    started.write_scanlines(&picture.rgb).unwrap();
    started.finish().unwrap()
}

#[test]
fn a_jpeg_of_12_megapixels_is_decoded_once_and_scaled_once() {
    let most = Bounds { buffers: 5, total: 13.9, peak: 8.2 };
    assert_within("12 MP", || jpeg(4000, 3000, 1), &jpegs(), &most);
}

#[test]
fn webp_takes_one_buffer_more() {
    let most = Bounds { buffers: 6, total: 17.9, peak: 8.2 };
    assert_within("12 MP, WebP", || jpeg(4000, 3000, 1), &Settings::default(), &most);
}

#[test]
fn turning_takes_one_buffer_more() {
    let most = Bounds { buffers: 6, total: 20.1, peak: 10.1 };
    assert_within("12 MP, turned", || jpeg(4000, 3000, 6), &jpegs(), &most);
}

#[test]
fn a_jpeg_of_48_megapixels_never_stands_in_memory_whole() {
    let most = Bounds { buffers: 3, total: 14.1, peak: 9.5 };
    assert_within("48 MP", || jpeg(8000, 6000, 1), &jpegs(), &most);
}

#[test]
fn a_png_of_12_megapixels_never_stands_in_memory_whole() {
    let png = || files::png(4000, 3000, png::ColorType::Rgb, &hills(4000, 3000).rgb);
    let most = Bounds { buffers: 3, total: 14.3, peak: 9.6 };
    assert_within("12 MP PNG", png, &jpegs(), &most);
}
