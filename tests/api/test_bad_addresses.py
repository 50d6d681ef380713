"""The same of what stands in the address and the headers: ids, queries, keys, methods."""

import base64
import json
from math import inf
from uuid import uuid4

import pytest

from flows.acts.registry import ACTS
from tests.api.said import SAID
from tests.api.standing import JSON, MARK, NAME, NOBODY, Standing, complaint, refused

IDS = [
    MARK,
    NAME,
    "x",
    "1",
    "-",
    "%00",
    "%ED%A0%80",
    "%F0%9F%99%82",
    "a" * 300,
    "0" * 35,
    "{}",
    "00000000-0000-0000-0000-00000000000g",
]
SEVERAL = [
    "/cases/{}",
    "/cases/{}/events",
    "/cases/{}/runs",
    "/cases/{}/settlement",
    "/cases/{}/dossier",
    "/runs/{}",
    "/notices/{}",
]


@pytest.mark.parametrize("bad", IDS)
async def test_a_malformed_id_is_refused(standing: Standing, bad: str) -> None:
    for path in SEVERAL:
        problem = await refused(standing, "GET", path.format(bad), 422)
        assert problem["errors"][0]["error"] == "must be a UUID"
    for path in ("/cases/{}/acts/note", "/cases/{}/acts/release", "/runs/{}/cancel"):
        await refused(standing, "POST", path.format(bad), 422, json={"version": 1, "text": MARK})


async def test_an_unknown_id_is_not_found(standing: Standing) -> None:
    for path in SEVERAL:
        await refused(standing, "GET", path.format(uuid4()), 404)
    for act in ACTS:
        said = {"version": 1, **SAID[act]}
        await refused(standing, "POST", f"/cases/{uuid4()}/acts/{act}", 404, json=said)
    await refused(standing, "POST", f"/cases/{uuid4()}/acts/release", 404)
    await refused(standing, "POST", f"/runs/{uuid4()}/cancel", 404)


NOON = "2026-03-04T12:00:00+08:00"


def _cursor(*place: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


QUERIES = {
    "/notices": [f"state={MARK}", "state=", f"kind={MARK}", "kind=%00", "case=1", "limit=0", f"cursor={MARK}", "to=me"],
    "/reports/daily": [f"day={MARK}", "day=", "day=2026-02-30", "day=%00", f"format={MARK}"],
    "/cases": [
        "limit=0",
        "limit=-1",
        "limit=201",
        "limit=1e9",
        "limit=NaN",
        "limit=9999999999999999999999999",
        f"limit={MARK}",
        "limit=",
        f"cursor={MARK}",
        "cursor=1",
        "cursor=",
        "cursor=%00",
        f"stage={MARK}",
        "owner=0",
        "owner=99999999999999999999",
        f"owner={MARK}",
        f"class={MARK}",
        "class=E",
        f"kind={MARK}",
        f"category={MARK}",
        f"waybill={MARK}",
        "waybill=",
        "waybill=%00",
        "reference=%00",
        "reference=",
        f"overdue={MARK}",
        f"quarantined={MARK}",
        "stge=closed",
        f"{NAME}=1",
        "stage=closed&limits=1",
    ],
    "/queue": ["limt=1", "limit=0", "limit=201", f"limit={MARK}"],
    "/payments": [
        f"cursor={MARK}",
        *(f"cursor={_cursor(day, NOBODY, number)}" for day, number in (("0001-01-01T00:00:00+00:00", 1), (NOON, inf))),
        f"cursor={_cursor(NOON, NOBODY, 0)}",
        "state=lost",
    ],
    "/reports/incidents": ["from=0001-01-01", "to=9999-12-31", "from=2026-03-05&to=2026-03-04", f"from={MARK}"],
    "/reports/recharges": ["first=0001-01-01", "last=9999-12-31", f"last={MARK}"],
    "/runs": ["status=open", "limit=0", "limit=201", f"cursor={MARK}", f"state={MARK}"],
}


@pytest.mark.parametrize(("path", "query"), [(path, query) for path, asked in QUERIES.items() for query in asked])
async def test_a_query_is_refused_that_asks(standing: Standing, path: str, query: str) -> None:
    await refused(standing, "GET", f"{path}?{query}", 422)


KEYS = {
    "empty": b"",
    "a space": b"a b",
    "201 characters": b"k" * 201,
    "Chinese": "键".encode(),
    "Latin-1": b"\xe9",
    "a tab": b"a\tb",
}


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
async def test_an_idempotency_key_is_refused_that_is(standing: Standing, key: bytes) -> None:
    headers = [(b"Content-Type", b"application/json"), (b"Idempotency-Key", key)]
    note = json.dumps({"version": 1, "text": MARK})
    await refused(standing, "POST", "/complaints", 422, content=complaint(), headers=headers)
    await refused(standing, "POST", f"/cases/{standing.carry_out}/acts/note", 422, content=note, headers=headers)
    await refused(standing, "POST", "/queue/take", 422, headers=headers)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/cases"),
        ("PUT", "/complaints"),
        ("GET", "/complaints"),
        ("PATCH", "/queue"),
        ("GET", "/queue/take"),
        ("POST", "/cases"),
        ("TRACE", "/runs"),
        ("GET", f"/cases/{NOBODY}/acts/note"),
        ("POST", "http://redress/health"),
    ],
)
async def test_a_method_the_address_does_not_take_is_refused(standing: Standing, method: str, path: str) -> None:
    await refused(standing, method, path, 405)
    answer = await standing.centre.supervisor.http.request(method, path)
    assert answer.headers["allow"], "RFC 9110 wants the methods that are taken"


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        f"/{MARK}",
        "/cases/",
        "/complaints/1/2/3",
        f"/cases/{NOBODY}/acts/fly",
        "http://redress/",
        "http://redress/api/v2/cases",
        "http://redress/%2e%2e/%2e%2e/etc/passwd",
        "http://redress//api/v1/cases",
    ],
)
async def test_an_address_that_is_not_there_is_not_found(standing: Standing, path: str) -> None:
    await refused(standing, "GET", path, 404)
    await refused(standing, "POST", path, 404, content=complaint(), headers=JSON)
