"""Who called is sealed in the database, masked in answers, and in no error and no log."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import LargeBinary, insert, select, update

from flows.customers.identity import seal_name
from models.case import cases
from models.customer import customers
from models.database import metadata
from models.values.people_terms import Role
from tests.api.centre import DELAY, Centre, Person, is_problem
from tests.api.conftest import opened, serving
from tests.api.incidents import FORM, WHAT, first
from tests.fixtures.database import Database
from tests.fixtures.paper import read_back

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


HIDDEN = (NAME, "17000001234", "310101199001011234", "6222021234567890", "who@mail.example", "吴记粮油", "陈先生本人")


async def read(person: Person, path: str) -> str:
    """What an answer says, whether it is JSON, a page or a paper."""
    answer = await person.get(path)
    assert answer.status_code == 200, answer.text
    paper = answer.headers["content-type"] == "application/pdf"
    return read_back(answer.content).replace("\n", "") if paper else answer.content.decode()


async def test_who_need_not_call_reads_masked_what_people_wrote(centre: Centre) -> None:
    """In the ledger, the case and the dossier; whoever handles it reads it whole."""
    waybill = "SF310101900101123"
    said = f"{NAME} tel17000001234 身份证310101199001011234 卡6222021234567890 who@mail.example 吴记粮油 {waybill}"
    caller = {"name": NAME, "phone": "17000001234"}
    id_ = await centre.carried(f"{DELAY} {said}", caller=caller, remedy_sought=said, waybill=waybill)
    async with centre.engine.begin() as connection:
        record = {"code": "c9", "name": seal_name(centre.office.desk.seal, "吴记粮油")}
        his = (await connection.execute(insert(customers).values(record).returning(customers.c.id))).scalar_one()
        known = {"customer_id": his, "unit": "delivery_station"}
        await connection.execute(update(cases).where(cases.c.id == UUID(id_)).values(known))
    handler = await centre.owner(id_)
    await handler.done(id_, "note", text=said)
    await handler.done(id_, "promise", what=said, by="2026-03-05T10:00:00+08:00")
    await handler.done(id_, "propose", remedy=said, compensation="50.00")
    agreed = {"amount": "50.00", "agreed_at": (await centre.now()).isoformat(), "how": "phone", "by": "陈先生本人"}
    await handler.done(id_, "agree", **agreed)
    masked = [
        await centre.hire("operator", Role.OPERATOR),
        await centre.hire("finance", Role.FINANCE),
        await centre.hire("auditor", Role.AUDITOR),
        await centre.hire("unit", Role.BUSINESS_UNIT, "delivery_station"),
    ]
    paths = [f"/cases/{id_}", f"/cases/{id_}/events"]
    seen = [(one.name, path, await read(one, path)) for one in masked for path in paths]
    seen.append(("auditor", "dossier", await read(centre.auditor, f"/cases/{id_}/dossier")))
    seen.append(("operator", "customer", await read(centre.operator, f"/customers/{his}")))
    for name, path, words in seen:
        assert not [one for one in HIDDEN if one in words], (name, path)
        assert waybill in words, (name, path)
    whole = await read(handler, f"/cases/{id_}/events") + await read(handler, f"/cases/{id_}/dossier")
    assert not [one for one in HIDDEN if one not in whole]


async def test_who_need_not_call_reads_an_incidents_papers_masked(centre: Centre) -> None:
    hub = await centre.hire("hub", Role.BUSINESS_UNIT, "sorting_centre")
    id_ = (await hub.post("/incidents", first(what=f"{WHAT},司机17000001234"))).json()["id"]
    await centre.carry()
    written = {"reporter": NAME, "reporter_phone": "170-0000-1234", "consignee": "吴记粮油"}
    owner = await centre.owner(id_)
    await owner.done(id_, "fill-form", fields=FORM | written | {"summary": "电话17000001234"})
    secrets = (NAME, "17000001234", "170-0000-1234", "吴记粮油")
    paths = [f"/cases/{id_}/events", *(f"/incidents/{id_}{one}" for one in ("", "/form", "/form.html", "/form.pdf"))]
    await centre.hire("auditor", Role.AUDITOR)
    await centre.hire("operator", Role.OPERATOR)
    for one in (centre.operator, centre.auditor, hub):
        for path in paths:
            words = await read(one, path)
            assert not [secret for secret in secrets if secret in words], (one.name, path)
    assert not [secret for secret in secrets if secret not in await read(owner, f"/incidents/{id_}/form.pdf")]
