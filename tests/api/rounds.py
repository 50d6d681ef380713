"""A round of revisits at work in a small centre: what its tests start from."""

from typing import Any

from tests.api.centre import Centre, Person
from tests.fixtures.served import WEEK

PERIOD = {"first": str(WEEK[0]), "last": str(WEEK[1])}
ANSWERS: dict[str, Any] = {
    "expectation": 4,
    "satisfaction": 5,
    "feelings": ["relieved", "met"],
    "on_time": True,
    "undamaged": True,
    "bill_accurate": False,
    "recommend": 9,
}


async def opened(centre: Centre, **said: Any) -> str:
    """The case of a round, carried until its contacts wait for people."""
    answer = await centre.supervisor.post("/revisits/rounds", {**PERIOD, **said} if "kind" not in said else said)
    assert answer.status_code == 202, answer.text
    await centre.carry()
    id_: str = answer.json()["id"]
    return id_


async def contacts(centre: Centre) -> list[dict[str, Any]]:
    """The contacts, in the order they were opened."""
    page = (await centre.supervisor.get("/cases", procedure="revisit", limit=200)).json()
    return sorted(page["items"], key=lambda one: one["number"])


async def answered(centre: Centre, contact: str, by: Person | None = None, **changed: Any) -> dict[str, Any]:
    return await (by or centre.supervisor).done(contact, "answer-questionnaire", answers={**ANSWERS, **changed})


async def draws(database: Any, round_: int = 1) -> dict[str, Any]:
    """Each draw by the customer's code."""
    rows = await database.rows(
        """SELECT code, draws.* FROM round_draws AS draws JOIN customers ON customers.id = customer_id
        WHERE round_id = :round""",
        round=round_,
    )
    return {row.code: row for row in rows}
