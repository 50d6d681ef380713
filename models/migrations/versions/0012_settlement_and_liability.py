"""Settlement, liability, referrals"""

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

NEW_EVENTS = (
    "settled",
    "agreed",
    "advanced",
    "vouchered",
    "voucher_confirmed",
    "voucher_returned",
    "paid",
    "liability_found",
    "liability_appealed",
    "referred",
    "regulator_answered",
)
NEW_ACCESSES = ("dossier",)


def _terms(table: str) -> list[str]:
    """The terms its `kind` may have now, as the database says: other revisions add terms of their own."""
    query = (
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'kind_term' AND conrelid = '{}'::regclass"
    )
    definition = op.get_bind().execute(sa.text(query.format(table))).scalar_one()
    return re.findall(r"'([a-z_]+)'", definition)


def _allow(table: str, terms: Sequence[str]) -> None:
    op.drop_constraint("kind_term", table, type_="check")
    op.create_check_constraint("kind_term", table, "kind IN ({})".format(", ".join(f"'{term}'" for term in terms)))


def _money(name: str, *, nullable: bool = True) -> "sa.Column[Decimal]":
    return sa.Column(name, sa.Numeric(precision=14, scale=2), nullable=nullable)


def _moment(name: str, *, nullable: bool = True) -> "sa.Column[datetime]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    _allow("events", [*_terms("events"), *NEW_EVENTS])
    _allow("accesses", [*_terms("accesses"), *NEW_ACCESSES])
    op.add_column("accesses", sa.Column("case_id", sa.Uuid(), nullable=True))
    op.create_foreign_key("accesses_case_id_fkey", "accesses", "cases", ["case_id"], ["id"])
    op.add_column("cases", sa.Column("settlings", sa.Integer(), server_default="0", nullable=False))
    op.add_column("cases", sa.Column("firm_liable", sa.Boolean(), nullable=True))
    op.add_column(
        "cases", sa.Column("liable_units", sa.ARRAY(sa.String(length=40)), server_default="{}", nullable=False)
    )
    op.create_index("cases_reference", "cases", ["reference"], postgresql_where=sa.text("reference IS NOT NULL"))
    op.create_index("events_at", "events", ["at"], postgresql_using="brin")
    op.create_index("events_promised", "events", ["at"], postgresql_where=sa.text("kind = 'promised'"))
    op.create_table(
        "settlements",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        _money("declared_value"),
        _money("freight"),
        _money("loss"),
        _money("owed_at_most"),
        sa.Column("limit_basis", sa.String(length=16), nullable=True),
        sa.Column("evidence", sa.JSON(), server_default="[]", nullable=False),
        _money("agreed_amount"),
        _moment("agreed_at"),
        sa.Column("agreed_how", sa.String(length=12), nullable=True),
        sa.Column("agreed_party", sa.String(length=20), nullable=True),
        sa.CheckConstraint("(agreed_at IS NULL) = (agreed_amount IS NULL)", name="settlements_agreed"),
        sa.CheckConstraint("limit_basis IN ('declared_value', 'freight')", name="limit_basis_term"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.PrimaryKeyConstraint("case_id"),
    )
    op.create_table(
        "payments",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        _money("amount", nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("voucher", sa.String(length=32), nullable=False),
        sa.Column("requested_by", sa.Integer(), nullable=False),
        _moment("requested_at", nullable=False),
        _moment("due_at", nullable=False),
        _moment("agreed_at"),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        _moment("confirmed_at"),
        sa.Column("paid_by", sa.Integer(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("reference", sa.String(length=64), nullable=True),
        sa.CheckConstraint("kind IN ('compensation', 'advance')", name="kind_term"),
        sa.CheckConstraint("state IN ('awaiting', 'confirmed', 'paid', 'returned', 'cancelled')", name="state_term"),
        sa.CheckConstraint("amount > 0", name="payments_amount"),
        sa.CheckConstraint("(state = 'paid') = (paid_on IS NOT NULL)", name="payments_paid"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.ForeignKeyConstraint(["confirmed_by"], ["staff.id"]),
        sa.ForeignKeyConstraint(["paid_by"], ["staff.id"]),
        sa.ForeignKeyConstraint(["requested_by"], ["staff.id"]),
        sa.PrimaryKeyConstraint("case_id", "number"),
        sa.UniqueConstraint("voucher"),
    )
    still_open = sa.text("state IN ('awaiting', 'confirmed')")
    op.create_index("payments_open", "payments", ["due_at"], postgresql_where=still_open)
    op.create_table(
        "liability_findings",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("firm_liable", sa.Boolean(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        _moment("decided_at", nullable=False),
        _moment("appeal_until"),
        _moment("appealed_at"),
        sa.Column("appealed_by", sa.Integer(), nullable=True),
        sa.Column("appellant", sa.String(length=40), nullable=True),
        sa.CheckConstraint("round IN (0, 1, 2)", name="liability_findings_round"),
        sa.ForeignKeyConstraint(["appealed_by"], ["staff.id"]),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"]),
        sa.PrimaryKeyConstraint("case_id", "round"),
    )
    op.create_table(
        "liability_shares",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("party", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("percent", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.CheckConstraint("kind IN ('unit', 'carrier')", name="kind_term"),
        sa.CheckConstraint("percent > 0 AND percent <= 100", name="liability_shares_percent"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.PrimaryKeyConstraint("case_id", "round", "party"),
    )
    op.create_index("liability_shares_party", "liability_shares", ["party"])
    op.create_table(
        "referrals",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("clock", sa.Integer(), nullable=False),
        sa.Column("opened", sa.Boolean(), nullable=False),
        _moment("received_at", nullable=False),
        _moment("due_at", nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        _moment("answered_at"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.ForeignKeyConstraint(["recorded_by"], ["staff.id"]),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("referrals_case", "referrals", ["case_id"])


def downgrade() -> None:
    """Refused by the database when money was settled meanwhile: those events cannot be un-happened."""
    for table in ("referrals", "liability_shares", "liability_findings", "payments", "settlements"):
        op.drop_table(table)
    op.drop_index("events_promised", table_name="events")
    op.drop_index("events_at", table_name="events")
    op.drop_index("cases_reference", table_name="cases")
    op.drop_column("cases", "liable_units")
    op.drop_column("cases", "firm_liable")
    op.drop_column("cases", "settlings")
    op.drop_constraint("accesses_case_id_fkey", "accesses", type_="foreignkey")
    op.drop_column("accesses", "case_id")
    _allow("accesses", [term for term in _terms("accesses") if term not in NEW_ACCESSES])
    _allow("events", [term for term in _terms("events") if term not in NEW_EVENTS])
