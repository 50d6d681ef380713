"""Rounds of revisits: frames and draws"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0008"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "rounds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("to_day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("estimand", postgresql.JSONB(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("frame_hash", sa.String(length=64), nullable=False),
        sa.Column("draw_hash", sa.String(length=64), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("plan", postgresql.JSONB(), nullable=False),
        sa.Column("rulebook", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('drawn', 'census', 'account_visit', 'retention')", name="kind_term"),
        sa.CheckConstraint("state IN ('open', 'closed', 'cancelled')", name="state_term"),
        sa.CheckConstraint("from_day <= to_day", name="period_in_order"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("kind", "from_day", "to_day", name="rounds_period"),
    )
    op.create_index("rounds_case", "rounds", ["case_id"], unique=True, postgresql_where=sa.text("case_id IS NOT NULL"))
    op.create_table(
        "round_members",
        sa.Column("round_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("shipment_customer_id", sa.Integer(), nullable=True),
        sa.Column("order_id", sa.String(length=64), nullable=True),
        sa.Column("complaint_id", sa.Uuid(), nullable=True),
        sa.Column("cell", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("round_id", "position"),
    )
    op.create_table(
        "round_draws",
        sa.Column("round_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("stratum", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("replicate", sa.SmallInteger(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disposition", sa.String(length=16), nullable=True),
        sa.Column("reason", postgresql.JSONB(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "disposition IN ('complete', 'partial', 'refused', 'broken_off', 'do_not_call', 'no_answer', 'busy', "
            "'call_back', 'wrong_number', 'no_phone', 'cool_down', 'open_complaint', 'unable', 'not_worked', "
            "'not_eligible')",
            name="disposition_term",
        ),
        sa.ForeignKeyConstraint(["contact_id"], ["cases.id"]),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"]),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"]),
        sa.PrimaryKeyConstraint("round_id", "position"),
        sa.UniqueConstraint("round_id", "stratum", "place", name="round_draws_place"),
    )
    op.create_index(
        "round_draws_customer",
        "round_draws",
        ["customer_id", "settled_at"],
        postgresql_where=sa.text("customer_id IS NOT NULL"),
    )
    op.create_index(
        "round_draws_contact",
        "round_draws",
        ["contact_id"],
        unique=True,
        postgresql_where=sa.text("contact_id IS NOT NULL"),
    )


def downgrade() -> None:
    for table in ("round_draws", "round_members", "rounds"):
        op.drop_table(table)
