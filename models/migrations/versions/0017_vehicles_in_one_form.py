"""Vehicles of shipments and incidents in the one form they are compared by"""

import json
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from models.values.vehicles import normal_vehicle

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

LONGEST = 40
"""Of the column: what grows beyond it (some signs stand for many) stays as it is."""


def upgrade() -> None:
    """The ledger stays as it was written: nobody compares vehicles by it."""
    connection = op.get_bind()
    found = connection.execute(sa.text("SELECT DISTINCT vehicle FROM shipments WHERE vehicle IS NOT NULL")).scalars()
    other = [(one, new) for one in found if (new := _normal(one)) != one]
    if other:
        shipments = sa.text(
            "UPDATE shipments SET vehicle = other.new"
            " FROM unnest(CAST(:old AS text[]), CAST(:new AS text[])) AS other (old, new) WHERE vehicle = other.old"
        )
        connection.execute(shipments, {"old": [old for old, _ in other], "new": [new for _, new in other]})
    incidents = (
        "SELECT id, details -> 'vehicle' AS named FROM cases WHERE procedure = 'incident' AND details ? 'vehicle'"
    )
    update = sa.text("UPDATE cases SET details = jsonb_set(details, '{vehicle}', CAST(:named AS jsonb)) WHERE id = :id")
    for row in connection.execute(sa.text(incidents)).all():
        named = [row.named] if isinstance(row.named, str) else row.named  # one word: from before it was a list
        normal = list(dict.fromkeys(_normal(one) for one in named))
        if normal != row.named:
            connection.execute(update, {"id": row.id, "named": json.dumps(normal, ensure_ascii=False)})


def _normal(written: str) -> str:
    new = normal_vehicle(written)
    return new if len(new) <= LONGEST else written


def downgrade() -> None:
    """How they were written is known no more, and needed by nobody."""
