"""Indexes of what is still open or waiting, so that counting it reads nothing else"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

WAITS = "delivered_at IS NULL AND failed_at IS NULL AND error IS DISTINCT FROM 'nobody is subscribed to it'"


def upgrade() -> None:
    op.create_index("cases_open", "cases", ["stage"], postgresql_where=sa.text("closed_at IS NULL"))
    op.create_index("notices_waiting", "notices", ["id"], postgresql_where=sa.text(WAITS))
    op.create_index("notices_settled", "notices", [sa.text("GREATEST(delivered_at, failed_at, resolved_at)")])


def downgrade() -> None:
    op.drop_index("notices_settled", table_name="notices")
    op.drop_index("notices_waiting", table_name="notices")
    op.drop_index("cases_open", table_name="cases")
