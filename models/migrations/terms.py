"""Terms of a CHECK, extended by what a revision adds, whichever revisions came before it."""

import re
from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op


def terms_of(table: str, column: str) -> list[str]:
    """Those the CHECK of a column has now."""
    query = sa.text(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name AND conrelid = :table ::regclass"
    )
    found = op.get_bind().execute(query, {"name": f"{column}_term", "table": table}).scalar_one()
    return re.findall(r"'([a-z_]+)'", found)


def recreate(table: str, column: str, terms: Iterable[str]) -> None:
    """Let the CHECK hold these terms, and no others."""
    op.drop_constraint(f"{column}_term", table, type_="check")
    listed = ", ".join(f"'{term}'" for term in terms)
    op.create_check_constraint(f"{column}_term", table, f"{column} IN ({listed})")
