"""Rows that a decision writes beside its case (a payment, a notice), in the transaction of the decision."""

from collections.abc import Sequence

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel

from models.sealing import Seal
from models.values.case import Row


async def save_rows(connection: AsyncConnection, seal: Seal, rows: Sequence[Row]) -> None:
    """Insert each; one whose key is there already takes the new values."""
    for row in rows:
        table: Table = SQLModel.metadata.tables[row.table]
        keys = [column.name for column in table.primary_key]
        values = {**row.values, **{name: seal.close(value) for name, value in row.sealed.items()}}
        others = {name: value for name, value in values.items() if name not in keys}
        query = insert(table).values(values)
        if others and all(key in values for key in keys):
            query = query.on_conflict_do_update(index_elements=keys, set_=others)
        await connection.execute(query)
