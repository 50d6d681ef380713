"""A case as rules see it: facts in, a decision with its reasons out. Frozen, free of I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from models.values.people_terms import Role
from models.values.stage_terms import ClockName, EventKind, Stage
from models.values.vocabulary import (
    BusinessLine,
    Category,
    Channel,
    CustomerClass,
    HandlingMethod,
    HoldReason,
    Kind,
    Outcome,
    Party,
    Procedure,
    Severity,
)


@dataclass(frozen=True)
class Reason:
    """Why something was decided, in the users' two languages."""

    zh: str
    en: str


@dataclass(frozen=True)
class Deadline:
    """One running or ended clock of a case.

    `due_at` is business time; `why` is its derivation; `fired` counts what follow-up already did about it
    (0 nothing, 1 reminded, 2 overdue or called); `met_at` ends it; `paused_at` stands while a hold stops it.
    `ref` tells promises apart: the sequence number of the event that made it. After a breach `fired` is 2 and the level
    it has climbed to; `escalate_at` is when it climbs next (None: it stands at the top, or does not climb).
    `stood`: seconds it was paused so far. `stamp`: the terms and calendars it was derived by (`Policy.stamp`).
    """

    name: ClockName
    started_at: datetime
    due_at: datetime
    calendar: str
    why: Reason
    remind_at: datetime | None = None
    fired: int = 0
    met_at: datetime | None = None
    paused_at: datetime | None = None
    pausable: bool = False
    ref: int | None = None
    escalate_at: datetime | None = None
    stood: float = 0
    stamp: str | None = None

    @property
    def running(self) -> bool:
        return self.met_at is None and self.paused_at is None


@dataclass(frozen=True)
class CaseFacts:
    """Everything about one case that a rule may look at; loaded under the case's lock."""

    id: UUID
    stage: Stage
    received_at: datetime
    recorded_at: datetime
    channel: Channel
    number: int = 0
    """Given by the database when the case is stored."""
    version: int = 1
    events: int = 0
    procedure: Procedure = Procedure.COMPLAINT
    party: Party = Party.UNKNOWN
    caller_key: str | None = None
    """Keyed digest of who called (phone or name); equal keys are the same caller. None: unknown or anonymous."""
    customer_id: int | None = None
    """Who that is; matched when the case is classified, or named by a person. None: not known (yet)."""
    reference: str | None = None
    waybill: str | None = None
    kind: Kind | None = None
    category: Category | None = None
    secondary: Category | None = None
    severity: Severity | None = None
    business_line: BusinessLine = BusinessLine.UNKNOWN
    unit: str | None = None
    """The responsible unit, by its code in the rulebook."""
    customer_class: CustomerClass | None = None
    proposed_kind: Kind | None = None
    proposed_category: Category | None = None
    confidence: float | None = None
    urgent: tuple[str, ...] = ()
    """Flags that go before everything: casualty, dangerous, perishable, regulator, media, lawyer."""
    level: int = 0
    """Authority level now responsible: 0 handler, 1 supervisor, 2 manager, 3 general manager."""
    owner_id: int | None = None
    handler_id: int | None = None
    """Who carried the case out last: never the one who revisits it."""
    proposer_id: int | None = None
    named_staff: tuple[int, ...] = ()
    """Staff complained about: they never own or see the case."""
    named_units: tuple[str, ...] = ()
    """Units complained about: their people never own or see the case."""
    method: HandlingMethod | None = None
    remedy: Mapping[str, Any] | None = None
    """The proposal now standing: compensation as a decimal string, its currency, whether it was approved, by which
    level it must be, and who proposed what needed another's approval since the customer was last told (they approve
    nothing)."""
    paid: Decimal = Decimal(0)
    """Compensation carried out on this case so far, in the currency of its rulebook."""
    outcome: Outcome | None = None
    withdrawn: bool = False
    rejections: int = 0
    reopenings: int = 0
    attempts: tuple[Mapping[str, Any], ...] = ()
    """Attempts to reach the customer at this stage: outcome and when."""
    satisfaction: int | None = None
    expectation: int | None = None
    solved: bool | None = None
    hold: HoldReason | None = None
    linked_to: UUID | None = None
    poked: bool = False
    """Another case told this one to look up (its main case ended); follow-up clears it."""
    sibling_of: UUID | None = None
    root_cause: str | None = None
    liable: str | None = None
    liable_units: tuple[str, ...] = ()
    """Units of the firm that bear a share by the last finding; `liable` bears most."""
    score: float | None = None
    clocks: tuple[Deadline, ...] = ()
    overdue: bool = False
    watch: int = 0
    """While it is overdue: the level above its owner that was told and watches over it."""
    rulebook: str | None = None
    """Content hash of the rulebook this case is judged by."""
    closed_at: datetime | None = None
    settlings: int = 0
    """How many acts about money and liability there were: what a person decides on, so each moves the version."""
    firm_liable: bool | None = None
    """What the finding says; None: there is none."""
    details: Mapping[str, Any] = field(default_factory=dict)
    """What only its procedure knows of it, as JSON has it; each procedure reads it through a frozen type of its own."""


