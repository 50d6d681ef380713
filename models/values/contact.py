"""What only the procedure `revisit` knows of its case: whose round, about which shipment, what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from models.values.round_terms import RoundKind


@dataclass(frozen=True)
class ContactDetails:
    """`barred` are staff who handled a case of this customer in the window of the round: they never make the call.

    `closes_at` (ISO) is when the round ends. `links` counts the one-time links given out: only the last one is good.
    """

    round_case: UUID
    kind: RoundKind
    closes_at: str
    order: str | None = None
    barred: tuple[int, ...] = ()
    links: int = 0
    disposition: str | None = None
    version: str | None = None
    """Of the questionnaire that was answered."""
    answers: Mapping[str, Any] | None = None
    complaint: UUID | None = None
    """The complaint that what the customer said opened."""

    @classmethod
    def of(cls, details: Mapping[str, Any]) -> Self:
        known = dict(details)
        known |= {"round_case": UUID(known["round_case"]), "kind": RoundKind(known["kind"])}
        known |= {"barred": tuple(known.get("barred", ()))}
        known |= {"complaint": UUID(known["complaint"])} if known.get("complaint") else {}
        return cls(**known)

    def as_json(self) -> dict[str, Any]:
        known: dict[str, Any] = {"round_case": str(self.round_case), "kind": self.kind.value}
        known |= {"closes_at": self.closes_at, "barred": list(self.barred)}
        rest: dict[str, Any] = {"order": self.order, "links": self.links}
        rest |= {"disposition": self.disposition, "version": self.version}
        rest |= {"answers": dict(self.answers) if self.answers is not None else None}
        rest |= {"complaint": str(self.complaint) if self.complaint else None}
        return known | {name: value for name, value in rest.items() if value}
