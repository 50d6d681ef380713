"""Business incidents: their terms, attachments, the shipments customers are told about"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from models.migrations.terms import recreate, terms_of

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

STAGES = (
    "reported",
    "containment",
    "investigation",
    "counterpart",
    "finding",
    "correction",
    "effect",
    "closing",
    "customer_notice",
)
NEW = {
    ("cases", "procedure"): ("incident",),
    ("cases", "stage"): STAGES,
    ("events", "stage"): STAGES,
    ("events", "kind"): (
        "reported",
        "graded",
        "regraded",
        "traced",
        "incident_acknowledged",
        "climbed",
        "authority_told",
        "form_filled",
        "attached",
        "contained",
        "investigated",
        "delivered",
        "responded",
        "presumed",
        "finding_made",
        "appealed",
        "correction_planned",
        "corrected",
        "effect_checked",
        "root_cause_named",
        "concluded",
        "reached_out",
        "notice_opened",
        "customer_told",
        "joined",
    ),
}
"""Terms by table and column."""


def upgrade() -> None:
    for (table, column), terms in NEW.items():
        recreate(table, column, [*terms_of(table, column), *terms])
    op.create_index("cases_incidents", "cases", ["id"], postgresql_where=sa.text("procedure = 'incident'"))
    op.create_table(
        "contents",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "attachments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=12), nullable=False),
        sa.Column("media", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("label IN ('photograph', 'paper')", name="label_term"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.ForeignKeyConstraint(["digest"], ["contents.digest"], deferrable=True, initially="DEFERRED"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("attachments_once", "attachments", ["case_id", "digest"], unique=True)
    op.create_table(
        "shipment_notices",
        sa.Column("cause", sa.String(length=36), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id", "order_id"], ["shipments.customer_id", "shipments.order_id"]),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], deferrable=True, initially="DEFERRED"),
        sa.PrimaryKeyConstraint("cause", "customer_id", "order_id"),
    )
    op.create_index("shipment_notices_case", "shipment_notices", ["case_id"])
    for place in ("vehicle", "hub", "batch"):
        where = sa.text(f"{place} IS NOT NULL")
        op.create_index(f"shipments_{place}", "shipments", [place, "ordered_at"], postgresql_where=where)
    late = sa.text("promised_at IS NOT NULL AND delivered_at IS NULL")
    op.create_index("shipments_late", "shipments", ["promised_at"], postgresql_where=late)


def downgrade() -> None:
    """Refused by the database when an incident was reported meanwhile: that cannot be un-happened."""
    for index in ("late", "batch", "hub", "vehicle"):
        op.drop_index(f"shipments_{index}", table_name="shipments")
    for table in ("shipment_notices", "attachments", "contents"):
        op.drop_table(table)
    op.drop_index("cases_incidents", table_name="cases")
    for (table, column), terms in NEW.items():
        recreate(table, column, [term for term in terms_of(table, column) if term not in terms])
