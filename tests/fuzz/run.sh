#!/usr/bin/env bash
# Runs every fuzz target for so many seconds, from seeds that the photo tests' generators make.
#
#   tests/fuzz/run.sh [SECONDS]   60 by default; TARGETS="sniff pipeline" runs only those
#
# Corpora grow in the target directory. What breaks a target is kept in tests/fuzz/artifacts, and ends the run.
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds="${1:-60}"
target_dir="${CARGO_TARGET_DIR:-target}"
case "$target_dir" in /*) ;; *) target_dir="$PWD/$target_dir" ;; esac
work="$target_dir/fuzz"

cargo test --quiet -p photo --test it -- --exact seeds::every_seed_of_the_fuzz_targets_is_a_photo
seeds="$target_dir/tmp/seeds"

# What is fuzzed is what ships: the same versions. libFuzzer, which the workspace does not know, is added to the copy.
cp Cargo.lock tests/fuzz/Cargo.lock
cd tests/fuzz

# With a nightly toolchain the address sanitizer watches, too; a stable one has the same targets without it.
if cargo +nightly --version >/dev/null 2>&1; then
    toolchain=+nightly sanitizer=address
    # The C codecs are watched, too, and their tables stand in two archives.
    export ASAN_OPTIONS=detect_odr_violation=0
else
    toolchain="" sanitizer=none
    # the instrumentation of a stable compiler asks for this word
    export RUSTC_BOOTSTRAP=1
fi
echo "fuzz: sanitizer $sanitizer, $seconds seconds for each target, corpora in $work/corpus"

for target in ${TARGETS:-sniff header orientation pipeline}; do
    mkdir -p "$work/corpus/$target" "artifacts/$target"
    # shellcheck disable=SC2086
    cargo $toolchain fuzz run --release --fuzz-dir . --target-dir "$work" --sanitizer "$sanitizer" "$target" \
        "$work/corpus/$target" "$seeds" -- \
        -max_total_time="$seconds" -max_len=65536 -timeout=20 -rss_limit_mb=2048 -print_final_stats=1
done
