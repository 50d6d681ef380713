"""Who called is sealed in the database, masked in answers, and in no error and no log."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import LargeBinary, select

from models.database import metadata
from tests.api.centre import DELAY, Centre, is_problem
from tests.api.conftest import opened, serving
from tests.fixtures.database import Database

NAME = "欧阳震华"
PHONE = "13907318264"
ADDRESS = "成都市武侯区人民南路四段27号"
SECRET_TEXT = f"我是{NAME},电话{PHONE},住{ADDRESS},快递延误了八天还没送到"
CALLER = {"name": NAME, "phone": PHONE, "address": ADDRESS}
PERSONAL = (NAME, PHONE, ADDRESS)


def holds(haystack: bytes, needle: str) -> bool:
    """In UTF-8, or as JSON escapes it."""
    escaped = json.dumps(needle)[1:-1]
    return needle.encode() in haystack or escaped.encode() in haystack


async def everything(centre: Centre) -> dict[str, bytes]:
    """Every value of every column of every table, as bytes."""
    found: dict[str, bytes] = {}
    async with centre.engine.connect() as connection:
        for table in metadata.sorted_tables:
            for column in table.columns:
                values = (await connection.execute(select(column))).scalars().all()
                binary = isinstance(column.type, LargeBinary)
                found[str(column)] = b"\n".join(
                    value or b"" if binary else json.dumps(value, default=str, ensure_ascii=False).encode()
                    for value in values
                )
    return found


async def a_busy_case(centre: Centre) -> str:
    """A case in which people wrote personal things wherever they can write."""
    id_ = await centre.carried(SECRET_TEXT, caller=CALLER, remedy_sought=f"请打{PHONE}", waybill="SF6")
    owner = await centre.owner(id_)
    said = f"{NAME} {PHONE} {ADDRESS}"
    await owner.done(id_, "note", text=said, contact=True)
    await owner.done(id_, "promise", what=said, by="2026-03-05T10:00:00+08:00")
    await owner.done(id_, "keep-promise", promise=(await owner.events(id_))[-1]["seq"], how=said)
    await owner.done(id_, "hold", reason="waiting_customer", why=said)
    await owner.done(id_, "resume", why=said)
    await centre.supervisor.done(id_, "classify", kind="complaint", category="delay", why=said)
    await centre.carry()
    owner = await centre.owner(id_)
    await owner.done(id_, "propose", remedy=said, compensation=500)
    await centre.supervisor.done(id_, "reject", why=said)
    await owner.done(id_, "propose", remedy=said, compensation=500)
    await centre.supervisor.done(id_, "approve", remark=said)
    await owner.done(id_, "carry-out", method="redirect", finding=said)
    await owner.done(id_, "feed-back", accepted=False, said=said)
    await centre.supervisor.done(id_, "reassign", why=said, to=owner.id)
    await owner.done(id_, "escalate", why=said)
    await centre.carry()
    sent = {"channel": "sms", "sent_at": "2026-03-04T09:00:00+08:00"}
    await centre.supervisor.done(id_, "withdraw", message=said, **sent)
    await centre.carry()
    await centre.supervisor.done(id_, "reopen", why=said)
    await centre.carry()
    await centre.general_manager.done(id_, "propose", remedy=said)
    await centre.general_manager.done(id_, "carry-out", method="redirect", finding=said)
    await centre.general_manager.done(id_, "feed-back", accepted=True, said=said)
    await centre.carry()
    await centre.revisitor.done(id_, "survey", solved=True, satisfaction=5, remark=said)
    await centre.carry()
    await (await centre.owner(id_)).done(id_, "confirm", remark=said)
    await centre.carry()
    assert (await centre.supervisor.read(id_))["stage"] == "closed"
    return id_


async def test_no_column_of_no_table_holds_what_is_personal_in_plain(centre: Centre) -> None:
    await a_busy_case(centre)
    stored = await everything(centre)
    assert holds(stored["cases.waybill"], "SF6"), "the scan finds what is there"
    assert holds(stored["staff.name"], "supervisor")
    assert not [(column, one) for column, value in stored.items() for one in PERSONAL if holds(value, one)]
    sealed = stored["events.sealed"]
    assert len(sealed) > 1000


async def test_answers_mask_the_caller(centre: Centre) -> None:
    id_ = await centre.carried(DELAY, caller=CALLER)
    case = (await centre.supervisor.get(f"/cases/{id_}")).json()
    assert case["statement"]["caller_name"] == "欧***"
    assert case["statement"]["caller_phone"] == "*******8264"
    for path in ("/cases", f"/cases/{id_}", f"/cases/{id_}/events", f"/cases/{id_}/runs", "/queue", "/runs"):
        answer = await centre.supervisor.get(path)
        assert not [one for one in PERSONAL if holds(answer.content, one)], path


@pytest.mark.parametrize("caller", [None, {}, {"name": "张"}, {"phone": "0"}, {"phone": "不详"}, {"address": ADDRESS}])
async def test_unknown_and_anonymous_callers_are_welcome(centre: Centre, caller: Any) -> None:
    id_ = await centre.carried(DELAY, **({"caller": caller} if caller is not None else {}))
    case = await centre.supervisor.read(id_)
    assert case["stage"] == "carry_out"
    shown = json.dumps(case["statement"], ensure_ascii=False)
    assert not [one for one in (caller or {}).values() if len(one) > 1 and one in shown]


async def test_errors_and_logs_hold_nothing_personal(database: Database, tmp_path: Path) -> None:
    async with opened(database, clock="real") as centre, serving(database, tmp_path) as url:
        await centre.move_to(url)
        web = centre.web_form
        id_ = (await web.post("/complaints", {"text": SECRET_TEXT, "caller": CALLER}, key="once")).json()["id"]
        wrong = [
            {"text": SECRET_TEXT, "caller": CALLER, NAME: PHONE},
            {"text": SECRET_TEXT, "caller": {**CALLER, "phone": PHONE * 9}},
            {"text": SECRET_TEXT, "channel": PHONE},
            {"text": SECRET_TEXT, "received_at": ADDRESS},
            {"text": SECRET_TEXT, "waybill": NAME},
            {"text": SECRET_TEXT * 400, "caller": CALLER},
        ]
        answers = [await web.post("/complaints", body) for body in wrong]
        answers.append(
            await web.post("/complaints", {"text": SECRET_TEXT, "caller": CALLER, "channel": "sms"}, key="once")
        )
        answers.append(await centre.supervisor.act(id_, "propose", remedy=SECRET_TEXT))
        answers.append(await centre.supervisor.act(id_, "note", version=99, text=SECRET_TEXT))
        async with database.engine.connect() as blocking:  # a statement that fails in the database
            await blocking.exec_driver_sql("LOCK TABLE events IN ACCESS EXCLUSIVE MODE")
            answers.append(await web.post("/complaints", {"text": SECRET_TEXT, "caller": CALLER}))
            assert is_problem(answers[-1], 503)
            assert answers[-1].headers["retry-after"]
            await blocking.rollback()
        for answer in answers:
            is_problem(answer, 409, 422, 503)
            assert not [one for one in PERSONAL if holds(answer.content, one)]
    log = (tmp_path / "api.log").read_bytes()
    assert b"POST /api/v1/complaints" in log, "it does log"
    assert b"database away" in log
    assert not [one for one in (*PERSONAL, DELAY) if holds(log, one)]
