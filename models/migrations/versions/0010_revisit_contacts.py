"""Rounds and contacts of revisits are cases"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

PROCEDURES = "'complaint'"
STAGES = (
    "'received', 'triage', 'carry_out', 'approval', 'feed_back', 'revisit', 'written_answer', "
    "'final_position', 'answer', 'analysis', 'confirmation', 'scoring', 'linked', 'closed'"
)
OUTCOMES = "'solved', 'unverified', 'final_position', 'withdrawn', 'answered', 'linked'"
KINDS = (
    "'received', 'classified', 'linked', 'assigned', 'unassigned', 'noted', 'promised', 'promise_kept', "
    "'held', 'resumed', 'proposed', 'approved', 'rejected', 'carried_out', 'fed_back', "
    "'final_position_given', 'contacted', 'surveyed', 'answered', 'analysed', 'confirmed', 'scored', "
    "'main_ended', 'reassigned', 'escalated', 'reopened', 'withdrawn', 'reminded', 'overdue', "
    "'step_failed', 'quarantined', 'released', 'identified', 'erased'"
)
NEW_PROCEDURES = "'round', 'revisit'"
NEW_STAGES = "'draw', 'contacts', 'contact', 'visit', 'recorded', 'summary', 'assessment'"
NEW_OUTCOMES = "'assessed', 'cancelled', 'reached', 'not_reached'"
NEW_KINDS = (
    "'round_opened', 'drawn', 'replicate_released', 'contacts_ended', 'summarised', 'assessed', "
    "'round_cancelled', 'contact_opened', 'link_sent', 'questionnaire_answered', 'contact_ended', "
    "'contact_recorded'"
)
CHECKS = (
    ("cases", "procedure", PROCEDURES, NEW_PROCEDURES),
    ("cases", "stage", STAGES, NEW_STAGES),
    ("cases", "outcome", OUTCOMES, NEW_OUTCOMES),
    ("events", "stage", STAGES, NEW_STAGES),
    ("events", "kind", KINDS, NEW_KINDS),
)


def upgrade() -> None:
    for table, column, terms, new in CHECKS:
        op.drop_constraint(f"{column}_term", table)
        op.create_check_constraint(f"{column}_term", table, f"{column} IN ({terms}, {new})")
    op.create_index("cases_rounds", "cases", ["id"], postgresql_where=sa.text("procedure = 'round'"))


def downgrade() -> None:
    op.drop_index("cases_rounds", table_name="cases")
    for table, column, terms, _ in CHECKS:
        op.drop_constraint(f"{column}_term", table)
        op.create_check_constraint(f"{column}_term", table, f"{column} IN ({terms})")
