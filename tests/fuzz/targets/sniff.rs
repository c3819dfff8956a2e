//! The format of arbitrary bytes: an answer or a sentence, and never an accepted format without its signature.
#![no_main]

use libfuzzer_sys::fuzz_target;
use photo::{Format, sniff};

fuzz_target!(|raw: &[u8]| match sniff(raw) {
    Ok(Format::Jpeg) => assert!(raw.starts_with(b"\xFF\xD8\xFF")),
    Ok(Format::Png) => assert!(raw.starts_with(b"\x89PNG\r\n\x1A\n")),
    Ok(_) => assert!(raw.starts_with(b"RIFF") && raw[8..].starts_with(b"WEBP")),
    Err(rejection) => {
        assert!(["empty", "unsupported_format", "not_an_image"].contains(&rejection.code));
        assert!(rejection.reason.ends_with('.'));
    }
});
