"""Sends every payload in events/ to its function through `cargo lambda watch`, the real Lambda runtime protocol.

The functions run on SQLite and a folder of their own (feature `embedded`). What counts is that each invocation ends
with an answer and not with an error of the runtime; what the answers must be is for the tests.

    python3 infra/local/lambda-smoke.py [CASE...]    such as get-chargers.nearby; all without a name
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PORT = os.environ.get("LAMBDA_SMOKE_PORT", "9123")
# Everything is built before; cargo still looks at it once.
INVOKE_SECONDS = 120
FEATURES = ["--features", "embedded"]


# They want secrets, logins of a server, or an answer taken: tests/tests/production/deployment sends them.
NOT_HERE = ("ops-cloudformation.", "ops-logins", "ops-rotate.")


def function_of(name: str, event: dict, router: dict) -> str:
    """The function that a payload is for."""
    if "routeKey" in event:
        method, path = event["routeKey"].split(" ")
        return next(route["function"] for route in router[path] if route["method"] == method)
    if name.startswith("ops-"):
        return "ops"
    return "invalidate-cdn" if name.startswith("s3-removed.") else "optimize-photo"


def start(data_dir: str) -> subprocess.Popen:
    """cargo lambda watch, on folders of its own."""
    environment = os.environ | {"DATA_DIR": data_dir, "RUST_LOG": os.environ.get("RUST_LOG", "warn")}
    command = ["cargo", "lambda", "watch", "--ignore-changes", "--invoke-port", PORT, *FEATURES]
    server = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
    for _ in range(120):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}/", timeout=2)
        except urllib.error.HTTPError:
            return server
        except OSError:
            if server.poll() is not None:
                sys.exit("cargo lambda watch did not start")
            time.sleep(0.5)
        else:
            return server
    sys.exit("cargo lambda watch does not answer")


def invoke(function: str, path: Path) -> tuple[bool, str]:
    """Whether the function answered, and with what."""
    command = ["cargo", "lambda", "invoke", function, "--invoke-port", PORT, "--data-file", str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=INVOKE_SECONDS)
    output = (done.stdout or done.stderr).strip()
    try:
        answer = json.loads(output)
    except ValueError:
        return False, output
    failed = done.returncode != 0 or (isinstance(answer, dict) and "errorType" in answer)
    status = answer.get("statusCode", "") if isinstance(answer, dict) else ""
    return not failed and (not status or status < 500), f"{status} {output}".strip()


def main() -> None:
    router = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["metadata"]["lambda"]["watch"]["router"]
    paths = [path for path in (ROOT / "events").glob("*.json") if path.stem in sys.argv[1:] or not sys.argv[1:]]
    paths = [path for path in paths if not path.name.startswith(NOT_HERE)]
    # ops-migrate first: the others want a database with a schema.
    paths.sort(key=lambda path: (path.stem != "ops-migrate", not path.name.startswith("ops-"), path))
    functions = {path: function_of(path.name, json.loads(path.read_text()), router) for path in paths}
    # Built beforehand, as the watcher will: an invocation would wait for ever for a function that does not compile.
    for function in sorted(set(functions.values())):
        subprocess.run(["cargo", "build", "--quiet", "--bin", function, *FEATURES], cwd=ROOT, check=True)
    # `timeout` and CI end processes with SIGTERM; the watcher must not outlive us.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    failures = 0
    with tempfile.TemporaryDirectory() as data_dir:
        server = start(data_dir)
        try:
            for path in paths:
                function = functions[path]
                answered, answer = invoke(function, path)
                failures += not answered
                print(f"{'ok    ' if answered else 'FAILED'} {path.stem} -> {function}: {answer[:160]}", flush=True)
        finally:
            os.killpg(server.pid, signal.SIGINT)
            server.wait(timeout=30)
    print(f"{len(paths) - failures} answered, {failures} failed")
    sys.exit(failures != 0)


if __name__ == "__main__":
    main()
