#!/usr/bin/env python3
"""Turns an answer of POST /api/uploads into a configuration for curl: the address and every field of the form, in order."""

import json
import sys

upload = json.load(sys.stdin)["upload"]
print(f"url = {json.dumps(upload['url'])}")
for name, value in upload["fields"].items():
    print(f"form-string = {json.dumps(f'{name}={value}')}")
