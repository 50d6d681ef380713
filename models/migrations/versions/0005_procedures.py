"""Cases of several procedures"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("procedure", sa.String(length=24), server_default="complaint", nullable=False))
    op.add_column("cases", sa.Column("details", postgresql.JSONB(), server_default="{}", nullable=False))
    op.create_check_constraint("procedure_term", "cases", "procedure IN ('complaint')")


def downgrade() -> None:
    op.drop_constraint("procedure_term", "cases")
    op.drop_column("cases", "details")
    op.drop_column("cases", "procedure")
