//! Without nasm, mozjpeg builds scalar code without an error: about half the speed.

#[test]
#[cfg(target_arch = "x86_64")]
fn mozjpeg_was_built_with_simd() {
    let program = std::fs::read(std::env::current_exe().unwrap()).unwrap();
    // put together here, so that the test does not find its own text
    let symbol = |parts: [&str; 2]| parts.join("_").into_bytes();
    let contains = |name: Vec<u8>| program.windows(name.len()).any(|bytes| bytes == name);
    if !contains(symbol(["jpeg", "start_decompress"])) {
        println!("skipped: this build is stripped of its symbols");
        return;
    }
    assert!(
        contains(symbol(["jsimd_idct_islow", "avx2"])),
        "mozjpeg was built without SIMD: install nasm, then `cargo clean -p mozjpeg-sys`"
    );
}
