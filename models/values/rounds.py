"""A round as values: its cells and strata, its plan, what was drawn. Frozen, free of I/O."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from models.values.case import Reason
from models.values.classes import Period
from models.values.round_terms import Disposition, RoundKind, RoundState

UNKNOWN = "unknown"
"""The class, line or branch of a customer who has none."""
POOLED = "*"
"""The axis of a stratum that thin cells were merged along."""


@dataclass(frozen=True, order=True)
class Cell:
    """Class × line × branch, as words; an axis that was merged away is `*`."""

    customer_class: str
    line: str
    branch: str

    def __str__(self) -> str:
        return f"{self.customer_class} × {self.line} × {self.branch}"


@dataclass(frozen=True)
class CellCount:
    """A cell of the frame and how many of its rows are in it; its number is its place in `Plan.cells`, from 0."""

    cell: Cell
    population: int


@dataclass(frozen=True)
class Stratum:
    """What is drawn from on its own. `number` from 0; `cells` are numbers of the plan's cells.

    `drawn` is the size of the sample (replicate 0), `reserves` the sizes of replicates 1, 2 …
    """

    number: int
    cell: Cell
    cells: tuple[int, ...]
    population: int
    census: bool = False
    drawn: int = 0
    reserves: tuple[int, ...] = ()


@dataclass(frozen=True)
class Merged:
    """A step of the trail: a stratum too thin to stand alone went into another one."""

    what: Cell
    population: int
    into: Cell


@dataclass(frozen=True)
class Plan:
    """What a round was drawn by; kept as JSON with it. `sampling` is the rulebook's section as it was used."""

    sampling: Mapping[str, Any]
    cells: tuple[CellCount, ...]
    strata: tuple[Stratum, ...]
    trail: tuple[Merged, ...]
    answers_wanted: int
    """How many answers the wanted margin asks for, with finite-population correction."""
    release_wanted: int
    """How many draws, at the response expected."""

    @property
    def population(self) -> int:
        return sum(stratum.population for stratum in self.strata)

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> "Plan":
        return cls(
            sampling=content["sampling"],
            cells=tuple(CellCount(Cell(**one["cell"]), one["population"]) for one in content["cells"]),
            strata=tuple(_stratum(one) for one in content["strata"]),
            trail=tuple(
                Merged(Cell(**one["what"]), one["population"], Cell(**one["into"])) for one in content["trail"]
            ),
            answers_wanted=content["answers_wanted"],
            release_wanted=content["release_wanted"],
        )

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def _stratum(content: Mapping[str, Any]) -> Stratum:
    lists = {"cells": tuple(content["cells"]), "reserves": tuple(content["reserves"])}
    return Stratum(**{**content, **lists, "cell": Cell(**content["cell"])})


@dataclass(frozen=True)
class Member:
    """A row of a frame that is listed, not sampled from shipments: a complaint, an account, a customer to win back."""

    customer_id: int | None
    shipment_customer_id: int | None = None
    order_id: str | None = None
    complaint_id: UUID | None = None


@dataclass(frozen=True)
class RoundFacts:
    """A round as it is stored, without its frame."""

    id: int
    kind: RoundKind
    period: Period
    state: RoundState
    estimand: Mapping[str, str]
    population: int
    frame_hash: str
    draw_hash: str
    seed: int
    plan: Plan
    rulebook: str
    case_id: UUID | None
    opened_at: datetime
    closes_at: datetime
    closed_at: datetime | None

    def anchor(self) -> dict[str, Any]:
        """What the ledger keeps of the draw, so that changing the round's row shows (`verify` compares)."""
        return {
            "round": self.id,
            "population": self.population,
            "seed": self.seed,
            "frame_hash": self.frame_hash,
            "draw_hash": self.draw_hash,
        }


@dataclass(frozen=True)
class Draw:
    """One draw as it stands."""

    position: int
    customer_id: int | None
    shipment_customer_id: int | None
    order_id: str | None
    complaint_id: UUID | None
    stratum: int
    place: int
    replicate: int
    released_at: datetime | None
    disposition: Disposition | None
    contact_id: UUID | None


@dataclass(frozen=True)
class EligibilityFacts:
    """What decides whether a drawn customer is called, as it stands when his replicate is released.

    The two moments: when a survey last reached him, whether or not he answered it.
    """

    customer_id: int
    do_not_call: bool = False
    erased: bool = False
    phones: int = 0
    open_complaints: int = 0
    transactional_at: datetime | None = None
    relationship_at: datetime | None = None


@dataclass(frozen=True)
class Excluded:
    """A drawn customer who is not called: a disposition of his draw, never a hole in the frame."""

    disposition: Disposition
    reason: Reason
    until: date | None = None
    """The day from which he could be called again, where there is one."""
