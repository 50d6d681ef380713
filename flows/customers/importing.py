"""Importing a file of customers or shipments: streamed by COPY into staging tables, then set by set, in one
transaction.

Killed half-way, nothing of it is there. Two imports at once: the second waits for the first (an advisory lock).
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from flows.customers import staging
from flows.customers.columns import SHIPMENT, What, layout
from flows.customers.rows import KEYED, Batch, Reader
from flows.customers.table_file import Fault, TableFile, Unusable
from flows.customers.turns import Say, take_turn
from flows.incidents.affected import look_again
from models.customer import customers, erasures
from models.sealing import Seal
from models.values.case import Reason

WORK_MEM = "64MB"

Progress = Callable[[int, int], None]
"""Bytes read, and of how many."""


@dataclass(frozen=True)
class Wanted:
    what: What
    path: Path
    currency: str = "CNY"
    prospects: bool = False


@dataclass
class Outcome:
    """What became of the rows. `repeated` stood in the file before, `unchanged` in the database."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    repeated: int = 0
    left_out: int = 0
    warned: int = 0
    customers: int = 0
    """New customers."""
    phones: int = 0
    """New phones."""
    duplicates: int = 0
    """Customers who share a phone with another one."""
    ignored: tuple[str, ...] = ()
    encoding: str = ""
    incidents: int = 0
    """Open incidents that look for customers again, now that there are more shipments."""

    @property
    def in_vain(self) -> bool:
        """There were rows and none could be used."""
        return self.rows > 0 and self.left_out == self.rows


@dataclass
class Listener:
    """Who is told what while an import runs."""

    progress: Progress = lambda done, size: None
    say: Say = lambda line: None
    left_out: Callable[[Fault], None] = lambda fault: None
    warned: Callable[[Fault], None] = lambda fault: None


@dataclass
class _Import:
    connection: AsyncConnection
    seal: Seal
    wanted: Wanted
    tell: Listener
    outcome: Outcome = field(default_factory=Outcome)

    def left_out(self, fault: Fault) -> None:
        self.outcome.left_out += 1
        self.tell.left_out(fault)

    def warned(self, fault: Fault) -> None:
        self.outcome.warned += 1
        self.tell.warned(fault)


async def run(engine: AsyncEngine, seal: Seal, wanted: Wanted, tell: Listener | None = None) -> Outcome:
    """Raises Unusable, and OSError when the file cannot be read; then nothing was imported."""
    with TableFile(wanted.path) as file:
        async with _transaction(engine) as connection:
            here = _Import(connection, seal, wanted, tell or Listener())
            await connection.execute(text(f"SET LOCAL work_mem = '{WORK_MEM}'"))
            await take_turn(connection, "import", here.tell.say)
            reader = await _stage(here, file)
            here.tell.progress(file.size, file.size)
            here.tell.say("saving ...")
            await _save_people(here)
            if wanted.what is What.SHIPMENTS:
                await _save_shipments(here, reader.columns[2:])
            if here.outcome.new + here.outcome.changed:
                await connection.execute(text("ANALYZE customers, phones, shipments"))
                if wanted.what is What.SHIPMENTS:
                    # Last: it locks the open incidents, and people who work on them wait for the commit.
                    here.outcome.incidents = await look_again(connection)
        here.outcome.encoding = file.encoding
        return here.outcome


@asynccontextmanager
async def _transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """COPY goes past SQLAlchemy to the driver, so the driver's own errors come through: one sentence for all."""
    try:
        async with engine.begin() as connection:
            yield connection
    except (
        asyncpg.PostgresConnectionError,
        asyncpg.InterfaceError,
        asyncpg.OperatorInterventionError,
        ConnectionError,
    ):
        raise Unusable("the database went away; nothing was imported, run it again") from None
    except DBAPIError as error:
        if not error.connection_invalidated and str(getattr(error.orig, "sqlstate", ""))[:2] not in {"57", "08", "53"}:
            raise
        raise Unusable("the database went away; nothing was imported, run it again") from None


