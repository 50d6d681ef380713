"""Rows that a decision writes beside its case (a payment, a notice), in the transaction of the decision."""

from collections.abc import Sequence

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel

from models.values.case import Row


async def save_rows(connection: AsyncConnection, rows: Sequence[Row]) -> None:
    """Insert each; one whose key is there already takes the new values."""
    for row in rows:
        table: Table = SQLModel.metadata.tables[row.table]
        keys = [column.name for column in table.primary_key]
        others = {name: value for name, value in row.values.items() if name not in keys}
        query = insert(table).values(dict(row.values))
        if others and all(key in row.values for key in keys):
            query = query.on_conflict_do_update(index_elements=keys, set_=others)
        await connection.execute(query)
