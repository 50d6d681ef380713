"""A day of callers, made up: seeded, Chinese, nobody real, and labelled by the template each text came from.

It knows nothing of how the centre classifies, so that what the demo measures is honest.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from models.values.vocabulary import Category, Kind

from .facts import Facts, caller
from .request import Relation, SimulatedRequest, Temperament, Urgency
from .texts import Deck, Template, Texts, load

__all__ = ["A_DAY", "SimulatedRequest", "arrivals", "generate"]

A_DAY = date(2026, 3, 18)
"""An ordinary Wednesday; dates spoken of in the texts are counted from the day played."""

_TRIES = 30
_SAYS_REMEDY = 0.6


def generate(count: int, seed: int, day: date = A_DAY) -> Iterator[SimulatedRequest]:
    """`count` requests in order of arrival; the same for the same arguments, on any machine."""
    rng = Random(f"day:{seed}")  # noqa: S311 - a simulation, not a secret
    offsets = arrivals(count, rng)
    callers = _Callers(load(), rng, day, seed)
    return (callers.call(f"G{number:04d}", offset) for number, offset in enumerate(offsets, 1))


def arrivals(count: int, rng: Random) -> list[timedelta]:
    """When `count` callers call, since midnight, sorted: two peaks (10–11 h, 14–16 h) and a thin night."""
    if count < 0:
        raise ValueError(f"a day has no {count} callers")
    hours = rng.choices(range(24), load().mix["hours"]["weights"], k=count)
    return sorted(timedelta(hours=hour, seconds=rng.randrange(3600)) for hour in hours)


@dataclass(frozen=True, slots=True)
class _Earlier:
    """A complaint already made, which its caller may come back to."""

    request: SimulatedRequest
    facts: Facts


class _Callers:
    """Deals kinds, categories and templates, and remembers who has called already."""

    def __init__(self, texts: Texts, rng: Random, day: date, seed: int) -> None:
        self._texts, self._rng, self._day, self._seed = texts, rng, day, seed
        self._kinds = Deck(map(Kind, _cards(texts.mix["kinds"])), rng)
        self._categories = Deck(map(Category, _cards(texts.mix["categories"])), rng)
        self._templates = {key: Deck(templates, rng) for key, templates in texts.templates.items()}
        self._earlier: list[_Earlier] = []
        self._said: set[str] = set()
        self._met = rng.randrange(10_000)

    def call(self, reference: str, received: timedelta) -> SimulatedRequest:
        """The next caller: mostly somebody new, now and then one who has called before."""
        chance, mix = self._rng.random(), self._texts.mix
        said: SimulatedRequest | None = None
        if self._earlier and chance < mix["again"]:
            said = self._again(reference, word_for_word=chance < mix["again"] * mix["word_for_word"])
        elif self._earlier and chance < mix["again"] + mix["sibling"]:
            said = self._sibling(reference)
        return replace(said or self._new(reference), received=received)

    def _new(self, reference: str) -> SimulatedRequest:
        kind = self._kinds.deal()
        deck = self._templates[kind, self._categories.deal() if kind is Kind.COMPLAINT else None]
        for _ in range(_TRIES):  # a short text without a waybill may have been said already
            template = deck.deal()
            self._met += 1
            who = caller(template, self._texts, self._rng, self._met)
            facts = Facts(self._texts, self._rng.choice(template.lines), who, self._day, self._rng)
            said = self._request(reference, template, facts)
            if said.text not in self._said:
                break
        self._said.add(said.text)
        if kind is Kind.COMPLAINT and said.waybill and said.caller_phone and template.style != "review":
            self._earlier.append(_Earlier(said, facts))
        return said

    def _again(self, reference: str, *, word_for_word: bool) -> SimulatedRequest:
        """The same cause on the same waybill; word for word is a form just sent twice."""
        earlier = self._earlier.pop(-1 if word_for_word else self._rng.randrange(len(self._earlier)))
        first = self._like(reference, earlier.request, Relation.AGAIN)
        if word_for_word or first.category is None:
            return first
        words = self._texts.words["again"]
        trouble = self._rng.choice(words["trouble"][first.category.value])
        text = earlier.facts.say(self._rng.choice(words["says"]).replace("{trouble}", trouble))
        return replace(first, text=text, secondary=None, remedy_sought=None, urgency=None)

    def _sibling(self, reference: str) -> SimulatedRequest | None:
        """Another cause on the same waybill; None where the trade has none beside the first."""
        earlier = self._earlier.pop(self._rng.randrange(len(self._earlier)))
        first, facts = earlier.request, earlier.facts
        seconds = self._texts.mix["siblings"].get(first.category)
        if not seconds:
            return None
        template = self._rng.choice(self._texts.siblings[Category(self._rng.choice(seconds))])
        opening = facts.say(self._rng.choice(self._texts.words["sibling"]["says"]))
        said = self._request(reference, template, facts, opening)
        return replace(
            said,
            waybill=first.waybill,
            channel=first.channel,
            party=first.party,
            follows=first.reference,
            relation=Relation.SIBLING,
        )

    def _like(self, reference: str, first: SimulatedRequest, relation: Relation) -> SimulatedRequest:
        drawn = Temperament.drawn(reference, first.severity, self._seed)
        return replace(first, reference=reference, temperament=drawn, follows=first.reference, relation=relation)

    def _request(
        self, reference: str, template: Template, facts: Facts, opening: str | None = None
    ) -> SimulatedRequest:
        rng, words, who = self._rng, self._texts.words, facts.caller
        facts.suit(template)
        urgency, text = template.urgency, facts.say(template.text)
        if not template.bare:
            closing = rng.choice(words["closings"][template.style])
            if template.kind is Kind.COMPLAINT and not urgency and rng.random() < self._texts.mix["threat"]:
                threat = rng.choice(list(words["threats"]))
                urgency, closing = Urgency(threat), rng.choice(words["threats"][threat])
            text = text.rstrip("。，！？") + closing if closing else text
            text = (rng.choice(words["openings"][template.style]) if opening is None else opening) + text
        tells_waybill = 0.8 if "{waybill}" in template.text else 0.45 if template.category else 0.0
        return SimulatedRequest(
            reference=reference,
            text=text,
            kind=template.kind,
            category=template.category,
            secondary=template.secondary,
            severity=template.severity,
            business_line=facts.line,
            remedy_sought=rng.choice(template.remedies) if template.remedies and rng.random() < _SAYS_REMEDY else None,
            waybill=facts.waybill if rng.random() < tells_waybill else None,
            channel=self._texts.channel(template.style, rng),
            party=template.party,
            caller_name=who.name,
            caller_phone=who.phone,
            received=timedelta(),
            temperament=Temperament.drawn(reference, template.severity, self._seed),
            company=who.company,
            urgency=urgency,
        )


def _cards(weights: dict[str, int]) -> list[str]:
    return [name for name, cards in weights.items() for _ in range(cards)]
