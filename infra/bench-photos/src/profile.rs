//! Where the time goes: `perf` looks a thousand times a second at what our worker does, and what it saw is summed up by the
//! pipeline's steps.

use crate::Trouble;
use crate::candidate::{Candidate, Worker};
use crate::table::Table;
use crate::task::Task;
use std::path::Path;
use std::process::{Command, Stdio};

/// How long is looked, about.
const BUDGET_MS: f64 = 4000.0;
/// Below it, a function is not named.
const LEAST_PERCENT: f64 = 1.0;

/// Words in the names of functions, and the step that these belong to; the first that fits.
const STEPS: [(&str, &[&str]); 9] = [
    ("WebP", &["VP8", "WebP"]),
    ("decode: Huffman codes", &["decode_mcu", "fill_bit_buffer", "huff_extend", "consume_data", "jpeg_huff_decode"]),
    ("decode: inverse DCT", &["idct"]),
    (
        "decode: chroma to full size, YCbCr to RGB",
        &["upsample", "ycc_rgb", "ycc_extrgb", "merged", "h2v1_fancy", "h2v2_fancy"],
    ),
    ("scale: Lanczos", &["fast_image_resize", "convolution", "resize"]),
    ("encode: RGB to YCbCr, chroma to half size", &["rgb_ycc", "extrgb_ycc", "downsample"]),
    ("encode: DCT and quantization", &["fdct", "quantize", "convsamp", "forward_DCT", "quantize_trellis"]),
    (
        "encode: Huffman codes",
        &["encode_mcu", "emit_", "htest_one", "gen_optimal", "encode_one_block", "phuff", "compress_output"],
    ),
    ("placeholder, colours", &["thumbhash", "placeholder", "dominant", "color"]),
];

/// The share of each step and of each function in our work on a photo.
///
/// # Errors
/// Where perf is missing or may not look.
pub(crate) fn profile(photo: &Path, set: bool) -> Result<String, Trouble> {
    let scratch = tempfile::tempdir()?;
    let samples = scratch.path().join("samples");
    let mut command = Command::new("perf");
    command.args(["record", "--quiet", "--event", "cpu-clock", "--freq", "997", "--output"]).arg(&samples);
    command.arg("--").arg(std::env::current_exe()?).arg("work").stderr(Stdio::null());
    let mut worker = Worker::spawn(Candidate::Ours, &mut command)
        .map_err(|error| format!("perf (package linux-perf) is missing or may not look: {error}"))?;
    let task = if set { Task::set(photo, scratch.path(), false) } else { Task::main(photo, scratch.path()) };
    let mut ms = 0.0;
    while ms < BUDGET_MS {
        ms += worker.ask(&task)?;
    }
    worker.finish()?;
    let seen = Command::new("perf")
        .args([
            "report",
            "--stdio",
            "--no-children",
            "--fields",
            "overhead,symbol",
            "--percent-limit",
            "0.02",
            "--input",
        ])
        .arg(&samples)
        .output()?;
    let functions = read(&String::from_utf8_lossy(&seen.stdout));
    if functions.is_empty() {
        return Err("perf saw nothing".into());
    }
    let name = photo.file_name().unwrap_or_default().display();
    let what = if set { "all JPEGs" } else { "`main`" };
    Ok(format!("{}\n{}", steps(&format!("Where the time goes: {what} of {name}"), &functions), top(&functions)))
}

/// Lines as `  12.34%  [.] jsimd_idct_islow_avx2`.
fn read(report: &str) -> Vec<(f64, String)> {
    let function = |line: &str| {
        let (percent, symbol) = line.trim().split_once('%')?;
        Some((percent.parse().ok()?, symbol.trim().to_owned()))
    };
    report.lines().filter_map(function).collect()
}

fn step(symbol: &str) -> &'static str {
    if symbol.starts_with("[k]") {
        return "kernel: pages, files";
    }
    let fits = |words: &&[&str]| words.iter().any(|word| symbol.contains(word));
    STEPS.iter().find(|(_, words)| fits(words)).map_or("else", |(step, _)| step)
}

fn steps(title: &str, functions: &[(f64, String)]) -> Table {
    let mut shares: Vec<(&str, f64)> = Vec::new();
    for (percent, symbol) in functions {
        let step = step(symbol);
        match shares.iter_mut().find(|(known, _)| *known == step) {
            Some((_, share)) => *share += percent,
            None => shares.push((step, *percent)),
        }
    }
    shares.sort_by(|one, other| other.1.total_cmp(&one.1));
    let mut table = Table::new(title, &["step", "%"]);
    shares.iter().for_each(|(step, share)| table.row([(*step).to_owned(), format!("{share:.1}")]));
    table
}

fn top(functions: &[(f64, String)]) -> String {
    let named = functions.iter().filter(|(percent, _)| *percent >= LEAST_PERCENT);
    let named: Vec<String> = named.map(|(percent, symbol)| format!("`{}` {percent:.1}", &symbol[4..])).collect();
    format!("Functions, %: {}.\n", named.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_summed_up_by_steps() {
        let report = "# Samples\n\n    30.50%  [.] jsimd_idct_islow_avx2\n    20.00%  [.] decode_mcu_fast\n     9.50%  [.] jsimd_idct_4x4_avx2\n     1.00%  [k] clear_page\n";
        let functions = read(report);
        assert_eq!(functions.len(), 4);
        let table = steps("t", &functions).to_string();
        assert!(table.contains("| decode: inverse DCT | 40.0 |\n| decode: Huffman codes | 20.0 |"), "{table}");
        assert_eq!(top(&functions).matches('`').count(), 8);
    }
}
