"""From nothing to the newest schema, back to nothing, and there again, on the real PostgreSQL."""

import asyncio
import sys
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Row, inspect
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from sqlmodel import SQLModel

from deployments.databases import ensure
from models.database import TABLES, alembic_config, metadata, migrate, normalise

VEHICLES = (
    "INSERT INTO customers (id, code) VALUES (1, 'C1')",
    """INSERT INTO shipments (customer_id, order_id, amount, currency, vehicle) SELECT 1, name, 1, 'CNY', vehicle FROM (
        VALUES ('conventional', '沪A·80017'), ('spaced', '沪a 80017'), ('none', NULL), ('trip', 'g1234-5'),
        ('long', repeat('ﷺ', 40))) AS written (name, vehicle)""",
    """INSERT INTO cases (id, procedure, stage, version, events, received_at, recorded_at, channel, party,
        business_line, urgent, level, withdrawn, rejections, reopenings, attempts, clocks, poked, overdue, head,
        details)
    SELECT lpad(number::text, 32, '0')::uuid, 'incident', 'reported', 1, 0, now(), now(), 'web', 'internal_customer',
        'unknown', '{}', 0, false, 0, 0, '[]', '[]', false, false, '', details FROM (VALUES
        (1, '{"kind": "damage", "vehicle": ["沪A80017", "沪a 80017", "Ever Given"]}'::jsonb),
        (2, '{"kind": "damage", "vehicle": "沪A80017"}'), (3, '{"kind": "damage"}')) AS written (number, details)""",
)
"""Written in ways of their own, by those before there was one; the oldest incidents have one word, no list."""
OPTIONS: dict[str, Any] = {"compare_server_default": False, "compare_type": True}


@pytest.fixture
async def empty(postgres: Any) -> str:
    """The URL of a new database with nothing in it."""
    url: str = postgres.url(f"m_{uuid4().hex[:12]}")
    await ensure(url)
    return url


async def looked_at(url: str, look: Any) -> Any:
    engine = create_async_engine(normalise(url), poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(look)
    finally:
        await engine.dispose()


async def said(url: str, statement: str) -> Sequence[Row[Any]]:
    engine = create_async_engine(normalise(url), poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            result = await connection.exec_driver_sql(statement)
            return result.all() if result.returns_rows else ()
    finally:
        await engine.dispose()


def differences(connection: Connection) -> list[Any]:
    return compare_metadata(MigrationContext.configure(connection, opts=OPTIONS), metadata)


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


def checks(connection: Connection) -> dict[str, set[str | None]]:
    found = inspect(connection)
    return {name: {check["name"] for check in found.get_check_constraints(name)} for name in found.get_table_names()}


async def test_the_migrated_schema_is_the_models(empty: str) -> None:
    await asyncio.to_thread(migrate, empty)
    assert await looked_at(empty, differences) == []
    assert await looked_at(empty, tables) == set(metadata.tables)


async def test_the_checks_are_the_models_too(empty: str) -> None:
    """Alembic does not compare them by itself."""
    await asyncio.to_thread(migrate, empty)
    found = await looked_at(empty, checks)
    for name, table in metadata.tables.items():
        wanted = {one.name for one in table.constraints if type(one).__name__ == "CheckConstraint"}
        assert found[name] == wanted


async def test_down_to_nothing_and_up_again(empty: str) -> None:
    await asyncio.to_thread(migrate, empty)
    await asyncio.to_thread(command.downgrade, alembic_config(empty), "base")
    assert await looked_at(empty, tables) == set()
    await asyncio.to_thread(migrate, empty)
    assert await looked_at(empty, differences) == []


async def test_vehicles_that_are_there_get_the_one_form(empty: str) -> None:
    await asyncio.to_thread(command.upgrade, alembic_config(empty), "0016")
    for statement in VEHICLES:
        await said(empty, statement)
    await asyncio.to_thread(migrate, empty)
    rows = await said(empty, "SELECT order_id, vehicle FROM shipments ORDER BY order_id")
    assert [tuple(row) for row in rows] == [
        ("conventional", "沪A·80017"),
        ("long", "ﷺ" * 40),
        ("none", None),
        ("spaced", "沪A·80017"),
        ("trip", "G1234-5"),
    ]
    rows = await said(empty, "SELECT details FROM cases ORDER BY id")
    assert [row.details for row in rows] == [
        {"kind": "damage", "vehicle": ["沪A·80017", "EVER GIVEN"]},
        {"kind": "damage", "vehicle": ["沪A·80017"]},
        {"kind": "damage"},
    ]


async def test_two_processes_that_migrate_at_once_do_not_race(empty: str) -> None:
    program = "import sys; from models.database import migrate; migrate(sys.argv[1])"
    both = [await asyncio.create_subprocess_exec(sys.executable, "-c", program, empty) for _ in range(2)]
    assert [await one.wait() for one in both] == [0, 0]
    assert await looked_at(empty, differences) == []


def test_the_revisions_are_one_line() -> None:
    assert len(ScriptDirectory.from_config(alembic_config("postgresql://x/y")).get_heads()) == 1


def test_every_table_is_known_without_importing_anything_else() -> None:
    """A process that migrates imports `models.database` alone: a module that is not named there would be dropped."""
    named = {module.__name__ for module in TABLES}
    assert {mapper.class_.__module__ for mapper in SQLModel._sa_registry.mappers} == named
