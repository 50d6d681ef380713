"""Staff and authority: shifts, languages, absences; units complained about, payments; who has which caller at hand"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("staff", sa.Column("languages", sa.ARRAY(sa.String(length=3)), server_default="{}", nullable=False))
    op.add_column("staff", sa.Column("shift", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("staff", sa.Column("left_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "absences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("begins", sa.DateTime(timezone=True), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=16), nullable=True),
        sa.Column("deputy_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("reason IN ('leave', 'illness', 'training', 'business_trip', 'other')", name="reason_term"),
        sa.CheckConstraint("begins < until", name="begins_before_it_ends"),
        sa.CheckConstraint("deputy_id <> staff_id", name="somebody_else_deputises"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"]),
        sa.ForeignKeyConstraint(["deputy_id"], ["staff.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("absences_standing", "absences", ["staff_id"], postgresql_where=sa.text("ended_at IS NULL"))
    op.execute("INSERT INTO absences (staff_id) SELECT id FROM staff WHERE NOT present")
    op.drop_column("staff", "present")
    op.add_column(
        "cases", sa.Column("named_units", sa.ARRAY(sa.String(length=40)), server_default="{}", nullable=False)
    )
    op.add_column("cases", sa.Column("paid", sa.Numeric(precision=14, scale=2), server_default="0", nullable=False))
    op.add_column("accesses", sa.Column("caller_key", sa.String(length=32), nullable=True))
    op.add_column("accesses", sa.Column("waybill", sa.String(length=60), nullable=True))
    op.alter_column("accesses", "at", server_default=None)
    op.create_index("accesses_staff", "accesses", ["staff_id", "at"])


def downgrade() -> None:
    """Who is away just now is not present; planned absences, shifts and languages are forgotten."""
    op.drop_index("accesses_staff", table_name="accesses")
    op.alter_column("accesses", "at", server_default=sa.text("now()"))
    op.drop_column("accesses", "waybill")
    op.drop_column("accesses", "caller_key")
    op.drop_column("cases", "paid")
    op.drop_column("cases", "named_units")
    op.add_column("staff", sa.Column("present", sa.Boolean(), server_default=sa.text("true"), nullable=False))
    op.execute(
        "UPDATE staff SET present = false WHERE left_at IS NOT NULL OR id IN (SELECT staff_id FROM absences"
        " WHERE ended_at IS NULL AND coalesce(begins <= now(), true) AND coalesce(now() < until, true))"
    )
    op.alter_column("staff", "present", server_default=None)
    op.drop_index("absences_standing", table_name="absences")
    op.drop_table("absences")
    for column in ("left_at", "shift", "languages"):
        op.drop_column("staff", column)
