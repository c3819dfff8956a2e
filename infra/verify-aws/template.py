"""Writes template.yaml as SAM makes it for CloudFormation (with the roles of the functions), and each nested stack, as JSON.

    .venv/bin/python infra/verify-aws/template.py
"""

import json
import logging
import os
from pathlib import Path

from samcli.yamlhelper import yaml_parse
from samtranslator.translator.transform import transform

ROOT = Path(__file__).resolve().parents[2]


class NoOtherPolicies:
    """SAM knows the policies of AWS that it names itself."""

    def load(self) -> dict[str, str]:
        return {}


def without_code(template: dict) -> dict:
    """Only `sam package` knows where the code lies; the translator wants to see that it is somewhere."""
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
    return template


def main() -> None:
    # The translator asks for the partition by it; what it answers there are intrinsics all the same.
    os.environ.setdefault("AWS_DEFAULT_REGION", "eu-central-1")
    logging.disable()
    template = without_code(yaml_parse((ROOT / "template.yaml").read_text()))
    stacks = sorted((ROOT / "infra").glob("*.yaml"))
    print(
        json.dumps(
            {
                "template": transform(template, {}, NoOtherPolicies()),
                "stacks": {str(path.relative_to(ROOT)): yaml_parse(path.read_text()) for path in stacks},
            }
        )
    )


if __name__ == "__main__":
    main()