async def _stage(here: _Import, file: TableFile) -> Reader:
    found = layout(here.wanted.what, file.header())
    here.outcome.ignored = found.ignored
    query = select(erasures.c.code_key, customers.c.code).join(customers, customers.c.id == erasures.c.customer_id)
    erased = {row.code_key: row.code for row in (await here.connection.execute(query)).all()}
    currency, prospects = here.wanted.currency, here.wanted.prospects
    reader = Reader(found, here.seal, currency, prospects, erased, erased.__getitem__, here.warned, here.left_out)
    for statement in staging.TABLES:
        await here.connection.execute(text(statement))
    if here.wanted.what is What.SHIPMENTS:
        types = {KEYED.get(name, name): kind.type for name, kind in SHIPMENT.items()}
        columns = [(name, types[name]) for name in reader.columns[2:]]
        await here.connection.execute(text(staging.shipments_table(columns)))
    driver = (await here.connection.get_raw_connection()).driver_connection
    for batch in reader.batches(file.records()):
        await _copy(driver, batch, reader.columns)
        here.tell.progress(file.position, file.size)
    here.outcome.rows = reader.rows
    return reader


async def _copy(driver: Any, batch: Batch, columns: list[str]) -> None:
    for table, rows, names in (
        ("staged_customers", batch.customers, staging.CUSTOMERS),
        ("staged_phones", batch.phones, staging.PHONES),
        ("staged_shipments", batch.shipments, columns),
    ):
        if rows:
            await driver.copy_records_to_table(table, records=rows, columns=list(names))


async def _save_people(here: _Import) -> None:
    connection, outcome = here.connection, here.outcome
    await connection.execute(text("ANALYZE staged_customers, staged_phones"))
    new, changed = (await connection.execute(staging.SAVE_CUSTOMERS)).one()
    outcome.customers = new
    if here.wanted.what is What.CUSTOMERS:
        told = (await connection.execute(staging.COUNT_CUSTOMERS)).scalar_one()
        outcome.new, outcome.changed, outcome.unchanged = new, changed, told - new - changed
        outcome.repeated = outcome.rows - outcome.left_out - told
    outcome.phones = (await connection.execute(staging.SAVE_PHONES)).scalar_one()
    for row in (await connection.execute(staging.SHARED_PHONES)).all():
        outcome.duplicates += 1
        zh = f"电话已属于客户 {row.code}：可能重复，未移动"
        en = f"phone belongs to customer {row.code}: a possible duplicate, not moved"
        here.warned(Fault(row.line, Reason(zh, en)))
        await connection.execute(staging.NOTE_DUPLICATES, {"customer_id": row.customer_id, "of_id": row.of_id})


async def _save_shipments(here: _Import, columns: list[str]) -> None:
    connection, outcome = here.connection, here.outcome
    await connection.execute(text(staging.FIND_REPEATED))
    await connection.execute(text("ANALYZE staged_shipments, repeated"))
    async with connection.stream(staging.contradictions(columns)) as found:
        async for row in found:
            zh = f"同一订单在第 {row.first} 行已有不同内容，以先出现者为准"
            en = f"says something else about an order than line {row.first}, which counts"
            here.left_out(Fault(row.line, Reason(zh, en)))
    dropped = (await connection.execute(staging.DROP_REPEATED)).rowcount
    outcome.customers += (await connection.execute(staging.SAVE_CODES)).scalar_one()
    await connection.execute(staging.BECOME_CUSTOMERS)
    outcome.new, outcome.changed = (await connection.execute(staging.save_shipments(columns))).one()
    kept = (await connection.execute(text("SELECT count(*) FROM staged_shipments"))).scalar_one()
    outcome.unchanged = kept - outcome.new - outcome.changed
    outcome.repeated = outcome.rows - outcome.left_out - kept
    assert outcome.repeated <= dropped  # noqa: S101 - contradictions were counted as left out
