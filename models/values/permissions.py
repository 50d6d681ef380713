"""The rulebook's section on permissions: role × relation to the case × what one may do, as one table.

Whoever is complained about, himself or through his unit, sees and does nothing: that is a law of the trade and no
setting, so the table has no column for it.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from models.values.people_terms import Role
from models.values.vocabulary import Category


class Relation(StrEnum):
    """What somebody is to a case. One can be several at once; each adds what its column allows."""

    NONE = "none"
    """Everybody who is not complained about: what needs no relation."""
    OWNER = "owner"
    """It is on his desk, or on that of somebody away whose deputy he is."""
    ABOVE = "above"
    """Somebody with at least the authority level the case stands at."""
    ABLE = "able"
    """Nobody owns it, and this person could."""
    UNIT = "unit"
    """It concerns his unit: as the responsible or reporting one, as the liable one, or as the one asked to confirm."""
    CALLER_AT_HAND = "caller_at_hand"
    """He looked the caller of this case up a moment ago, or received it from him."""
    MONEY = "money"
    """Money is in it: a compensation, or a category that is about money."""
    CORRECTOR = "corrector"
    """A corrective action of this incident is, or was, his."""
    NAMED = "named"
    """He, or his unit, is complained about."""


class Permit(StrEnum):
    """One thing the API lets somebody do."""

    READ_CASE = "read-case"
    READ_EVENTS = "read-events"
    """The ledger, and what the caller and colleagues said."""
    READ_RUNS = "read-runs"
    PRINT_DOSSIER = "print-dossier"
    """The case as one paper, for the regulator; each printing is on record."""
    READ_AFFECTED = "read-affected"
    """Whom an incident touched: it names customers."""

    ACKNOWLEDGE = "acknowledge"
    NOTE = "note"
    IDENTIFY = "identify"
    REOPEN = "reopen"
    CLASSIFY = "classify"
    PROMISE = "promise"
    KEEP_PROMISE = "keep-promise"
    HOLD = "hold"
    RESUME = "resume"
    PROPOSE = "propose"
    CARRY_OUT = "carry-out"
    FEED_BACK = "feed-back"
    CONTACT = "contact"
    SURVEY = "survey"
    ANSWER = "answer"
    ESCALATE = "escalate"
    REASSIGN = "reassign"
    WITHDRAW = "withdraw"
    APPROVE = "approve"
    REJECT = "reject"
    CONFIRM = "confirm"
    RELEASE = "release"
    TURN_INTO_COMPLAINT = "turn-into-complaint"
    TURN_INTO_REQUEST = "turn-into-request"
    AGREE_TURN = "agree-turn"
    REFUSE_TURN = "refuse-turn"
    ANSWER_QUESTIONNAIRE = "answer-questionnaire"
    SEND_LINK = "send-link"
    CANCEL_ROUND = "cancel-round"
    ASSESS = "assess"
    SETTLE = "settle"
    AGREE = "agree"
    ADVANCE = "advance"
    VOUCHER = "voucher"
    CONFIRM_VOUCHER = "confirm-voucher"
    RETURN_VOUCHER = "return-voucher"
    PAY = "pay"
    FIND_LIABLE = "find-liable"
    APPEAL_LIABILITY = "appeal-liability"
    ANSWER_REGULATOR = "answer-regulator"

    ACKNOWLEDGE_INCIDENT = "acknowledge-incident"
    TELL_AUTHORITY = "tell-authority"
    VALUE = "value"
    REGRADE = "regrade"
    TRACE = "trace"
    FILL_FORM = "fill-form"
    ATTACH = "attach"
    CONTAIN = "contain"
    INVESTIGATE = "investigate"
    DELIVER = "deliver"
    RESPOND = "respond"
    NAME_LIABLE = "name-liable"
    APPEAL = "appeal"
    PLAN_CORRECTION = "plan-correction"
    COMPLETE_CORRECTION = "complete-correction"
    CHECK_EFFECT = "check-effect"
    NAME_CAUSE = "name-cause"
    CONCLUDE = "conclude"
    TELL_CUSTOMER = "tell-customer"
    JOIN = "join"
    END_WITH_INCIDENT = "end-with-incident"

    RECEIVE = "receive"
    REPORT_INCIDENT = "report-incident"
    QUEUE = "queue"
    """My queue, and taking the next of it."""
    LOOK_UP = "look-up"
    """Who is calling; and the record of a customer."""
    UNMASK = "unmask"
    CORRECT = "correct"
    RUNS = "runs"
    CANCEL_RUN = "cancel-run"
    REPORTS = "reports"
    START_ROUND = "start-round"
    READ_ROUNDS = "read-rounds"
    """The result of a round of revisits."""
    REFER = "refer"
    """Record what the regulator sends on."""
    PAYMENTS = "payments"
    """The list of payments, and of what is recharged to whom."""
    SUBSCRIPTIONS = "subscriptions"
    """Who gets which notices where: listed, added, ended."""


READS = frozenset({Permit.READ_CASE, Permit.READ_EVENTS, Permit.READ_RUNS, Permit.PRINT_DOSSIER, Permit.READ_AFFECTED})
ANYWHERE = frozenset(
    {
        Permit.RECEIVE,
        Permit.REPORT_INCIDENT,
        Permit.QUEUE,
        Permit.LOOK_UP,
        Permit.UNMASK,
        Permit.CORRECT,
        Permit.RUNS,
        Permit.CANCEL_RUN,
        Permit.REPORTS,
        Permit.START_ROUND,
        Permit.READ_ROUNDS,
        Permit.REFER,
        Permit.PAYMENTS,
        Permit.SUBSCRIPTIONS,
    }
)
"""What is not about one case; it goes by role alone."""

DutyName = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,30}$")]
Permits = tuple[str, ...]
"""Permits, and names of duties."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Row(_Frozen):
    """What one role may do: whatever the case, and by each relation to it; relations add up."""

    centre: Permits = ()
    """What is not about one case."""
    none: Permits = ()
    """With any case, unless it is about him or his unit."""
    owner: Permits = ()
    """With what is on his desk."""
    above: Permits = ()
    """With cases up to his authority level."""
    able: Permits = ()
    """With what nobody owns and he could; it adds acts, not sight."""
    unit: Permits = ()
    """With cases of his unit."""
    caller_at_hand: Permits = ()
    """With cases of the caller he just looked up, or spoke with."""
    money: Permits = ()
    """With cases in which money is."""
    corrector: Permits = ("read-case", "read-events", "complete-correction")
    """With incidents of which a corrective action is his. Whoever is given one must be able to report it done, whatever
    his role and however old the rulebook."""


