"""Nobody without a name: every answer but the probes wants a token that is known, current and not revoked."""

import asyncio
import time

import pytest
from sqlalchemy import func, select, text, update

from api.desk import TOKEN_SECONDS
from flows.roster import leave
from flows.staffing import create_token, digest
from models.staff import tokens
from tests.api.centre import DELAY, Centre, is_problem

PATHS = [
    ("POST", "/complaints"),
    ("GET", "/cases"),
    ("GET", "/cases/0197c0de-0000-7000-8000-000000000001"),
    ("POST", "/cases/0197c0de-0000-7000-8000-000000000001/acts/note"),
    ("GET", "/queue"),
    ("POST", "/queue/take"),
    ("GET", "/runs"),
    ("POST", "/runs/0197c0de-0000-7000-8000-000000000001/cancel"),
]


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Bearer rdr_" + "A" * 43,
        "Bearer " + "a" * 7000,
        "Basic YTpi",
        "Bearer é",
    ],
)
async def test_without_a_known_token_nothing_is_done(centre: Centre, authorization: str | None) -> None:
    headers = {} if authorization is None else {b"Authorization": authorization.encode("latin-1")}
    before = await centre.counts()
    async with centre.client() as stranger:
        for method, path in PATHS:
            answer = await stranger.request(method, path, json={"text": DELAY, "version": 1}, headers=headers)
            is_problem(answer, 401, 422 if "acts" in path or "complaints" in path else 401)
            if answer.status_code == 401:
                assert answer.headers["www-authenticate"].startswith("Bearer")
        answer = await stranger.post("/complaints", json={"text": DELAY}, headers=headers)
        is_problem(answer, 401)
        assert (authorization or "Bearer x")[7:60] not in answer.text or len(authorization or "") < 9
    assert await centre.counts() == before


async def test_a_token_is_kept_only_as_its_digest(centre: Centre) -> None:
    async with centre.engine.connect() as connection:
        kept = (await connection.execute(select(tokens.c.digest))).scalars().all()
    assert digest(centre.handler.token) in kept
    assert centre.handler.token not in kept


async def test_an_expired_token_is_refused(centre: Centre) -> None:
    async with centre.engine.begin() as connection:
        token = await create_token(connection, "handler", days=1)
        past = update(tokens).where(tokens.c.digest == digest(token))
        await connection.execute(past.values(expires_at=func.now() - text("interval '1 second'")))
    async with centre.client(token) as late:
        is_problem(await late.get("/cases"), 401)


async def test_each_kind_of_bad_token_gets_its_sentence(centre: Centre) -> None:
    async with centre.engine.begin() as connection:
        expired, revoked = [await create_token(connection, "handler", days=1) for _ in range(2)]
        past = update(tokens).where(tokens.c.digest == digest(expired))
        await connection.execute(past.values(expires_at=func.now() - text("interval '1 second'")))
        ended = update(tokens).where(tokens.c.digest == digest(revoked))
        await connection.execute(ended.values(revoked_at=func.now()))
    said = {
        expired: ("this token has expired", "该令牌已过期"),
        revoked: ("this token was revoked", "该令牌已吊销"),
        "rdr_" + "A" * 43: ("none of this centre's", "本中心没有该令牌"),
    }
    for token, (english, chinese) in said.items():
        async with centre.client(token) as caller:
            answer = await caller.post("/complaints", json={"text": DELAY})
        problem = is_problem(answer, 401)
        assert english in problem["detail"]
        assert chinese in problem["detail_zh"]
        assert token not in answer.text


async def test_anothers_token_is_another_person_and_never_the_one_he_claims_to_be(centre: Centre) -> None:
    """What is done with a token is on the name of its owner; his idempotency keys are his own too."""
    id_ = await centre.carried()
    owner = await centre.owner(id_)
    version = (await owner.read(id_))["version"]
    said = {"version": version, "remedy": "致歉"}
    first = await owner.post(f"/cases/{id_}/acts/propose", said, key="mine")
    assert first.status_code == 200
    answer = await centre.revisitor.post(f"/cases/{id_}/acts/propose", said, key="mine")
    is_problem(answer, 403, 409)
    assert (await owner.events(id_))[-1]["actor"] == owner.name


async def test_who_left_is_refused(centre: Centre) -> None:
    async with centre.engine.begin() as connection:
        await leave(connection, "handler", await centre.now())
    is_problem(await centre.handler.get("/queue"), 401)
    id_ = await centre.carried()
    assert (await centre.owner(id_)) is centre.colleague


async def test_a_revoked_token_is_refused_within_a_second_or_two(centre: Centre) -> None:
    assert (await centre.handler.get("/queue")).status_code == 200
    async with centre.engine.begin() as connection:
        revoke = update(tokens).where(tokens.c.digest == digest(centre.handler.token))
        await connection.execute(revoke.values(revoked_at=func.now()))
    revoked = time.monotonic()
    last_believed = asked = revoked
    while (await centre.handler.get("/queue")).status_code != 401:
        last_believed, asked = asked, time.monotonic()
        await asyncio.sleep(0.05)
    assert last_believed - revoked <= TOKEN_SECONDS
    assert (await centre.colleague.get("/queue")).status_code == 200
