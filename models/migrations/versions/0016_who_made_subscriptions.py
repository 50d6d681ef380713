"""Subscriptions know who made and who ended them"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BY = ("made_by", "ended_by")


def upgrade() -> None:
    for name in BY:
        op.add_column("subscriptions", sa.Column(name, sa.Integer(), nullable=True))
        op.create_foreign_key(f"subscriptions_{name}_fkey", "subscriptions", "staff", [name], ["id"])


def downgrade() -> None:
    for name in BY:
        op.drop_constraint(f"subscriptions_{name}_fkey", "subscriptions", type_="foreignkey")
        op.drop_column("subscriptions", name)
