#!/usr/bin/env bash
# Installs what is missing, and says what and why. Nothing is touched that is already there.
#
#   infra/setup.sh run     what building and running needs
#   infra/setup.sh test    that, and what the tests need
#   infra/setup.sh lambda  that, and a cross compiler for Lambda builds
#   infra/setup.sh fuzz    what `make run` needs, and cargo-fuzz
#   infra/setup.sh bench   what `make run` needs, and PostgreSQL with PostGIS to measure against
#   infra/setup.sh load    what `make run` needs, and wrk, PostgreSQL and Redis for `make load` and `make soak`
#   infra/setup.sh verify  what `lambda` installs, and stand-ins for S3, Secrets Manager and CloudFront for `make verify-aws`
#   infra/setup.sh bench-photos  what `make run` needs, and Pillow and sharp to measure against
set -euo pipefail
cd "$(dirname "$0")/.."

VENV=.venv
packages=()

have() { command -v "$1" >/dev/null 2>&1; }

want_package() { # package, reason
    echo "setup: $1 is missing: $2"
    packages+=("$1")
}

install_packages() {
    [ ${#packages[@]} -eq 0 ] && return
    have apt-get || { echo "setup: this system has no apt-get; install by hand: ${packages[*]}" >&2; exit 1; }
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        have sudo || { echo "setup: run as root, or install by hand: ${packages[*]}" >&2; exit 1; }
        as_root=(sudo)
    fi
    echo "setup: installing ${packages[*]} with apt-get"
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}"
}

want_python_tool() { # command, pinned package, reason
    [ -x "$VENV/bin/$1" ] && return
    echo "setup: installing $2 into $VENV: $3"
    [ -x "$VENV/bin/python" ] || python3 -m venv "$VENV"
    "$VENV/bin/pip" install --quiet --disable-pip-version-check "$2"
}

want_python_library() { # module, pinned package, reason
    "$VENV/bin/python" -c "import $1" 2>/dev/null && return
    echo "setup: installing $2 into $VENV: $3"
    [ -x "$VENV/bin/python" ] || python3 -m venv "$VENV"
    "$VENV/bin/pip" install --quiet --disable-pip-version-check "$2"
}

# As a package for Lambda has them: in a folder of their own.
want_lambda_libraries() { # reason, pinned packages
    local reason=$1
    shift
    [ -d "$VENV/lambda-python" ] && return
    echo "setup: installing $* into $VENV/lambda-python: $reason"
    "$VENV/bin/pip" install --quiet --disable-pip-version-check --target "$VENV/lambda-python" "$@"
}

want_node_library() { # module, pinned package, reason
    [ -d "$VENV/node_modules/$1" ] && return
    echo "setup: installing $2 into $VENV: $3"
    npm install --prefix "$VENV" --no-audit --no-fund --silent "$2"
}

for_running() {
    if ! have cargo; then
        echo "setup: cargo is missing; install Rust from https://rustup.rs and open a new shell" >&2
        exit 1
    fi
    have cc || want_package gcc "the photo codecs and SQLite are built from C"
    [ -e /usr/include/stdio.h ] || want_package libc6-dev "headers for the same"
    case "$(uname -m)" in
        x86_64) have nasm || want_package nasm "without it the JPEG codec is built at half its speed" ;;
    esac
}

for_testing() {
    ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || have postgres \
        || want_package postgresql "the database tests start a server of their own"
    # Debian keeps it where only root's path leads.
    have pgbouncer || [ -x /usr/sbin/pgbouncer ] \
        || want_package pgbouncer "the database tests go through a pooler in transaction mode too"
    have redis-server || want_package redis-server "the tests of the cache share, kill and corrupt one of their own"
    have python3 || want_package python3 "runs the SAM command line"
    # Debian has the venv module without what fills a new one.
    python3 -c 'import ensurepip' 2>/dev/null || want_package python3-venv "holds the SAM command line"
}

