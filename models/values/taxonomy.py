"""What the trade knows about texts, as data: signs in the words, what each speaks for, how they are weighed.

A **sign** is one thing a text can say (a parcel not arrived, a courier out of reach). It is found by its
patterns or a measured quantity, may depend on other signs (`needs`, `one_of`, `unless`), and adds weights (natural-log
odds) to the labels it speaks for.
"""

import re
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from models.values.patterns import expanded, safe
from models.values.vocabulary import BusinessLine, Category, Kind, Severity

Urgency = Literal["casualty", "dangerous", "perishable", "regulator", "media", "lawyer"]
Weight = Annotated[float, Field(ge=-8, le=8)]
Share = Annotated[float, Field(ge=0, le=1)]
Meaning = Annotated[str, Field(min_length=1, max_length=200)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Weights(Frozen):
    """What speaks for which label, by axis, in natural-log odds."""

    kind: dict[Kind, Weight] = {}
    category: dict[Category, Weight] = {}
    severity: dict[Severity, Weight] = {}
    line: dict[BusinessLine, Weight] = {}


class Sign(Weights):
    """One thing a text can say."""

    zh: Meaning
    en: Meaning
    any: tuple[str, ...] = ()
    """Regular expressions with bounded repetitions; `<name>` stands for the words of that name."""
    negatable: bool = False
    """A find right after a negation does not count."""
    quantity: Name | None = None
    at_least: float | None = None
    below: float | None = None
    needs: tuple[Name, ...] = ()
    one_of: tuple[Name, ...] = ()
    unless: tuple[Name, ...] = ()
    urgent: Urgency | None = None

    @model_validator(mode="after")
    def _can_be_found(self) -> Self:
        if not (self.any or self.quantity or self.needs or self.one_of):
            raise ValueError("a sign needs patterns (any), a quantity, or signs it follows from (needs, one_of)")
        if bool(self.quantity) != (self.at_least is not None or self.below is not None):
            raise ValueError("quantity goes together with at_least or below")
        return self


class Quantity(Frozen):
    """A number read from the text: each find is the sum of its numbered groups by factor, times its unit."""

    pattern: str = "."
    factors: dict[str, float] = {"number": 1.0}
    """By named group of the pattern; a group that is absent keeps the value it had in the find before."""
    units: dict[str, float] = {}
    """What the group `unit` multiplies by."""
    take: Literal["largest", "spread", "length"] = "largest"
    """`spread`: the largest less the smallest; `length`: characters of the text, whatever the pattern."""


class Numerals(Frozen):
    """Written-out numbers."""

    digits: dict[str, float] = {}
    powers: dict[str, float] = {}


class Wording(Frozen):
    """How reasons read; `{words}`, `{meaning}`, `{label}` are filled in."""

    found_zh: Meaning
    found_en: Meaning
    nothing_zh: Meaning
    nothing_en: Meaning
    learned_zh: Meaning = "从示例中学到"
    learned_en: Meaning = "learned from examples"
    """What is said of words that speak by learned weights."""
    labels: dict[str, Meaning]
    """What kinds, categories and the like are called in Chinese, here and wherever staff read them."""


class Teaching(Frozen):
    """Learned weights beside the signs (`models.values.learned`)."""

    weights: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    """Their name: the digest of their file."""
    rules_share: Share
    """How much the signs' own weights and the prior count beside them; without learned weights, all."""


class Bounds(Frozen):
    """What the centre calls sure, and how much is read and said."""

    sure_at: Share
    """Under this confidence a person decides."""
    secondary_at: Share
    """A second grievance is named from this share of the main one's probability on."""
    little_evidence: Annotated[float, Field(ge=0, le=20)]
    """Sum of absolute weights under which the answer is a guess …"""
    guess: Share
    """… whose confidence is at most this."""
    shortest: Annotated[int, Field(ge=0, le=50)] = 0
    """A text of fewer letters and figures says too little: its answer is a guess."""
    read_head: Annotated[int, Field(ge=50, le=5000)]
    read_tail: Annotated[int, Field(ge=0, le=5000)]
    """Of a longer text only this many characters of its beginning and end are read."""
    reasons: Annotated[int, Field(ge=1, le=10)]
    """Reasons given for each axis at most."""


class Taxonomy(Frozen):
    """The taxonomy part of the rulebook, its patterns checked."""

    bounds: Bounds
    learned: Teaching | None = None
    prior: Weights
    calibration: Annotated[tuple[tuple[Share, Share], ...], Field(min_length=2)]
    """Measured: posterior → how often it is right; straight lines between the points."""
    negation: str
    words: dict[Name, str] = {}
    numerals: Numerals = Numerals()
    quantities: dict[Name, Quantity] = {}
    signs: Annotated[dict[Name, Sign], Field(min_length=1)]
    wording: Wording

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        earlier: set[str] = set()
        for name, sign in self.signs.items():
            if missing := {*sign.needs, *sign.one_of, *sign.unless} - earlier:
                raise ValueError(f"sign {name!r} refers to {sorted(missing)}: only signs written above it can be meant")
            if sign.quantity is not None and sign.quantity not in self.quantities:
                raise ValueError(f"sign {name!r} measures {sign.quantity!r}, which is not among the quantities")
            earlier.add(name)
        for before, after in zip(self.calibration, self.calibration[1:], strict=False):
            if after[0] <= before[0] or after[1] < before[1]:
                raise ValueError(f"calibration must rise: {list(after)} comes after {list(before)}")
        labels = {str(x) for axis in (Kind, Category, Severity, BusinessLine) for x in axis}
        if missing := labels - set(self.wording.labels):
            raise ValueError(f"wording.labels lacks {sorted(missing)}")
        _ = self.patterns, self.measures, self.negated
        return self

    @cached_property
    def patterns(self) -> dict[str, re.Pattern[str]]:
        """Each sign's patterns as one, compiled once."""
        return {
            name: safe([expanded(p, self.words, name) for p in sign.any], f"sign {name!r}")
            for name, sign in self.signs.items()
            if sign.any
        }

    @cached_property
    def measures(self) -> dict[str, re.Pattern[str]]:
        return {n: safe([expanded(q.pattern, self.words, n)], f"quantity {n!r}") for n, q in self.quantities.items()}

    @cached_property
    def negated(self) -> re.Pattern[str]:
        """Matches when what stands before a find ends in a negation."""
        return re.compile(safe([self.negation], "negation").pattern + r"\Z")
