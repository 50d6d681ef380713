"""The figures of a day and of a hand-over. Counts and case numbers; who owns what is by staff id."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

By = Mapping[str, int]


@dataclass(frozen=True)
class Counted:
    """A number of cases, and how they are made up; what nobody knows yet is under `unknown`."""

    cases: int = 0
    by_kind: By = field(default_factory=dict)
    by_category: By = field(default_factory=dict)
    by_unit: By = field(default_factory=dict)


@dataclass(frozen=True)
class Promises:
    """Promises due on a day: kept in time, kept late, still open."""

    due: int = 0
    kept: int = 0
    late: int = 0
    open: int = 0


@dataclass(frozen=True)
class Notable:
    """A case worth reading about, and why: urgent flags, serious, quarantined, climbed."""

    number: int
    why: Sequence[str]


@dataclass(frozen=True)
class Day:
    received: Counted
    closed: Counted
    breached: Counted
    breaches: By
    """Missed deadlines by clock."""
    promises: Promises
    promises_next_day: int
    open: int
    """When the day was over."""
    overdue: int
    """Of those open, when it was counted."""
    answered: int
    first_contact: int
    """Of those answered: in the first contact."""
    escalated: int
    reopened: int
    notable: Sequence[Notable]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Handed:
    """Cases that go from somebody who is not there (None: from nobody) to those of these roles who are."""

    cases: Sequence[int]
    to_roles: Sequence[str]
    from_staff: int | None = None


@dataclass(frozen=True)
class Handover:
    """What wants attention in a shift: due or promised before it ends, or overdue already."""

    cases: int
    promises: int
    overdue: int
    stays: Mapping[str, Sequence[int]]
    """With owners who are there: case numbers by staff id."""
    handed: Sequence[Handed]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