@dataclass(frozen=True)
class StaffFacts:
    """One member of staff as assignment sees him."""

    id: int
    name: str
    role: Role
    level: int
    unit: str | None = None
    skills: frozenset[str] = frozenset()
    """Categories and business lines; empty means everything."""
    languages: frozenset[str] = frozenset()
    """ISO 639 codes."""
    capacity: int = 20
    load: int = 0
    present: bool = True
    """On shift and not away, at the moment of loading."""
    absent_since: datetime | None = None
    """Since when (or, recorded ahead, from when) he is away for good reason or gone; being off shift is not that."""
    deputises: frozenset[int] = frozenset()
    """Those away now whose deputy this is: what is on their desks is on his."""


@dataclass(frozen=True)
class Row:
    """A row beside the case (a payment, a notice), by the columns of its table; one of the same key is replaced.

    `sealed` are the columns that hold something personal, still open: they are sealed when the row is saved. A key left
    out is made there too, if its column has a default.
    """

    table: str
    values: Mapping[str, Any]
    sealed: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Decision:
    """What a rule decided: the event to write, the facts that change, and why.

    `data` goes into the ledger as it is and must hold nothing personal; `sealed` is encrypted there (free text of
    people) and can be erased without breaking the chain. `pokes` are other cases that must look up again, `rows` are
    written beside the case, `opens` are cases it opens: all in the one transaction of the decision.
    """

    event: EventKind | None
    """None: nothing happened worth a line in the ledger, only a timer moved."""
    changes: Mapping[str, Any] = field(default_factory=dict)
    reasons: tuple[Reason, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    sealed: Mapping[str, Any] | None = None
    private: bool = False
    """Its reasons quote what the customer said: they are sealed as well."""
    pokes: tuple[UUID, ...] = ()
    rows: tuple[Row, ...] = ()
    opens: tuple["Opening", ...] = ()
    overwrites: bool = False
    """It writes over what somebody else may just have written: the version moves, and one of the two looks again."""


@dataclass(frozen=True)
class Opening:
    """A case that a decision about another one opens: its facts before its first event, and that event.

    Its id is given by whoever loads (ids are in order of time), its number by the database.
    """

    facts: CaseFacts
    decision: Decision


@dataclass(frozen=True)
class Agenda:
    """What a case wants next: the system's step, when (None: only if poked), and its place in the order of work."""

    step: str | None
    due_at: datetime | None
    order_at: datetime | None
    rank: int
    """0 before 1 before 2 …"""
    place_at: datetime | None = None
    """By what its place in people's queues is found; it does not move while the case waits."""


class Refusal(Exception):
    """An act that cannot be done now: a clear sentence for the person, nothing changed."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.reason = Reason(zh, en)
