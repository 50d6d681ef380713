"""What only the procedure `round` knows of its case: which round it is, how far its contacts are opened."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from models.values.round_terms import RetentionLevel, RoundKind


@dataclass(frozen=True)
class RoundDetails:
    """`round` is its number in table `rounds`, None until it is drawn.

    `replicate` is the one released last (0: the sample itself), `opening` whether more contacts of it are to be opened.
    `customers` are those a retention round calls on, `level` what was tried to keep them.
    """

    kind: RoundKind
    first: date
    last: date
    round: int | None = None
    replicate: int = 0
    opening: bool = False
    cancelled: bool = False
    margin: float | None = None
    """The margin wanted, where it is not the rulebook's."""
    closes_at: str | None = None
    """When it closes (ISO), where that is not as the rulebook says."""
    customers: tuple[int, ...] = ()
    level: RetentionLevel | None = None

    @classmethod
    def of(cls, details: Mapping[str, Any]) -> Self:
        known = dict(details)
        known |= {"kind": RoundKind(known["kind"]), "customers": tuple(known.get("customers", ()))}
        known |= {name: date.fromisoformat(known[name]) for name in ("first", "last")}
        known |= {"level": RetentionLevel(known["level"])} if known.get("level") else {}
        return cls(**known)

    def as_json(self) -> dict[str, Any]:
        known: dict[str, Any] = {"kind": self.kind.value, "first": str(self.first), "last": str(self.last)}
        rest: dict[str, Any] = {"round": self.round, "replicate": self.replicate, "opening": self.opening}
        rest |= {"cancelled": self.cancelled, "margin": self.margin, "closes_at": self.closes_at}
        rest |= {"customers": list(self.customers), "level": self.level and self.level.value}
        return known | {name: value for name, value in rest.items() if value}
