"""What only an incident knows of itself: kept in `CaseFacts.details` as JSON, read through this frozen type."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Self

from models.values.incident_terms import IncidentGrade, IncidentKind


@dataclass(frozen=True)
class Action:
    """A corrective action: the sequence number of the event that planned it, and who sees to it."""

    ref: int
    owner: int


@dataclass(frozen=True)
class Incident:
    """None means not known (yet), which is never the same as nothing.

    The reporting unit is `CaseFacts.unit`, the liable one `CaseFacts.liable`. What people wrote is under seal in the
    ledger; here are only terms, codes, figures and moments.
    """

    kind: IncidentKind
    discovered_at: datetime
    phoned_at: datetime | None = None
    waybills: tuple[str, ...] = ()
    vehicle: tuple[str, ...] = ()
    hub: tuple[str, ...] = ()
    batch: tuple[str, ...] = ()
    """What it touched adds up: what is traced later stands beside what was reported first."""
    value: Decimal | None = None
    """Estimated loss of cargo value, CNY."""
    casualties: int | None = None
    """Dead and injured persons."""
    dangerous_goods: bool | None = None
    grade: IncidentGrade | None = None
    knows: int = 0
    """The level that was told last and must acknowledge."""
    acknowledged_by: int | None = None
    duties: tuple[str, ...] = ()
    """Reports owed to authorities, by code; the clock `authority` of each has its place here, from 1, for `ref`."""
    filled: tuple[str, ...] = ()
    """Fields of the report form that are filled."""
    contained_at: datetime | None = None
    counterpart: str | None = None
    """The unit asked to confirm."""
    noticed_at: datetime | None = None
    """When it was sent its notice."""
    presumed: bool = False
    """The counterpart was silent: liability is presumed on it."""
    found_level: int = 0
    """The authority level of whoever found who is liable."""
    appealed_by: int | None = None
    """Who filed the appeal about the finding."""
    actions: tuple[Action, ...] = ()
    """The corrective actions, done or not."""
    root_cause: str | None = None
    """The method: five_whys or eight_d."""
    reach: str | None = None
    """`open` while customers on the same vehicle, hub, batch or waybills may still be without their notice task."""

    @classmethod
    def of(cls, details: Mapping[str, Any]) -> Self:
        """From `CaseFacts.details` of an incident."""
        known = {field.name for field in fields(cls)}
        values = {name: value for name, value in details.items() if name in known}
        for name in _MOMENTS:
            if values.get(name) is not None:
                values[name] = datetime.fromisoformat(values[name])
        for name in _LISTS:
            found = values.get(name) or ()
            values[name] = (found,) if isinstance(found, str) else tuple(found)  # one word: from before it was a list
        values["actions"] = tuple(Action(**one) for one in values.get("actions", ()))
        values["kind"] = IncidentKind(values["kind"])
        values["grade"] = IncidentGrade(values["grade"]) if values.get("grade") else None
        values["value"] = Decimal(values["value"]) if values.get("value") is not None else None
        return cls(**values)

    def as_json(self) -> dict[str, Any]:
        """What is not known, and what is empty, is left out."""
        values: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if value is None or value == ():
                continue
            if isinstance(value, datetime):
                value = value.isoformat()
            elif isinstance(value, Decimal):
                value = f"{value:f}"
            values[field.name] = list(value) if isinstance(value, tuple) else value
        if self.actions:
            values["actions"] = [vars(one) for one in self.actions]
        return values

    def but(self, **changes: Any) -> dict[str, Any]:
        """The details with some of it changed."""
        return replace(self, **changes).as_json()


_MOMENTS = ("discovered_at", "phoned_at", "contained_at", "noticed_at")
PLACES = ("vehicle", "hub", "batch")
"""Where its shipments were, beside on its waybills."""
_LISTS = ("waybills", *PLACES, "duties", "filled")


@dataclass(frozen=True)
class CustomerNotice:
    """What only a notice task knows: why the customer is to be told (an incident, or a promised day that passed)."""

    cause: str
    """`incident` or `promise`."""
    shipments: int

    @classmethod
    def of(cls, details: Mapping[str, Any]) -> Self:
        return cls(details["cause"], details["shipments"])

    def as_json(self) -> dict[str, Any]:
        return {"cause": self.cause, "shipments": self.shipments}
