"""What a function of ours does before and with its first request, as one would write it in Python: settings from the environment,
clients for S3 and Secrets Manager, the database's driver ready, and a question with a mistake answered by a 400."""

import json
import os
from urllib.parse import parse_qsl

import boto3
import psycopg

BUCKET = os.environ["S3_BUCKET"]
SECRET_ARN = os.environ["DB_SECRET_ARN"]
DATABASE = {
    "host": os.environ["DB_HOST"],
    "port": int(os.environ.get("DB_PORT", "5432")),
    "dbname": os.environ.get("DB_NAME", "sharaspot"),
    "sslmode": os.environ.get("DB_SSLMODE", "verify-full"),
}
S3 = boto3.client("s3")
SECRETS = boto3.client("secretsmanager")
PARAMETERS = {
    "page", "page_size", "cursor", "verification_level", "port_type", "amenity", "min_power_kw", "updated_since",
    "user_lat", "user_lng", "max_distance", "bbox", "sort",
}  # fmt: skip


def connect():
    login = json.loads(SECRETS.get_secret_value(SecretId=SECRET_ARN)["SecretString"])
    return psycopg.connect(user=login["username"], password=login["password"], **DATABASE)


def mistakes(query: str) -> list[dict]:
    errors = []
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in PARAMETERS:
            errors.append({"field": name, "code": "unknown", "detail": "There is no such parameter here."})
        elif name == "page_size" and not (value.isdigit() and 1 <= int(value) <= 500):
            errors.append({"field": name, "code": "out_of_range", "detail": "Must be a whole number from 1 to 500."})
    return errors


def handle(event: dict, request_id: str) -> dict:
    errors = mistakes(event.get("rawQueryString", ""))
    if not errors:
        with connect() as connection:
            rows = connection.execute("SELECT id, name FROM chargers ORDER BY created_at DESC LIMIT 100").fetchall()
        return answer(200, "application/json", {"items": [{"id": str(id), "name": name} for id, name in rows]})
    problem = {
        "type": "about:blank",
        "title": "Bad input",
        "status": 400,
        "detail": f"{len(errors)} fields are not valid.",
        "request_id": request_id,
        "errors": errors,
    }
    return answer(400, "application/problem+json", problem)


def answer(status: int, content_type: str, body: dict) -> dict:
    return {
        "statusCode": status,
        "headers": {"content-type": content_type},
        "body": json.dumps(body, separators=(",", ":")),
        "isBase64Encoded": False,
    }
