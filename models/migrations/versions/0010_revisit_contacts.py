"""Rounds and contacts of revisits are cases"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from models.migrations.terms import recreate, terms_of

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

NEW = {
    ("cases", "procedure"): ("round", "revisit"),
    ("cases", "stage"): ("draw", "contacts", "contact", "visit", "recorded", "summary", "assessment"),
    ("cases", "outcome"): ("assessed", "cancelled", "reached", "not_reached"),
    ("events", "stage"): ("draw", "contacts", "contact", "visit", "recorded", "summary", "assessment"),
    ("events", "kind"): (
        "round_opened",
        "drawn",
        "replicate_released",
        "contacts_ended",
        "summarised",
        "assessed",
        "round_cancelled",
        "contact_opened",
        "link_sent",
        "questionnaire_answered",
        "contact_ended",
        "contact_recorded",
    ),
}
"""Terms by table and column."""


def upgrade() -> None:
    for (table, column), terms in NEW.items():
        recreate(table, column, [*terms_of(table, column), *terms])
    op.create_index("cases_rounds", "cases", ["id"], postgresql_where=sa.text("procedure = 'round'"))


def downgrade() -> None:
    op.drop_index("cases_rounds", table_name="cases")
    for (table, column), terms in NEW.items():
        recreate(table, column, [term for term in terms_of(table, column) if term not in terms])
