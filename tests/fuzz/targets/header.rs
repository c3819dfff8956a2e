//! What is read before anything is decoded: with no pixel allowed, no input gets any further.
#![no_main]

use libfuzzer_sys::fuzz_target;
use photo::{Settings, optimize};

const CODES: [&str; 7] =
    ["empty", "not_an_image", "unsupported_format", "too_many_pixels", "too_many_scans", "truncated", "corrupt"];

fuzz_target!(|raw: &[u8]| {
    let rejection = optimize(raw, &Settings { max_pixels: 0, ..Settings::default() }).expect_err("no pixel is allowed");
    assert!(CODES.contains(&rejection.code), "{}", rejection.code);
    assert!(rejection.reason.ends_with('.'));
});
