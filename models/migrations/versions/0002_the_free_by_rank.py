"""The free by rank: what nobody owns is looked at most urgent first, however many wait"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index("wakes_rank", "wakes", ["rank", "case_id"], postgresql_where=sa.text("due_at IS NOT NULL"))


def downgrade() -> None:
    op.drop_index("wakes_rank", table_name="wakes", postgresql_where=sa.text("due_at IS NOT NULL"))
