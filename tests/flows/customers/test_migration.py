"""The revision of identity goes down and up again and leaves the tables as the models have them."""

import asyncio

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from models.database import alembic_config, metadata


async def test_the_newest_revision_goes_down_and_up_and_matches_the_tables(database):
    config = alembic_config(database.url)
    await database.engine.dispose()
    await asyncio.to_thread(command.downgrade, config, "0002")
    assert await database.value("SELECT to_regclass('merges')") is None
    await asyncio.to_thread(command.upgrade, config, "head")
    async with database.engine.connect() as connection:
        differences = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync), metadata)
        )
    assert differences == []


async def test_the_kinds_of_events_are_those_of_the_vocabulary(database):
    from models.values.people_terms import AccessKind
    from models.values.stage_terms import EventKind

    query = (
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'kind_term' AND conrelid = '{}'::regclass"
    )
    for table, terms in (("events", EventKind), ("accesses", AccessKind)):
        stored = await database.value(query.format(table).replace("::", "\\:\\:"))
        for term in terms:
            assert f"'{term}'" in stored