for_benching() {
    ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || want_package postgresql-15 "the bench starts a server of its own"
    ls /usr/share/postgresql/*/extension/postgis.control >/dev/null 2>&1 \
        || want_package postgresql-15-postgis-3 "one of the ways to search that ours is measured beside"
}

for_load() {
    have wrk || want_package wrk "asks, for \`make load\` and \`make soak\`"
    have redis-server || want_package redis-server "the shared tier of the cache"
    ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || have pg_config \
        || want_package postgresql "the database of the second stack: a server of its own"
}

for_benching_photos() {
    have python3 || want_package python3 "runs Pillow, which the replaced system used"
    python3 -c 'import ensurepip' 2>/dev/null || want_package python3-venv "holds Pillow"
    have node || want_package nodejs "runs sharp (which needs 20.9 or newer)"
    have npm || want_package npm "installs sharp"
    have taskset || want_package util-linux "keeps every candidate on one core"
    have perf || want_package linux-perf "tells where the time goes"
}

for_verifying() {
    have node || want_package nodejs "one of the two that cold starts are measured beside"
    have npm || want_package npm "installs the AWS SDK for it"
    have faketime || want_package faketime "S3 by another clock: a form that is too old"
}

for_fuzzing() {
    have c++ || want_package g++ "libFuzzer is built from C++"
}

want_cargo_tool() { # command, version, reason
    have "$1" && return
    echo "setup: installing $1 $2 with cargo: $3"
    cargo install --quiet --locked --version "$2" "$1"
}

# Into .venv: its version is ours alone.
want_s3() {
    [ -x "$VENV/bin/s3s-fs" ] && return
    echo "setup: installing s3s-fs 0.14.1 with cargo into $VENV: an S3 that checks signatures and forms"
    cargo install --quiet --locked --version 0.14.1 --features binary --root "$VENV" --target-dir target/s3s-fs s3s-fs
    rm -rf target/s3s-fs
}

for_running
case "${1:-run}" in
    run) ;;
    bench) for_benching ;;
    load) for_load ;;
    bench-photos) for_benching_photos ;;
    fuzz) for_fuzzing ;;
    verify) for_testing && for_verifying ;;
    *) for_testing ;;
esac
install_packages
case "${1:-run}" in
    run | bench | load) ;;
    bench-photos)
        want_python_library PIL pillow==13.0.0 "what the replaced system made its photos with"
        want_node_library sharp sharp@0.35.5 "the fastest of its kind in common use"
        ;;
    fuzz) want_cargo_tool cargo-fuzz 0.13.2 "builds and runs the fuzz targets" ;;
    test | lambda | verify)
        want_python_tool sam aws-sam-cli==1.170.0 "checks template.yaml (with cfn-lint)"
        want_python_tool schemathesis schemathesis==4.32.5 "tries everything that infra/openapi.json promises"
        ;;
    *) echo "usage: infra/setup.sh run|test|lambda|verify|bench|load|bench-photos|fuzz" >&2; exit 2 ;;
esac
case "${1:-run}" in
    lambda | verify) want_python_tool cargo-lambda cargo-lambda==1.9.2 "builds and runs functions as Lambda does (brings zig)" ;;
esac
if [ "${1:-run}" = verify ]; then
    want_python_tool moto_server "moto[server,secretsmanager,cloudfront]==5.2.5" "stands in for Secrets Manager and CloudFront"
    want_python_tool checkov checkov==3.2.459 "looks for what is unsafe in the templates"
    want_lambda_libraries "what cold starts are measured beside" boto3==1.44.8 "psycopg[binary]==3.3.9"
    want_node_library @aws-sdk/client-s3 @aws-sdk/client-s3@3.1175.0 "what cold starts are measured beside"
    want_node_library @aws-sdk/client-secrets-manager @aws-sdk/client-secrets-manager@3.1164.0 "the same"
    want_node_library pg pg@8.23.1 "the same"
    want_node_library esbuild esbuild@0.28.2 "bundles it as one would deploy it"
    want_s3
fi
