"""Indexes by which old notices are let go: those that still have their text, and what points to them"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

POINTING = ("daily_summaries", "shift_handovers")


def upgrade() -> None:
    settled = sa.text("GREATEST(delivered_at, failed_at, resolved_at)")
    op.create_index("notices_kept", "notices", [settled], postgresql_where=sa.text("payload IS NOT NULL"))
    for table in POINTING:
        op.create_index(f"{table}_notice", table, ["notice_id"])


def downgrade() -> None:
    for table in POINTING:
        op.drop_index(f"{table}_notice", table_name=table)
    op.drop_index("notices_kept", table_name="notices")
