"""Rulebook changes by four eyes; corrections to learn from, and trainings with their verdicts"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TERMS = {
    "kind": ("complaint", "enquiry", "consultation", "suggestion", "manual_service"),
    "category": (
        "delay",
        "loss",
        "damage",
        "delivery_service",
        "pickup_service",
        "fee_dispute",
        "cash_on_delivery",
        "service_attitude",
        "tracking_information",
        "claims_compensation",
        "other",
    ),
    "severity": ("minor", "moderate", "serious"),
    "business_line": ("express", "road", "air", "sea", "warehouse", "multimodal", "unknown"),
    "state": ("proposed", "adopted", "rejected", "outdated"),
}


def _term(column: str) -> sa.CheckConstraint:
    values = ", ".join(f"'{term}'" for term in TERMS[column])
    return sa.CheckConstraint(f"{column} IN ({values})", name=f"{column}_term")


def upgrade() -> None:
    op.alter_column("rulebooks", "adopted_at", nullable=True)
    op.create_table(
        "rulebook_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("base", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remark", sa.LargeBinary(), nullable=True),
        sa.Column("told_to", sa.Uuid(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        _term("state"),
        sa.ForeignKeyConstraint(["hash"], ["rulebooks.hash"]),
        sa.ForeignKeyConstraint(["base"], ["rulebooks.hash"]),
        sa.ForeignKeyConstraint(["proposed_by"], ["staff.id"]),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "rulebook_changes_open",
        "rulebook_changes",
        ["hash"],
        unique=True,
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.create_index(
        "rulebook_changes_untold",
        "rulebook_changes",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state = 'adopted' AND told_at IS NULL"),
    )
    op.create_table(
        "learned_weights",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "corrections",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("category", sa.String(length=24), nullable=True),
        sa.Column("secondary", sa.String(length=24), nullable=True),
        sa.Column("severity", sa.String(length=10), nullable=False),
        sa.Column("business_line", sa.String(length=12), nullable=False),
        sa.Column("read_kind", sa.String(length=16), nullable=False),
        sa.Column("read_category", sa.String(length=24), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *(_term(column) for column in ("kind", "category", "severity", "business_line")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"]),
        sa.PrimaryKeyConstraint("case_id"),
    )
    op.create_table(
        "trainings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("weights", sa.String(length=16), nullable=True),
        sa.Column("against", sa.String(length=16), nullable=True),
        sa.Column("texts", sa.Integer(), nullable=False),
        sa.Column("corrections", sa.Integer(), nullable=False),
        sa.Column("mark", sa.Float(), nullable=False),
        sa.Column("present_mark", sa.Float(), nullable=False),
        sa.Column("verdict", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("trainings_at", "trainings", ["at"], unique=False)


def downgrade() -> None:
    """Rulebooks that were only proposed go; no case is judged by them."""
    for table in ("trainings", "corrections", "learned_weights", "rulebook_changes"):
        op.drop_table(table)
    op.execute("DELETE FROM rulebooks WHERE adopted_at IS NULL")
    op.alter_column("rulebooks", "adopted_at", nullable=False)
