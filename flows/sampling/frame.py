"""Frames: everybody an answer could be about, frozen row by row, each with the shipment or complaint it is about.

Served in a period are customers with a shipment whose day lies in it: the day it was delivered; as long as it was
not, the day it was promised for, so that what is late or lost is not left out. Refunds are no shipments. Merged
records are one customer. Of several shipments one is chosen by a keyed hash, so that each is as likely: an answer is
about a shipment as customers get them, not about their last or their best.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.classing.totals import BECAME
from flows.sampling.draw import Numbers, as_numbers
from models.values.class_policy import Basis
from models.values.classes import Period
from models.values.rounds import UNKNOWN, Cell, CellCount, Member

DAY = "coalesce(shipments.delivered_at, shipments.promised_at, shipments.ordered_at)"

CHOSEN = """CREATE TEMP TABLE chosen (customer_id int, shipment_customer_id int, order_id varchar(64),
    complaint_id uuid) ON COMMIT DROP"""

SERVED = text(
    f"""INSERT INTO chosen
    WITH RECURSIVE {BECAME}, served AS (
        SELECT coalesce(roots.root, shipments.customer_id) AS customer_id,
            shipments.customer_id AS shipment_customer_id, shipments.order_id,
            hashtextextended(shipments.customer_id || ':' || shipments.order_id, :seed) AS chance
        FROM shipments LEFT JOIN roots ON roots.id = shipments.customer_id
        WHERE {DAY} BETWEEN :first AND :last AND shipments.amount >= 0
    )
    SELECT DISTINCT ON (customer_id) customer_id, shipment_customer_id, order_id, NULL::uuid
    FROM served ORDER BY customer_id, chance, shipment_customer_id, order_id"""  # noqa: S608 - nothing of a user's
)

CLASSED = text(
    f"""CREATE TEMP TABLE classed ON COMMIT DROP AS
    WITH RECURSIVE {BECAME}, newest AS (
        SELECT DISTINCT ON (currency) id FROM class_snapshots WHERE basis = :basis
        ORDER BY currency, to_day <= :day DESC, to_day DESC, id DESC
    ), given AS (
        SELECT DISTINCT ON (coalesce(roots.root, given.customer_id))
            coalesce(roots.root, given.customer_id) AS customer_id, given.customer_class
        FROM class_overrides AS given LEFT JOIN roots ON roots.id = given.customer_id
        WHERE given.until >= :day ORDER BY coalesce(roots.root, given.customer_id), given.id DESC
    ), computed AS (
        SELECT coalesce(roots.root, members.customer_id) AS customer_id, min(members.customer_class) AS customer_class
        FROM class_members AS members LEFT JOIN roots ON roots.id = members.customer_id
        WHERE members.snapshot_id IN (SELECT id FROM newest) GROUP BY 1
    )
    SELECT chosen.*, coalesce(given.customer_class, computed.customer_class, :unknown) AS customer_class,
        coalesce(nullif(customers.line, ''), :unknown) AS line,
        coalesce(nullif(customers.branch, ''), :unknown) AS branch
    FROM chosen LEFT JOIN customers ON customers.id = chosen.customer_id
    LEFT JOIN given ON given.customer_id = chosen.customer_id
    LEFT JOIN computed ON computed.customer_id = chosen.customer_id"""  # noqa: S608 - nothing of a user's is in it
)
"""The class of a customer as cases get it at intake (flows.classing.intake), for all of them at once."""

CELLS = text(
    """SELECT customer_class, line, branch, count(*) AS population FROM classed GROUP BY customer_class, line, branch
    ORDER BY customer_class COLLATE "C", line COLLATE "C", branch COLLATE "C\""""
)

NUMBERED = "jsonb_to_recordset({}) AS cells (number int, customer_class text, line text, branch text)"

