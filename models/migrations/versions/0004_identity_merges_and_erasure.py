"""Identity: merges, erasures, accesses, the customer of a case"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
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
]
NEW_EVENTS = ("identified", "erased")


def _kinds(kinds: Sequence[str]) -> str:
    return "kind IN ({})".format(", ".join(f"'{kind}'" for kind in kinds))


def upgrade() -> None:
    op.create_table(
        "merges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("into_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.Column("undone_reason", sa.LargeBinary(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"]),
        sa.ForeignKeyConstraint(["into_id"], ["customers.id"]),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"]),
        sa.ForeignKeyConstraint(["undone_by"], ["staff.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "merges_standing", "merges", ["customer_id"], unique=True, postgresql_where=sa.text("undone_at IS NULL")
    )
    op.create_index("merges_into", "merges", ["into_id"], unique=False)
    op.create_table(
        "possible_duplicates",
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("of_id", sa.Integer(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"]),
        sa.ForeignKeyConstraint(["of_id"], ["customers.id"]),
        sa.PrimaryKeyConstraint("customer_id", "of_id"),
    )
    op.create_table(
        "erasures",
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("code_key", sa.String(length=32), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"]),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"]),
        sa.PrimaryKeyConstraint("customer_id"),
        sa.UniqueConstraint("code_key"),
    )
    op.create_table(
        "accesses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('by_phone', 'by_waybill', 'by_name', 'read', 'unmasked', 'corrected')", name="kind_term"
        ),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"]),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "accesses_customer", "accesses", ["customer_id"], postgresql_where=sa.text("customer_id IS NOT NULL")
    )
    op.add_column("cases", sa.Column("customer_id", sa.Integer(), nullable=True))
    op.create_foreign_key("cases_customer_id_fkey", "cases", "customers", ["customer_id"], ["id"])
    op.create_index("cases_customer", "cases", ["customer_id"], postgresql_where=sa.text("customer_id IS NOT NULL"))
    op.create_index("cases_caller", "cases", ["caller_key"], postgresql_where=sa.text("caller_key IS NOT NULL"))
    op.drop_constraint("kind_term", "events", type_="check")
    op.create_check_constraint("kind_term", "events", _kinds([*EVENTS, *NEW_EVENTS]))


def downgrade() -> None:
    """Refused by the database when a case was identified or erased meanwhile: those events cannot be un-happened."""
    op.drop_constraint("kind_term", "events", type_="check")
    op.create_check_constraint("kind_term", "events", _kinds(EVENTS))
    op.drop_index("cases_caller", table_name="cases")
    op.drop_index("cases_customer", table_name="cases")
    op.drop_constraint("cases_customer_id_fkey", "cases", type_="foreignkey")
    op.drop_column("cases", "customer_id")
    for table in ("accesses", "erasures", "possible_duplicates", "merges"):
        op.drop_table(table)
