"""Rounds of revisits over HTTP: opened once, worked, answered, ended; and what is refused."""

from tests.api.centre import Centre, is_problem
from tests.fixtures.database import Database
from tests.fixtures.served import WEEK, serve

PERIOD = {"first": str(WEEK[0]), "last": str(WEEK[1])}


async def test_play(centre: Centre, database: Database) -> None:
    await serve(database)
    answer = await centre.supervisor.post("/revisits/rounds", PERIOD)
    assert answer.status_code == 202, answer.text
    id_ = answer.json()["id"]
    await centre.carry()
    print(await centre.supervisor.read(id_))
    print((await centre.supervisor.events(id_)))
    print((await centre.supervisor.get("/revisits/rounds")).text)
    contacts = (await centre.supervisor.get("/cases", procedure="revisit", limit=200)).json()["items"]
    print(len(contacts), contacts[0])
    print((await centre.revisitor.get("/queue")).text[:600])
    c = contacts[0]["id"]
    print(await centre.revisitor.read(c))
    print((await centre.revisitor.act(c, "contact", outcome="no_answer")).text)
    print((await centre.revisitor.act(c, "send-link")).text)
    assert 0
