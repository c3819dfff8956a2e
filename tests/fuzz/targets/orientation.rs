//! The orientation in an arbitrary EXIF block: one of the eight, whatever the block leads to.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|block: &[u8]| {
    let (width, height) = photo::fuzzing::upright_size(block, (3, 2));
    assert!((width, height) == (3, 2) || (width, height) == (2, 3));
});
