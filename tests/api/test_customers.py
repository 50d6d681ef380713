"""Customers over HTTP: who is calling, masked by role, written down; nothing personal in errors."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from api.app import create_app
from flows.customers import importing
from flows.customers.columns import What
from flows.customers.importing import Wanted
from flows.staffing import NewStaff, add_staff, create_token
from models.settings import Settings
from models.values.people_terms import Role
from tests.fixtures.database import KEY, Database
from tests.fixtures.office import Office
from tests.flows.customers.carried import carry

PEOPLE = "customer_id,name,phone,line\nc1,王小明,13812345678;010-62345678,road\nc2,赵大,13900000002,air\nc3,王小明,,\n"
ORDERS = "customer_id,order_id,ordered_at,amount,profit,waybill_no,review_score\n" + "".join(
    f"c1,o{n:02},2024-03-{n:02},{n}.50,1.00,SF{n},4\n" for n in range(1, 16)
)


@dataclass
class Desk:
    """The API with its people: `get` and `post` as somebody of a role."""

    http: httpx.AsyncClient
    tokens: dict[Role, str]

    async def get(self, path: str, role: Role = Role.ACCEPTOR) -> httpx.Response:
        return await self.http.get(path, headers=self._by(role))

    async def post(self, path: str, said: Any, role: Role = Role.ACCEPTOR, key: str | None = None) -> httpx.Response:
        more = {"Idempotency-Key": key} if key else {}
        return await self.http.post(path, json=said, headers=self._by(role) | more)

    async def look_up(self, role: Role = Role.ACCEPTOR, **said: str) -> Any:
        answer = await self.post("/customers/lookup", said, role)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def _by(self, role: Role) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens[role]}"}


@pytest.fixture
async def desk(database: Database, office: Office, tmp_path) -> AsyncIterator[Desk]:
    for what, content in ((What.CUSTOMERS, PEOPLE), (What.SHIPMENTS, ORDERS)):
        path = tmp_path / f"{what}.csv"
        path.write_text(content)
        await importing.run(database.engine, database.seal, Wanted(what, path))
    app = create_app(Settings(database_url=database.url, secret_key=KEY, prefect_api_url="http://127.0.0.1:9/api"))
    tokens = {}
    async with app.router.lifespan_context(app):
        async with database.engine.begin() as connection:
            for role in Role:
                await add_staff(connection, NewStaff(f"the {role}", role))
                tokens[role] = await create_token(connection, f"the {role}")
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://redress/api/v1") as http:
            yield Desk(http, tokens)


async def test_a_caller_is_known_by_phone_with_everything_at_hand(desk, office):
    (case,) = await office.complain(1, caller={"phone": "+86 138 1234 5678"})
    await carry(office)
    version = (await desk.get(f"/cases/{case}")).json()["version"]
    promise = {"version": version, "what": "明天给王先生回电", "by": "2099-01-01T10:00:00+08:00"}
    assert (await desk.post(f"/cases/{case}/acts/promise", promise, Role.SUPERVISOR)).status_code == 200
    found = await desk.look_up(phone="138-1234-5678")
    customer = found["customer"]
    assert customer["code"] == "c1"
    assert customer["orders_in_all"] == 15
    assert [order["order_id"] for order in customer["orders"]] == [f"o{n:02}" for n in range(15, 5, -1)]
    assert [one["id"] for one in customer["open_cases"]] == [str(case)]
    assert customer["earlier_cases"] == []
    assert customer["promises"][0]["what"] == "明天给王先生回电"
    assert customer["last_revisit"] is None
    assert found["matches"] == found["cases"] == []


async def test_every_indicator_comes_with_its_method_and_says_what_was_not_measured(desk):
    customer = (await desk.look_up(waybill="sf3"))["customer"]
    by_name = {one["name"]: one for one in customer["indicators"]}
    assert by_name["profit"]["value"] == "15.00"
    assert by_name["satisfaction"]["value"] == "4.00"
    assert by_name["credit"]["measured"] is False
    assert by_name["credit"]["missing"]["zh"] == "系统未记录付款"
    assert all(one["method"]["zh"] and one["method"]["en"] for one in customer["indicators"])
    assert customer["record"]["since"] == "2024-03-15", "his last order"


async def test_of_several_of_one_name_all_are_listed(desk):
    found = await desk.look_up(name="王小明 ")
    assert found["customer"] is None
    assert sorted(one["code"] for one in found["matches"]) == ["c1", "c3"]


async def test_an_unknown_caller_is_shown_the_cases_of_his_number(desk, office):
    (case,) = await office.complain(1, caller={"phone": "13877776666"})
    found = await desk.look_up(phone="138 7777 6666")
    assert found["customer"] is None
    assert [one["id"] for one in found["cases"]] == [str(case)]
    assert (await desk.look_up(phone="13877770000"))["cases"] == []


async def test_names_are_masked_by_role_and_numbers_for_everybody(desk):
    masked = (await desk.look_up(Role.ACCEPTOR, phone="13812345678"))["customer"]
    shown = (await desk.look_up(Role.ACCOUNT_MANAGER, phone="13812345678"))["customer"]
    assert masked["name"] == "王**"
    assert shown["name"] == "王小明"
    for customer in (masked, shown):
        assert sorted(customer["phones"]) == sorted(["**********5678", "*********5678"])


async def test_a_full_number_is_an_act_with_a_reason_and_written_down(desk, database):
    id_ = (await desk.look_up(phone="13812345678"))["customer"]["id"]
    path = f"/customers/{id_}/unmask"
    assert (await desk.post(path, {"reason": "回拨"}, Role.ACCEPTOR)).status_code == 403
    assert (await desk.post(path, {"reason": " "}, Role.COMPLAINT_HANDLER)).status_code == 422
    for _ in range(2):
        answer = await desk.post(path, {"reason": "王小明要求回拨"}, Role.COMPLAINT_HANDLER, key="k1")
        assert sorted(answer.json()["phones"]) == ["+861062345678", "+8613812345678"]
    rows = await database.rows(
        "SELECT a.*, s.name FROM accesses a JOIN staff s ON s.id = staff_id WHERE kind = 'unmasked'"
    )
    assert [(row.customer_id, row.name) for row in rows] == [(id_, "the complaint_handler")]
    assert database.seal.open(rows[0].reason) == {"reason": "王小明要求回拨"}
    kept = str(await database.rows("SELECT * FROM idempotency_keys")) + str(rows)
    assert "13812345678" not in kept
    assert "王小明" not in kept


async def test_every_look_up_and_reading_is_written_down_without_the_number(desk, database):
    id_ = (await desk.look_up(phone="13812345678"))["customer"]["id"]
    await desk.look_up(phone="13877770000")
    assert (await desk.get(f"/customers/{id_}")).status_code == 200
    rows = await database.rows("SELECT kind, customer_id, staff_id IS NOT NULL AS known FROM accesses ORDER BY id")
    assert [tuple(row) for row in rows] == [("by_phone", id_, True), ("by_phone", None, True), ("read", id_, True)]
    written = str(await database.rows("SELECT * FROM accesses"))
    assert "12345678" not in written
    assert "77770000" not in written


@pytest.mark.parametrize("role", [Role.CHANNEL, Role.BUSINESS_UNIT, Role.SCHEDULER])
async def test_to_roles_that_do_not_see_customers_they_do_not_exist(desk, role):
    id_ = (await desk.look_up(phone="13812345678"))["customer"]["id"]
    assert (await desk.post("/customers/lookup", {"phone": "13812345678"}, role)).status_code == 403
    assert (await desk.get(f"/customers/{id_}", role)).status_code == 404
    assert (await desk.post(f"/customers/{id_}/unmask", {"reason": "x"}, role)).status_code == 404
    assert (await desk.post(f"/customers/{id_}/correct", {}, role)).status_code == 404


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({}, 422),
        ({"phone": "13812345678", "name": "王小明"}, 422),
        ({"phone": "王小明" * 30}, 422),
        ({"waybill": "王小明"}, 422),
        ({"telephone": "13812345678"}, 422),
        ({"phone": "\x00"}, 422),
    ],
)
async def test_a_wrong_look_up_gets_its_sentence_without_an_echo(desk, said, status):
    answer = await desk.post("/customers/lookup", said)
    assert answer.status_code == status
    assert "王小明" not in answer.text
    assert "13812345678" not in answer.text


@pytest.mark.parametrize("id_", ["0", "99999", "2147483648", "abc"])
async def test_an_unknown_customer_is_not_found_or_invalid(desk, id_):
    assert (await desk.get(f"/customers/{id_}")).status_code in {404, 422}


async def test_a_record_is_corrected_and_verified(desk, database):
    id_ = (await desk.look_up(phone="13900000002"))["customer"]["id"]
    said = {"name": "赵大山", "add_phones": ["13900000009"], "remove_phones": ["13900000002"], "branch": "上海"}
    assert (await desk.post(f"/customers/{id_}/correct", said, Role.AUDITOR)).status_code == 403
    answer = await desk.post(f"/customers/{id_}/correct", said, Role.SUPERVISOR, key="c1")
    assert answer.status_code == 200
    assert answer.json()["name"] == "赵大山"
    assert answer.json()["record"]["stale"] is False
    again = await desk.post(f"/customers/{id_}/correct", said, Role.SUPERVISOR, key="c1")
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (await desk.look_up(phone="13900000002"))["customer"] is None
    assert (await desk.look_up(phone="13900000009"))["customer"]["id"] == id_


async def test_a_phone_of_somebody_else_is_not_taken_over(desk, database):
    id_ = (await desk.look_up(phone="13900000002"))["customer"]["id"]
    before = await database.rows("SELECT * FROM customers ORDER BY id")
    for said, status in (
        ({"add_phones": ["13812345678"]}, 409),
        ({"remove_phones": ["13812345678"]}, 409),
        ({"add_phones": ["12345"]}, 422),
    ):
        answer = await desk.post(f"/customers/{id_}/correct", said, Role.SUPERVISOR)
        assert answer.status_code == status, answer.text
        assert "13812345678" not in answer.text
    assert await database.rows("SELECT * FROM customers ORDER BY id") == before


async def test_those_complained_about_do_not_see_the_case_in_the_record(desk, office, database):
    handler = await database.value("SELECT id FROM staff WHERE name = 'the complaint_handler'")
    await office.complain(1, caller={"phone": "13812345678"}, about_staff=[handler])
    await carry(office)
    assert (await desk.look_up(Role.COMPLAINT_HANDLER, phone="13812345678"))["customer"]["open_cases"] == []
    assert len((await desk.look_up(Role.ACCEPTOR, phone="13812345678"))["customer"]["open_cases"]) == 1


async def test_only_the_cases_of_the_customer_looked_up_are_at_hand(desk, office):
    """Of many customers with cases: the one who is on the line, through whichever phone, and no other."""
    (his,) = await office.complain(1, waybill="SF1")
    (other,) = await office.complain(1, caller={"phone": "13900000002"})
    await carry(office)
    await desk.look_up(phone="010-62345678")
    assert "note" in (await desk.get(f"/cases/{his}")).json()["acts"]
    assert "note" not in (await desk.get(f"/cases/{other}")).json()["acts"]
