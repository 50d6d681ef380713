"""The rulebook's section on business incidents (商务事故): grades, who must know, clocks, the form, the score."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from models.values.incident_terms import IncidentGrade, IncidentKind
from models.values.section import Name, Section, Share, Term, complete
from models.values.vocabulary import BusinessLine

Amount = Annotated[Decimal, Field(ge=0, le=1_000_000_000, decimal_places=2)]
Words = tuple[str, str]
IncidentIndicator = Literal["reporting", "completeness", "containment", "repeats", "promises"]


class GradeRule(Section):
    """Who must know of a grade; who closes it stands in `approval.incidents`.

    Levels are those of `assignment.levels`: 1 supervisor, 2 manager, 3 general manager.
    """

    knows: Annotated[int, Field(ge=1, le=9)]
    """The level that is told at once and must acknowledge."""
    acknowledge: Term
    """How long that level may be silent before the next one is told."""


class Duty(Section):
    """A report that the firm owes to an authority; due so long after the centre knows, when all that is named holds."""

    code: Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,39}$")]
    """Its key, by which `tell-authority` names it."""
    zh: Annotated[str, Field(min_length=1, max_length=80)]
    """The authority in Chinese."""
    en: Annotated[str, Field(min_length=1, max_length=120)]
    """The authority in English."""
    hours: Annotated[float, Field(gt=0, le=720)]
    """How long after the centre knows."""
    source: str
    """The law or practice that asks for it."""
    kinds: tuple[IncidentKind, ...] = ()
    """None named: whatever happened."""
    casualties_from: Annotated[int, Field(ge=0, le=10_000)] = 0
    """Only from so many casualties on."""
    dangerous_goods: bool = False
    """Only when dangerous goods are concerned."""


class FieldKind(StrEnum):
    LINE = "line"
    TEXT = "text"
    NUMBER = "number"
    COUNT = "count"
    """A whole number."""
    MONEY = "money"
    MOMENT = "moment"
    """When something happened."""
    CHOICE = "choice"


class FormField(Section):
    """One field of the report form 商务事故上报单."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    """Its key, by which `fill-form` names it."""
    zh: Annotated[str, Field(min_length=1, max_length=40)]
    """Its label in Chinese."""
    en: Annotated[str, Field(min_length=1, max_length=80)]
    """Its label in English."""
    part: Name
    """The part of the form it stands in, one of `parts`."""
    kind: FieldKind = FieldKind.LINE
    """What may be written into it."""
    choices: Mapping[Name, Words] = {}
    """What may be chosen, in both languages."""
    required: bool = False
    """The form is complete when every required field is filled."""
    personal: bool = False
    """It names somebody, or says how to reach him: masked for those who need not call."""

    @model_validator(mode="after")
    def a_choice_has_choices(self) -> Self:
        if (self.kind is FieldKind.CHOICE) != bool(self.choices):
            raise ValueError("a field of kind choice names its choices, no other does")
        return self


class Form(Section):
    """The report form as data: another version is another rulebook."""

    version: Annotated[int, Field(ge=1, le=10_000)]
    """Raised when the fields change."""
    title: Words
    """What the form is called."""
    parts: Mapping[Name, Words]
    """The parts its fields stand in, in this order."""
    fields: Annotated[tuple[FormField, ...], Field(min_length=1, max_length=100)]

    @model_validator(mode="after")
    def fields_are_told_apart_and_stand_somewhere(self) -> Self:
        names = [field.name for field in self.fields]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"fields names {', '.join(twice)} twice")
        if lost := sorted({field.part for field in self.fields} - set(self.parts)):
            raise ValueError(f"parts lacks {', '.join(lost)}")
        return self

    @property
    def required(self) -> frozenset[str]:
        return frozenset(field.name for field in self.fields if field.required)


class IncidentScoring(Section):
    """How well an incident was reported and contained, and what was promised in it kept, as one number."""

    weights: Mapping[IncidentIndicator, Share]
    """How much each indicator counts; together 1. Promises are left out where none were made."""
    report_minutes: Annotated[float, Field(gt=0, le=1440)]
    """Reported so soon after discovery (or phoned), the full mark."""
    report_lost_minutes: Annotated[float, Field(gt=0, le=100_000)]
    """Reported so late, none; in between it falls evenly."""
    repeat_window: Term
    """The time in which incidents of one kind and one liable unit count as repeats."""
    repeat_costs: Share
    """What of the mark each repeat takes."""

    @model_validator(mode="after")
    def weights_sum_to_one(self) -> Self:
        if missing := [name for name in get_args(IncidentIndicator) if name not in self.weights]:
            raise ValueError(f"weights lacks {', '.join(missing)}; write 0 for what is not to count")
        if abs(sum(self.weights.values()) - 1) > 1e-9:
            raise ValueError(f"the weights sum to {sum(self.weights.values()):g}, not to 1")
        if self.report_lost_minutes <= self.report_minutes:
            raise ValueError("report_lost_minutes must be more than report_minutes")
        return self


class IncidentClocks(Section):
    """How long each part of an incident may take."""

    form: Term
    """Reported to the form complete."""
    contain: Term
    """Reported to contained."""
    investigate: Term
    """Contained to investigated."""
    deliver: Term
    """Investigated to the notice proven to be delivered to the counterpart unit."""
    counterpart: Term
    """Delivered to confirmed by the counterpart unit; silence presumes liability."""
    counterpart_below: Term
    """The same below `counterpart_from`."""
    counterpart_from: Amount
    """From this value (CNY) on the first of the two holds; an unknown value counts as more."""
    finding: Term
    plan: Term
    """The finding to the first corrective action planned."""
    effect_after: Term
    """How long after the last corrective action its effect can be checked."""
    effect: Term
    """From then on to the effect checked."""
    conclude: Term
    customer_notice: Term
    """A notice task opened to the customer told."""


class Incidents(Section):
    """The business-incident procedure."""

    thresholds: Mapping[BusinessLine, tuple[Amount, Amount]]
    """Cargo value (CNY) by line: below the first general, above the second critical, in between major."""
    unknown_value: IncidentGrade
    """The grade, at least, of an incident whose value, casualties or goods are not known yet."""
    grades: Mapping[IncidentGrade, GradeRule]
    duties: tuple[Duty, ...]
    clocks: IncidentClocks
    affected_days: Annotated[int, Field(ge=1, le=400)]
    """Shipments ordered up to so many days before the discovery may have been on the vehicle, hub or batch."""
    promise_days: Annotated[int, Field(ge=1, le=400)]
    """A promised day that passed longer ago opens no notice task any more."""
    scoring: IncidentScoring
    form: Form

    @model_validator(mode="after")
    def every_grade_and_line_has_its_rule(self) -> Self:
        complete("grades", self.grades, IncidentGrade)
        complete("thresholds", self.thresholds, BusinessLine)
        if wrong := [line for line, (major, critical) in self.thresholds.items() if major > critical]:
            raise ValueError(f"thresholds of {', '.join(wrong)} must rise")
        codes = [duty.code for duty in self.duties]
        if len(set(codes)) < len(codes):
            raise ValueError("duties names a code twice")
        return self