class Permissions(_Frozen):
    """Who may do what with a case, by role and by relation to it."""

    caller_minutes: Annotated[float, Field(gt=0, le=1440)]
    """How long after a look-up, or after receiving a case, its caller counts as at hand."""
    money_categories: tuple[Category, ...]
    """Categories that are about money, whether or not any was promised."""
    duties: Mapping[DutyName, Permits]
    """Names for what goes together."""
    roles: Mapping[Role, Row]

    @model_validator(mode="after")
    def every_word_is_known(self) -> Self:
        known = {*Permit} | set(self.duties)
        if both := sorted({*Permit} & set(self.duties)):
            raise ValueError(f"duties has a name that is an act already: {', '.join(both)}")
        for name, permits in self.duties.items():
            if unknown := [one for one in permits if one not in {*Permit}]:
                raise ValueError(f"the duty {name} names {', '.join(unknown)}; the acts are {', '.join(Permit)}")
        for role, row in self.roles.items():
            for column in Row.model_fields:
                if unknown := [one for one in getattr(row, column) if one not in known]:
                    raise ValueError(f"{role} › {column} names {', '.join(unknown)}, which is neither act nor duty")
        return self

    @model_validator(mode="after")
    def every_role_has_its_row(self) -> Self:
        if missing := [role for role in Role if role not in self.roles]:
            raise ValueError(f"roles lacks {', '.join(missing)}; an empty row allows nothing")
        return self

    @model_validator(mode="after")
    def what_is_of_a_case_stands_by_relation(self) -> Self:
        for role, row in self.roles.items():
            if wrong := sorted(set(self._spelt(row.centre)) - ANYWHERE):
                raise ValueError(f"{role} › centre names {', '.join(wrong)}, which goes by relation to a case")
            for relation in (one for one in Relation if one is not Relation.NAMED):
                if wrong := sorted(set(self._spelt(getattr(row, relation))) & ANYWHERE):
                    raise ValueError(f"{role} › {relation} names {', '.join(wrong)}, which belongs into centre")
            if wrong := sorted(set(self._spelt(row.able)) & READS):
                raise ValueError(f"{role} › able names {', '.join(wrong)}: it adds acts only; write it under none")
        return self

    @cached_property
    def by_relation(self) -> Mapping[Role, Mapping[Relation, frozenset[Permit]]]:
        """The table with duties spelt out; whoever is complained about has an empty column."""
        return {
            role: {
                relation: frozenset(self._spelt(getattr(row, relation)))
                if relation is not Relation.NAMED
                else frozenset()
                for relation in Relation
            }
            for role, row in self.roles.items()
        }

    @cached_property
    def anywhere(self) -> Mapping[Role, frozenset[Permit]]:
        return {role: frozenset(self._spelt(row.centre)) for role, row in self.roles.items()}

    def _spelt(self, words: Iterable[str]) -> list[Permit]:
        return [Permit(one) for word in words for one in self.duties.get(word, (word,))]
