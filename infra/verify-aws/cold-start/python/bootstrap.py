"""The least that a runtime does: one connection, one event after the other."""

import http.client
import json
import os

import handler

VERSION = "/2018-06-01/runtime/invocation"


def main() -> None:
    api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    while True:
        api.request("GET", f"{VERSION}/next")
        event = api.getresponse()
        request_id = event.headers["Lambda-Runtime-Aws-Request-Id"]
        answer = handler.handle(json.loads(event.read()), request_id)
        api.request("POST", f"{VERSION}/{request_id}/response", json.dumps(answer, separators=(",", ":")))
        api.getresponse().read()


main()
