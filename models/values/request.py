"""What only requests (enquiry, consultation, suggestion, manual service) know of themselves: a part of `details`.

It stands under a name of its own and stays when a request turns into a complaint: nothing of its history is lost.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.values.vocabulary import Kind, ManualService, SuggestionVerdict

PART = "request"


@dataclass(frozen=True)
class Asked:
    """Somebody asked that a complaint become a request of this kind; a second person decides."""

    kind: Kind
    by: int


@dataclass(frozen=True)
class RequestDetails:
    door: Kind | None = None
    """The kind it came in as, when the door said so."""
    service: ManualService | None = None
    verdict: SuggestionVerdict | None = None
    first_contact: bool | None = None
    """Whether it was answered in the first contact; None: not answered yet."""
    asked: Asked | None = None
    was: tuple[Kind, ...] = ()
    """The kinds it had before it was turned, in order."""

    @classmethod
    def of(cls, details: Mapping[str, Any]) -> "RequestDetails":
        kept: Mapping[str, Any] = details.get(PART) or {}
        asked = kept.get("asked")
        return cls(
            door=Kind(kept["door"]) if kept.get("door") else None,
            service=ManualService(kept["service"]) if kept.get("service") else None,
            verdict=SuggestionVerdict(kept["verdict"]) if kept.get("verdict") else None,
            first_contact=kept.get("first_contact"),
            asked=Asked(Kind(asked["kind"]), asked["by"]) if asked else None,
            was=tuple(Kind(one) for one in kept.get("was", ())),
        )

    def within(self, details: Mapping[str, Any]) -> dict[str, Any]:
        """The details with this part of them."""
        kept: dict[str, Any] = {
            "door": self.door,
            "service": self.service,
            "verdict": self.verdict,
            "first_contact": self.first_contact,
            "asked": {"kind": self.asked.kind, "by": self.asked.by} if self.asked else None,
            "was": list(self.was),
        }
        return {**details, PART: {name: value for name, value in kept.items() if value not in (None, [])}}
