//! Without nasm, mozjpeg builds scalar code without an error: about half the speed.

#[test]
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
fn mozjpeg_was_built_with_simd() {
    let program = std::fs::read(std::env::current_exe().unwrap()).unwrap();
    // put together here, so that the test does not find its own text
    let symbol = |parts: [&str; 2]| parts.join("_").into_bytes();
    let contains = |name: Vec<u8>| program.windows(name.len()).any(|bytes| bytes == name);
    // never skipped: a build without symbols would prove nothing, and whoever strips the tests has to know
    assert!(
        contains(symbol(["jpeg", "start_decompress"])),
        "this build is stripped of its symbols: build the tests with them"
    );
    // the dispatcher alone is built without the assembler, too: these are the routines themselves
    let routines = if cfg!(target_arch = "x86_64") {
        [["jsimd_idct_islow", "avx2"], ["jsimd_ycc_rgb_convert", "avx2"], ["jsimd_huff_encode_one_block", "sse2"]]
    } else {
        [["jsimd_idct_islow", "neon"], ["jsimd_ycc_rgb_convert", "neon"], ["jsimd_huff_encode_one_block", "neon"]]
    };
    for parts in routines {
        assert!(
            contains(symbol(parts)),
            "mozjpeg was built without {}: install nasm, then `cargo clean -p mozjpeg-sys`",
            parts.join("_")
        );
    }
}
