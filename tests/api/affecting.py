"""An incident with shipments aboard: what the tests of the affected and of notice tasks share."""

from datetime import timedelta
from typing import Any

from sqlalchemy import insert

from models.customer import customers
from models.shipment import shipments
from tests.api.centre import MORNING, Centre
from tests.api.incidents import first

TODAY = MORNING.date()
TRUCK = "沪A·12345"


async def customer(centre: Centre, code: str) -> int:
    async with centre.engine.begin() as connection:
        name = centre.office.resources.seal.close({"name": code})
        query = insert(customers).values(code=code, name=name).returning(customers.c.id)
        id_: int = (await connection.execute(query)).scalar_one()
    return id_


async def ship(centre: Centre, customer_id: int, order: str, **more: Any) -> None:
    values = {"customer_id": customer_id, "order_id": order, "waybill_no": f"W{order}", "amount": 10, "currency": "CNY"}
    values |= {"ordered_at": TODAY - timedelta(days=1), "vehicle": TRUCK} | more
    async with centre.engine.begin() as connection:
        await connection.execute(insert(shipments).values(values))


async def reported(centre: Centre, **more: Any) -> str:
    id_: str = (await centre.hub.post("/incidents", first(**more))).json()["id"]
    await centre.carry()
    return id_


async def tasks(centre: Centre) -> list[dict[str, Any]]:
    found = (await centre.manager.get("/cases", stage="customer_notice")).json()["items"]
    return [await centre.manager.read(one["id"]) for one in found]


async def affected(centre: Centre, id_: str, **query: Any) -> dict[str, Any]:
    answer = await centre.manager.get(f"/incidents/{id_}/affected", **query)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page
