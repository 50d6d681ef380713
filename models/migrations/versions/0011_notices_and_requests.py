"""Notices, alarms, daily summaries; the procedure of requests"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from models.migrations.terms import recreate, terms_of

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

NEW = {
    ("cases", "procedure"): ("request",),
    ("cases", "stage"): ("promised",),
    ("events", "stage"): ("promised",),
    ("events", "kind"): (
        "turned_into_complaint",
        "turn_asked",
        "turn_refused",
        "turned_into_request",
        "promises_awaited",
    ),
}
"""Terms by table and column."""

CARRIED_BY_COMPLAINT = """UPDATE {table} SET procedure = '{there}' WHERE procedure = '{here}' AND {key} IN
    (SELECT id FROM cases WHERE kind <> 'complaint' AND stage NOT IN ('received', 'triage'))"""


def upgrade() -> None:
    for (table, column), terms in NEW.items():
        recreate(table, column, [*terms_of(table, column), *terms])
    # Before, what is no complaint was carried by the flow of complaints.
    for table, key in (("wakes", "case_id"), ("cases", "id")):
        op.execute(CARRIED_BY_COMPLAINT.format(table=table, key=key, here="complaint", there="request"))
    op.create_index("cases_overdue", "cases", ["id"], postgresql_where=sa.text("overdue AND closed_at IS NULL"))
    op.create_table(
        "notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("to_staff", sa.Integer(), nullable=True),
        sa.Column("to_unit", sa.String(length=40), nullable=True),
        sa.Column("to_role", sa.String(length=20), nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.Column("must_acknowledge", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("pokes", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=200), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.Integer(), nullable=True),
        sa.Column("replayed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replayed_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("num_nonnulls(to_staff, to_unit, to_role) <= 1", name="one_addressee"),
        sa.CheckConstraint("(acknowledged_at IS NULL) = (acknowledged_by IS NULL)", name="acknowledged_by_somebody"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], deferrable=True, initially="DEFERRED"),
        sa.ForeignKeyConstraint(["to_staff"], ["staff.id"]),
        sa.ForeignKeyConstraint(["acknowledged_by"], ["staff.id"]),
        sa.ForeignKeyConstraint(["replayed_by"], ["staff.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("notices_unresolved", "notices", ["due_at", "id"], postgresql_where=sa.text("resolved_at IS NULL"))
    op.create_index("notices_case", "notices", ["case_id"], postgresql_where=sa.text("case_id IS NOT NULL"))
    op.create_index("notices_failed", "notices", ["id"], postgresql_where=sa.text("failed_at IS NOT NULL"))
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("unit", sa.String(length=40), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=True),
        sa.Column("kinds", sa.ARRAY(sa.String(length=40)), server_default="{}", nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("target", sa.LargeBinary(), nullable=False),
        sa.Column("target_key", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("channel IN ('email', 'webhook', 'wecom', 'dingtalk')", name="channel_term"),
        sa.CheckConstraint("num_nonnulls(staff_id, unit, role) <= 1", name="one_subscriber"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "subscriptions_target",
        "subscriptions",
        ["target_key"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("subscription_id", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("worker", sa.String(length=80), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"]),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscriptions.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("notice_id", "subscription_id", name="deliveries_once"),
    )
    op.create_index(
        "deliveries_waiting",
        "deliveries",
        ["not_before"],
        postgresql_where=sa.text("delivered_at IS NULL AND failed_at IS NULL"),
    )
    op.create_table(
        "alarms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=24), nullable=False),
        sa.Column("subject", sa.String(length=40), server_default="", nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("name IN ('quarantine', 'no_worker', 'oldest_due', 'deadline_missed')", name="name_term"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "alarms_standing", "alarms", ["name", "subject"], unique=True, postgresql_where=sa.text("ended_at IS NULL")
    )
    op.create_table(
        "daily_summaries",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("figures", postgresql.JSONB(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"]),
        sa.PrimaryKeyConstraint("day"),
    )
    op.create_table(
        "shift_handovers",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("shift", sa.String(length=40), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("figures", postgresql.JSONB(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"]),
        sa.PrimaryKeyConstraint("day", "shift"),
    )


def downgrade() -> None:
    """Refused by the database when a case took one of the new paths meanwhile: that cannot be un-happened."""
    for table in ("shift_handovers", "daily_summaries", "alarms", "deliveries", "subscriptions", "notices"):
        op.drop_table(table)
    op.drop_index("cases_overdue", table_name="cases")
    for table, key in (("wakes", "case_id"), ("cases", "id")):
        op.execute(CARRIED_BY_COMPLAINT.format(table=table, key=key, here="request", there="complaint"))
    for (table, column), terms in NEW.items():
        recreate(table, column, [term for term in terms_of(table, column) if term not in terms])
