"""What one caller of the demo brings: words for the API, the truth about them, and a hidden temperament.

The API is told `intake()` and nothing else. `labels` is the ground truth that simulated staff triage by;
`temperament` is how the simulated customer will behave, unknown to everybody until he does.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from random import Random

from models.values.vocabulary import BusinessLine, Category, Channel, Kind, Party, Severity

NEVER_REACHED = 4
"""The attempt on which a customer is reached who is reached on none of the three."""

_SOLVED = {Severity.MINOR: 0.90, Severity.MODERATE: 0.82, Severity.SERIOUS: 0.68}


class Urgency(StrEnum):
    """Why a request goes before others, as its text says."""

    CASUALTY = "casualty"
    DANGEROUS = "dangerous"
    PERISHABLE = "perishable"
    REGULATOR = "regulator"
    MEDIA = "media"
    LAWYER = "lawyer"


class Relation(StrEnum):
    """What a request is to the earlier one it follows."""

    AGAIN = "again"
    """The same cause on the same waybill: to be linked."""
    SIBLING = "sibling"
    """Another cause on the same waybill: a case of its own."""


@dataclass(frozen=True, slots=True)
class Labels:
    """The ground truth of a text; each is None where a file's line does not carry it."""

    kind: Kind | None = None
    category: Category | None = None
    secondary: Category | None = None
    severity: Severity | None = None
    business_line: BusinessLine | None = None


@dataclass(frozen=True, slots=True)
class Temperament:
    """How the simulated customer will behave."""

    patience: int
    """Days he waits in silence before he asks again, 1–7."""
    will_be_reached_on_attempt: int
    """1–3, or `NEVER_REACHED`."""
    solved: bool
    """Whether he says at the first revisit that his trouble is solved."""
    expectation: int
    """What he expected of the service, 1–5."""
    satisfaction: int
    """What he experienced, 1–5; goes with `solved`."""
    accepts_outcome: tuple[bool, bool, bool]
    """Whether he accepts the outcome at the first, second and third feedback."""
    withdraws: bool
    """Whether he takes his request back before it is decided (rare)."""

    @classmethod
    def drawn(cls, reference: str, severity: Severity | None, seed: int) -> "Temperament":
        """The temperament of the caller with this reference: the same for a seed, whoever else calls."""
        rng = Random(f"{seed}:{reference}")  # noqa: S311 - a simulation, not a secret
        likely = _SOLVED[severity or Severity.MODERATE]
        solved = rng.random() < likely
        return cls(
            patience=rng.randint(1, 7),
            will_be_reached_on_attempt=rng.choices((1, 2, 3, NEVER_REACHED), (62, 20, 9, 9))[0],
            solved=solved,
            expectation=rng.choices(range(1, 6), (2, 8, 30, 40, 20))[0],
            satisfaction=rng.choices(range(1, 6), (2, 5, 18, 45, 30) if solved else (40, 35, 18, 6, 1))[0],
            accepts_outcome=(rng.random() < likely, rng.random() < 0.8, rng.random() < 0.95),
            withdraws=rng.random() < 0.015,
        )


@dataclass(frozen=True, slots=True)
class SimulatedRequest:
    """One caller with one problem. Generated ones are fully labelled, read ones as far as their line is."""

    reference: str
    text: str
    kind: Kind | None
    category: Category | None
    secondary: Category | None
    severity: Severity | None
    business_line: BusinessLine | None
    remedy_sought: str | None
    waybill: str | None
    channel: Channel
    party: Party
    caller_name: str | None
    caller_phone: str | None
    received: timedelta
    """Time of the call, since midnight of the day played."""
    temperament: Temperament
    company: str | None = None
    """The (invented) shipper the caller speaks for; a few of them ship most of the volume."""
    urgency: Urgency | None = None
    follows: str | None = None
    """Reference of the earlier request of the same caller about the same waybill."""
    relation: Relation | None = None

    @property
    def labels(self) -> Labels | None:
        """The ground truth; None where there is none at all."""
        labels = Labels(self.kind, self.category, self.secondary, self.severity, self.business_line)
        return None if labels == Labels() else labels

    def intake(self) -> dict[str, object]:
        """The JSON body for the API: what a caller would say. `received_at` is added by whoever sends it."""
        return {
            "reference": self.reference,
            "text": self.text,
            "remedy_sought": self.remedy_sought,
            "waybill": self.waybill,
            "channel": self.channel.value,
            "party": self.party.value,
            "caller": {"name": self.caller_name, "phone": self.caller_phone},
        }
