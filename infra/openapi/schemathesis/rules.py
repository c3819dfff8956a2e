"""What `infra/openapi.json` cannot say: rules between parameters, texts that only the service itself makes, and ids that exist.

A request that is meant to be good is changed until it keeps these rules too, so that a refusal of it is a fault. Bad ones are sent
as they are. No check is left out; one answer is accepted that a check does not expect, see `filter_failure`.
"""

import itertools
import json
import os

import schemathesis
from run import post
from schemathesis.generation.meta import TestPhase

URL = os.environ["SHARASPOT_URL"]
CHARGER_IDS = json.loads(os.environ["SHARASPOT_CHARGERS"])
# Page numbers reach so many items.
MAX_REACH = 1_000_000
MAX_PORTS = 100
CHARGERS = itertools.cycle(CHARGER_IDS)
NUMBERS = itertools.count()


@schemathesis.hook
def filter_failure(context, failure, case, response) -> bool:
    """API Gateway knows no 405: a method without a route is its 404, word for word, and nothing else is accepted for one."""
    if type(failure).__name__ != "UnsupportedMethodResponse":
        return True
    # With another method this path is a charger's, whose id is "batch".
    if case.path == "/api/chargers/batch" and case.method in ("GET", "PATCH", "DELETE"):
        return False
    return not (response.status_code == 404 and response.json() == {"message": "Not Found"})


@schemathesis.hook
def before_call(context, case, kwargs) -> None:
    """Makes a good request keep the rules of its operation."""
    if not (case.meta and case.meta.generation.mode.is_positive):
        return
    if "Idempotency-Key" in case.headers:
        # Under a key that was used for another request every request is refused.
        case.headers["Idempotency-Key"] = f"{next(NUMBERS)}-{case.headers['Idempotency-Key']}"[:255]
    if case.path.startswith("/api/chargers/{id}") and case.meta.phase.name != TestPhase.STATEFUL:
        # One that exists; what belongs together in a sequence of requests is for the links to say.
        case.path_parameters["id"] = next(CHARGERS)
    RULES.get(case.operation.definition.raw.get("operationId"), lambda case: None)(case)


def list_chargers(case) -> None:
    query = case.query
    keep_within_reach(query)
    if "user_lat" not in query or "user_lng" not in query:
        for name in ("user_lat", "user_lng", "max_distance"):
            query.pop(name, None)
    if query.get("sort") == "distance" and "max_distance" not in query:
        query["sort"] = "created"
    if "bbox" in query:
        west, south, east, north = query["bbox"].split(",")
        south, north = sorted([south, north], key=float)
        query["bbox"] = ",".join([west, south, east, north])


def list_verifications(case) -> None:
    keep_within_reach(case.query)


def keep_within_reach(query) -> None:
    # Only an answer has a cursor that is good, and only for the same search: the tests page by it.
    query.pop("cursor", None)
    # Values are text already, as they will be sent.
    if int(query.get("page", 1)) * int(query.get("page_size", 100)) > MAX_REACH:
        query["page"] = "1"


def search_route(case) -> None:
    case.body.pop("cursor", None)
    route = case.body["route"]
    if "polyline" in route:
        route["polyline"] = "_p~iF~ps|U_ulLnnqC_mqNvxq`@" if route["precision"] == 5 else "_izlhA~rlgdF_{geC~ywl@_kwzCn`{nI"
    # Neighbours on opposite sides of the globe have no line between them, and no route goes around it twice.
    for place in [route.get("origin"), route.get("destination"), *(route.get("waypoints") or [])]:
        if place:
            place["lat"], place["lng"] = place["lat"] / 10, place["lng"] / 10
    for position in route.get("coordinates") or []:
        position[:2] = position[0] / 1000, position[1] / 1000


def create_charger(case) -> None:
    counts = [connector.get("count") or 1 for connector in case.body.get("connectors") or []]
    if case.body.get("total_ports") is None and sum(counts) > MAX_PORTS:
        case.body["total_ports"] = MAX_PORTS


def create_upload(case) -> None:
    for upload in case.body.get("files") or [case.body]:
        if upload.get("charger_id"):
            # A new one: any other may have been deleted by a request that was not meant to be good and was.
            upload["charger_id"] = new_charger()


def come_as_visitor(case) -> str:
    """Somebody whom nobody has seen before; their token."""
    token = post(f"{URL}/dev/token", {"sub": f"visitor-{next(NUMBERS)}"})["token"]
    case.headers["Authorization"] = f"Bearer {token}"
    return token


def delete_me(case) -> None:
    # The one who uploads photos must not lose them on the way.
    come_as_visitor(case)


def verify_charger(case) -> None:
    # A person may do so a dozen times in an hour: everybody comes once, with a photo that is theirs.
    token = come_as_visitor(case)
    had_photo = [case.body.pop(name, None) for name in ("photo_id", "photo_url")]
    if any(had_photo):
        photo = {"kind": "verification", "content_type": "image/jpeg", "size_bytes": 1000}
        case.body["photo_id"] = post(f"{URL}/api/uploads", photo, token)["photo_id"]


def get_me(case) -> None:
    for name in ("chargers_cursor", "verifications_cursor"):
        case.query.pop(name, None)


def change_me(case) -> None:
    if case.body["photo_id"]:
        photo = {"kind": "profile", "content_type": "image/jpeg", "size_bytes": 1000}
        case.body["photo_id"] = post(f"{URL}/api/uploads", photo, os.environ["SHARASPOT_TOKEN"])["photo_id"]


def new_charger() -> str:
    body = {"name": "Depot", "address": "1 Main Street", "port_types": ["CCS"], "total_ports": 1, "allow_duplicate": True}
    body |= {"latitude": 0, "longitude": 0}
    return post(f"{URL}/api/chargers", body, os.environ["SHARASPOT_TOKEN"])["charger"]["id"]


def delete_charger(case) -> None:
    # One that nobody will miss.
    case.path_parameters["id"] = new_charger()


def list_changes(case) -> None:
    # Only an answer has a token that is good.
    case.query.pop("since", None)


def change_charger(case) -> None:
    create_charger(case)
    # What is free is held against what there is, which only the charger knows.
    case.body.pop("available_ports", None)
    if not case.body:
        case.body["name"] = "Depot"


RULES = {
    "deleteCharger": delete_charger,
    "listChanges": list_changes,
    "changeCharger": change_charger,
    "getMe": get_me,
    "changeMe": change_me,
    "deleteMe": delete_me,
    "listVerifications": list_verifications,
    "verifyCharger": verify_charger,
    "listChargers": list_chargers,
    "searchRoute": search_route,
    "createCharger": create_charger,
    "createUpload": create_upload,
}