FREEZE = text(
    f"""INSERT INTO round_members
        (round_id, position, customer_id, shipment_customer_id, order_id, complaint_id, cell)
    SELECT :round, row_number() OVER (ORDER BY customer_id, complaint_id, order_id), customer_id,
        shipment_customer_id, order_id, complaint_id, cells.number
    FROM classed JOIN {NUMBERED.format("CAST(:cells AS jsonb)")} USING (customer_class, line, branch)"""  # noqa: S608 - nothing of a user's
)

ROWS = f"""SELECT position, customer_id, shipment_customer_id, order_id, complaint_id, customer_class, line, branch
    FROM round_members LEFT JOIN {NUMBERED.format("$2::text::jsonb")} ON cells.number = round_members.cell
    WHERE round_id = $1 ORDER BY position"""  # noqa: S608 - nothing of a user's is in it


@dataclass(frozen=True)
class Frame:
    """`cells` in the order of their numbers; `hash`: SHA-256 of the rows (`frame_hash`)."""

    cells: tuple[CellCount, ...]
    hash: str

    @property
    def population(self) -> int:
        return sum(one.population for one in self.cells)


async def freeze_served(connection: AsyncConnection, round_id: int, period: Period, seed: int, basis: Basis) -> Frame:
    """Freeze the customers served in a period as the frame of a round; it may come out empty."""
    await connection.execute(text(CHOSEN))
    await connection.execute(SERVED, {"first": period.first, "last": period.last, "seed": seed})
    return await _frozen(connection, round_id, period, basis)


async def freeze_listed(
    connection: AsyncConnection, round_id: int, period: Period, members: Sequence[Member], basis: Basis
) -> Frame:
    """Freeze a list of members (complaints, accounts, customers to win back) as the frame of a round."""
    await connection.execute(text(CHOSEN))
    driver = (await connection.get_raw_connection()).driver_connection
    assert driver is not None  # noqa: S101 - an open connection has one
    rows = [(one.customer_id, one.shipment_customer_id, one.order_id, one.complaint_id) for one in members]
    await driver.copy_records_to_table("chosen", records=rows)
    return await _frozen(connection, round_id, period, basis)


async def cells_in_order(connection: AsyncConnection, round_id: int) -> Numbers:
    """The cell of each row of a frame, in order of position."""
    query = text("SELECT array_agg(cell ORDER BY position) FROM round_members WHERE round_id = :round")
    return as_numbers((await connection.execute(query, {"round": round_id})).scalar_one() or [])


async def frame_hash(connection: AsyncConnection, round_id: int, cells: Sequence[CellCount]) -> str:
    """SHA-256 of the rows as PostgreSQL's COPY writes them as text (tabs between, `\\N` for nothing), UTF-8.

    Position, customer, whose shipment, order, complaint, class, line, branch; in order of position.
    """
    digest = hashlib.sha256()

    async def take(chunk: bytes) -> None:
        digest.update(chunk)

    driver = (await connection.get_raw_connection()).driver_connection
    assert driver is not None  # noqa: S101 - an open connection has one
    await driver.copy_from_query(ROWS, round_id, _numbered(cells), output=take)
    return digest.hexdigest()


async def _frozen(connection: AsyncConnection, round_id: int, period: Period, basis: Basis) -> Frame:
    await connection.execute(text("ANALYZE chosen"))
    await connection.execute(CLASSED, {"day": period.last, "basis": basis, "unknown": UNKNOWN})
    cells = tuple(
        CellCount(Cell(row.customer_class, row.line, row.branch), row.population)
        for row in (await connection.execute(CELLS)).all()
    )
    await connection.execute(FREEZE, {"round": round_id, "cells": _numbered(cells)})
    for table in ("chosen", "classed"):
        await connection.execute(text(f"DROP TABLE {table}"))
    return Frame(cells, await frame_hash(connection, round_id, cells))


def _numbered(cells: Sequence[CellCount]) -> str:
    listed: list[dict[str, Any]] = [{"number": number, **vars(one.cell)} for number, one in enumerate(cells)]
    return json.dumps(listed, ensure_ascii=False)
