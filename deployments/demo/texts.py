"""The demo's phrase book: labelled templates, words, and the proportions of a day (`texts/*.toml`)."""

import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any, Generic, TypeVar

from models.values.vocabulary import BusinessLine, Category, Channel, Kind, Party, Severity

from .request import Urgency

T = TypeVar("T")
Range = tuple[int, int]

_ALTERNATIVE = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")
_FIGURES = ("days", "amount", "fee", "pieces")
_KEYS = {"text", "secondary", "severity", "line", "party", "style", "remedy", "urgency", "bare", *_FIGURES}


@dataclass(frozen=True)
class Template:
    """One way to say something, and what it truly is."""

    text: str
    kind: Kind
    category: Category | None
    secondary: Category | None
    severity: Severity
    lines: tuple[BusinessLine, ...]
    party: Party
    style: str
    remedies: tuple[str, ...]
    urgency: Urgency | None
    bare: bool
    """Said without greeting or closing words."""
    figures: dict[str, Range]
    """The range a figure of the text is drawn from, where the default does not fit."""


@dataclass(frozen=True)
class Courier:
    name: str
    line: BusinessLine
    waybill: str


@dataclass(frozen=True)
class Texts:
    templates: dict[tuple[Kind, Category | None], tuple[Template, ...]]
    siblings: dict[Category, tuple[Template, ...]]
    """Second causes, said beside an earlier complaint."""
    couriers: tuple[Courier, ...]
    words: dict[str, Any]
    mix: dict[str, Any]

    def channel(self, style: str, rng: Random) -> Channel:
        weights: dict[str, float] = self.mix["channels"][style]
        return Channel(rng.choices(list(weights), list(weights.values()))[0])


class Deck(Generic[T]):
    """Deals every card once before any comes again, so that proportions hold in small samples too."""

    def __init__(self, cards: Iterable[T], rng: Random) -> None:
        self._cards = list(cards)
        self._rng = rng
        self._left: list[T] = []

    def deal(self) -> T:
        if not self._left:
            self._left = self._rng.sample(self._cards, len(self._cards))
        return self._left.pop()


def expand(pattern: str, rng: Random, slot: Callable[[str], str]) -> str:
    """Choose among `[a|b]`, innermost first, then fill each `{slot}`."""
    while found := _ALTERNATIVE.search(pattern):
        pattern = pattern[: found.start()] + rng.choice(found[1].split("|")) + pattern[found.end() :]
    return _SLOT.sub(lambda found: slot(found[1]), pattern)


@cache
def load() -> Texts:
    words = _read("words")
    couriers = tuple(
        Courier(name, BusinessLine(raw["line"]), raw["waybill"]) for name, raw in words["couriers"].items()
    )
    templates: dict[tuple[Kind, Category | None], tuple[Template, ...]] = {}
    for category, said in _complaints("complaint").items():
        templates[Kind.COMPLAINT, category] = said
    for kind, raws in _read("other_kinds").items():
        templates[Kind(kind), None] = tuple(_template(raw, Kind(kind), None) for raw in raws)
    return Texts(templates, _complaints("sibling"), couriers, words, _read("mix"))


def _complaints(name: str) -> dict[Category, tuple[Template, ...]]:
    return {
        Category(category): tuple(_template(raw, Kind.COMPLAINT, Category(category)) for raw in raws)
        for category, raws in _read(name).items()
    }


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "texts" / f"{name}.toml").read_text(encoding="utf-8"))


def _template(raw: dict[str, Any], kind: Kind, category: Category | None) -> Template:
    if unknown := raw.keys() - _KEYS:
        raise ValueError(f"template “{raw['text']}” has unknown keys: {', '.join(sorted(unknown))}")
    lines = raw.get("line", BusinessLine.EXPRESS.value)
    return Template(
        text=raw["text"],
        kind=kind,
        category=category,
        secondary=Category(raw["secondary"]) if "secondary" in raw else None,
        severity=Severity(raw.get("severity", Severity.MINOR.value)),
        lines=tuple(BusinessLine(line) for line in ([lines] if isinstance(lines, str) else lines)),
        party=Party(raw.get("party", Party.CONSIGNEE.value)),
        style=raw.get("style", "chat"),
        remedies=tuple(raw.get("remedy", ())),
        urgency=Urgency(raw["urgency"]) if "urgency" in raw else None,
        bare=raw.get("bare", False),
        figures={name: (raw[name][0], raw[name][1]) for name in _FIGURES if name in raw},
    )
