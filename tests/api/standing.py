"""A centre with some cases, and what every bad request to it must come to."""

import json
from dataclasses import dataclass
from typing import Any

import httpx
from sqlalchemy import select

from models.case import cases
from models.staff import tokens
from models.wake import wakes
from tests.api.centre import DELAY, Centre, is_problem

MARK = "回声7f3a"
NAME = "Zhang_San_13912345678"
"""Stand for what was sent; no answer may hold them."""
JSON = {"Content-Type": "application/json"}
NOBODY = "00000000-0000-7000-8000-000000000000"
"""An id that no case has."""


@dataclass(frozen=True)
class Standing:
    """A centre with a case at `carry_out`, one in triage and one just received."""

    centre: Centre
    carry_out: str
    triage: str
    received: str

    async def snapshot(self) -> Any:
        """The rows of every table counted, and the cases, wakes and tokens themselves."""
        async with self.centre.engine.connect() as connection:
            rows = [
                (await connection.execute(select(table).order_by(*table.primary_key))).all()
                for table in (cases, wakes, tokens)
            ]
        return await self.centre.counts(), rows


async def refused(
    standing: Standing, method: str, path: str, *statuses: int, by: str = "supervisor", **sent: Any
) -> dict[str, Any]:
    """Asserts that the request is a problem of one of these statuses, changes nothing and echoes nothing."""
    before = await standing.snapshot()
    answer: httpx.Response = await standing.centre.people[by].http.request(method, path, **sent)
    problem = is_problem(answer, *statuses)
    assert await standing.snapshot() == before
    assert MARK not in answer.text
    assert NAME not in answer.text
    return problem


def complaint(**fields: Any) -> bytes:
    return json.dumps({"text": DELAY} | fields).encode()
