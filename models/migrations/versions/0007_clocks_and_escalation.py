"""Clocks and escalation: who watches what is overdue, since when staff are away, the place in people's queues"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

EVENTS = [
    "received",
    "classified",
    "linked",
    "assigned",
    "unassigned",
    "noted",
    "promised",
    "promise_kept",
    "held",
    "resumed",
    "proposed",
    "approved",
    "rejected",
    "carried_out",
    "fed_back",
    "final_position_given",
    "contacted",
    "surveyed",
    "answered",
    "analysed",
    "confirmed",
    "scored",
    "main_ended",
    "reassigned",
    "escalated",
    "reopened",
    "withdrawn",
    "reminded",
    "overdue",
    "step_failed",
    "quarantined",
    "released",
    "identified",
    "erased",
]
NEW_EVENTS = ("acknowledged", "rederived")
OPEN = sa.text("due_at IS NOT NULL")


def _kinds(kinds: Sequence[str]) -> str:
    return "kind IN ({})".format(", ".join(f"'{kind}'" for kind in kinds))


def upgrade() -> None:
    """Open cases keep the order of their wakes until each is saved again."""
    op.add_column("cases", sa.Column("watch", sa.SmallInteger(), server_default="0", nullable=False))
    op.create_index("cases_watched", "cases", ["watch"], postgresql_where=sa.text("overdue AND closed_at IS NULL"))
    op.add_column("staff", sa.Column("absent_since", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE staff SET absent_since = coalesce((SELECT now FROM simulated_clock), clock_timestamp())"
        " WHERE NOT present"
    )
    op.add_column("wakes", sa.Column("place_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE wakes SET place_at = order_at")
    op.drop_index("wakes_rank", table_name="wakes")
    op.create_index("wakes_place", "wakes", ["place_at", "case_id"], postgresql_where=OPEN)
    op.drop_constraint("kind_term", "events", type_="check")
    op.create_check_constraint("kind_term", "events", _kinds([*EVENTS, *NEW_EVENTS]))


def downgrade() -> None:
    """Refused by the database when a case was acknowledged or re-derived meanwhile."""
    op.drop_constraint("kind_term", "events", type_="check")
    op.create_check_constraint("kind_term", "events", _kinds(EVENTS))
    op.drop_index("wakes_place", table_name="wakes", postgresql_where=OPEN)
    op.create_index("wakes_rank", "wakes", ["rank", "case_id"], postgresql_where=OPEN)
    op.drop_column("wakes", "place_at")
    op.drop_column("staff", "absent_since")
    op.drop_index("cases_watched", table_name="cases")
    op.drop_column("cases", "watch")
