"""Runs schemathesis against the embedded server, with everything that `infra/openapi.json` promises.

    python3 infra/openapi/schemathesis/run.py PROGRAM [OPTION...]    the built server; options go to `schemathesis run`

The server gets a folder and a port of its own and some chargers, so that there is something to find. Ends as
schemathesis ends.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
# The last line of the server's greeting.
SERVES = "Ctrl-C stops it."


def start(program: str, data_dir: str) -> tuple[subprocess.Popen, str]:
    """The server, serving, and its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {"DATA_DIR": data_dir, "PORT": str(port), "RUST_LOG": "warn"}
    # Each of its thousands of requests has a line there, which only a failure makes worth reading.
    with open(Path(data_dir) / "log", "w") as log:
        server = subprocess.Popen([program], env=environment, stdout=subprocess.PIPE, stderr=log, text=True)
    for line in server.stdout:
        if line.strip() == SERVES:
            return server, f"http://localhost:{port}"
    print((Path(data_dir) / "log").read_text(), file=sys.stderr)
    sys.exit("the embedded server did not start")


def post(url: str, body: dict, token: str | None = None) -> dict:
    """What is answered."""
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def add_chargers(url: str, token: str) -> list[str]:
    """Chargers to be found: their ids."""
    ids = []
    for number in range(20):
        charger = {
            "name": f"Depot {number}",
            "address": f"{number} Main Street",
            "latitude": 42.6 + number / 100,
            "longitude": -73.7,
            "connectors": [{"type": "CCS", "power_kw": 150, "count": 2}],
            "amenities": ["wifi"],
        }
        ids.append(post(f"{url}/api/chargers", charger, token)["charger"]["id"])
    return ids


def main() -> int:
    program, *options = sys.argv[1:]
    with tempfile.TemporaryDirectory() as data_dir:
        server, url = start(program, data_dir)
        try:
            token = post(f"{url}/dev/token", {"sub": "schemathesis", "groups": ["admin"]})["token"]
            command = ["schemathesis", "--config-file", str(HERE / "schemathesis.toml"), "run"]
            command += [str(ROOT / "infra/openapi.json"), "--url", url, *options]
            chargers = json.dumps(add_chargers(url, token))
            environment = os.environ | {"SHARASPOT_URL": url, "SHARASPOT_TOKEN": token, "SHARASPOT_CHARGERS": chargers}
            # Where the hooks are; and schemathesis keeps notes in the folder that it runs in.
            environment |= {"PYTHONPATH": str(HERE), "PYTHONDONTWRITEBYTECODE": "1"}
            status = subprocess.run(command, cwd=data_dir, env=environment).returncode
            if status:
                lines = (Path(data_dir) / "log").read_text().splitlines()
                print(*[line for line in lines if '"ERROR"' in line][-50:], sep="\n", file=sys.stderr)
            return status
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait()


if __name__ == "__main__":
    sys.exit(main())
