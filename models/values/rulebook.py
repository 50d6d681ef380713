"""The shape of a rulebook: the centre's policy as data. Every threshold is a field here, none is in code."""

from collections.abc import Mapping
from datetime import time
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from models.values.customers import Customers
from models.values.taxonomy import Taxonomy
from models.values.vocabulary import Category, CustomerClass, HoldReason, Kind, Role, Severity, Stage

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0, le=1000)]
Name = Annotated[str, Field(min_length=1, max_length=40)]

Percent = Annotated[Decimal, Field(ge=0, le=100, decimal_places=2)]
Basis = Literal["amount", "profit"]

Indicator = Literal["speed", "satisfaction", "first_time", "method", "promises"]


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Term(Section):
    """A span of time on a named calendar: hours that count, or working days."""

    hours: Annotated[float, Field(gt=0, le=10_000)] | None = None
    days: Annotated[int, Field(ge=1, le=400)] | None = None
    calendar: Name = "centre"
    source: str = ""

    @model_validator(mode="after")
    def one_of_the_two(self) -> Self:
        if (self.hours is None) == (self.days is None):
            raise ValueError("say either hours or days")
        return self


class Hours(Section):
    """A calendar of the centre: 24 × 7, or hours on the working days of a country."""

    always: bool = False
    opens: time = time(9)
    closes: time = time(18)
    country: str | None = None

    @model_validator(mode="after")
    def opens_before_it_closes(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError("opens must be before closes")
        return self


class Clocks(Section):
    classify: Term
    resolve: Mapping[CustomerClass, Term]
    answer: Term
    statutory_days: Annotated[int, Field(ge=1, le=60)]
    statutory_margin_hours: Annotated[float, Field(ge=0, le=240)]
    """Internal resolution ends at least this long before the statutory end."""
    feed_back: Term
    revisit: Term
    remind_at: Share
    """How much of a clock has run when its owner is reminded."""
    paused_by: tuple[HoldReason, ...]
    hold_at_most: Term

    @model_validator(mode="after")
    def every_class_has_its_term(self) -> Self:
        if missing := set(CustomerClass) - set(self.resolve):
            raise ValueError(f"resolve has no term for class {', '.join(sorted(missing))}")
        return self


class Assignment(Section):
    roles: Mapping[Stage, tuple[Role, ...]]
    """Who may own a case at a stage, at level 0; higher levels are given by `levels`."""
    levels: tuple[Role, ...]
    """The role that answers at level 0, 1, 2 …"""
    try_again: Term
    units: Mapping[Category, Name]
    skill_weight: Share
    load_weight: Share


class Approval(Section):
    """Up to how much compensation (CNY) each level may approve; the last has no limit."""

    limits: tuple[Annotated[int, Field(ge=0)], ...]


class Order(Section):
    urgent_flags: tuple[Name, ...]
    rank_minutes: Annotated[float, Field(gt=0, le=1440)]
    """How much earlier one rank counts than the next: nobody is overtaken for longer than the ranks times this."""


class Course(Section):
    """How often things may go round."""

    rejections_at_most: Count
    reopenings_at_most: Count
    contact_attempts: Annotated[int, Field(ge=1, le=10)]
    day_parts: tuple[time, ...]
    """Where a day is cut into parts; two attempts must not fall into one part of one day."""
    withdrawal_keeps: tuple[Category, ...]
    """Categories whose liability work a withdrawal never lifts."""
    link_window: Term
    repeat_window: Term
    calls_from: time
    calls_until: time


class Scoring(Section):
    weights: Mapping[Indicator, Share]
    late_costs: Share
    """What of the speed mark each missed clock takes."""

    @model_validator(mode="after")
    def weights_sum_to_one(self) -> Self:
        if abs(sum(self.weights.values()) - 1) > 1e-9:
            raise ValueError(f"the weights sum to {sum(self.weights.values()):g}, not to 1")
        return self


class Analysis(Section):
    causes: Mapping[Category, tuple[str, str]]
    """The root cause proposed for a category, in Chinese and English."""
    confirm_severity: tuple[Severity, ...]
    confirm_reopened: bool
    confirm_classes: tuple[CustomerClass, ...]
    repeat_at: Annotated[int, Field(ge=2, le=1000)]
    """From so many cases of one category and unit in the window on, it is a pattern."""


class Classes(Section):
    """ABC(D): where the classes are cut, what shares of the amount are expected, who in C can grow."""

    cut_points: Mapping[CustomerClass, Percent]
    """Percent of the customers, counted from the top, at which A, B and C end; D is the rest."""
    expected: Mapping[CustomerClass, tuple[Percent, Percent]]
    """Percent of the amount a class is expected to hold, from and to; a check to report, not a cut."""
    months: Annotated[int, Field(ge=1, le=120)]
    """The scheduled computation takes the last so many full months."""
    basis: Basis
    """What customers are ranked by."""
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = None
    """The currency of the scheduled computation; none: the only one of the period."""
    growth_factor: Annotated[Decimal, Field(gt=1, le=1000)]
    """A customer in C can grow to B when his amount is at least so many times that of the period before."""
    growth_top: Annotated[int, Field(ge=1, le=1000)]
    """How many of them are listed."""
    override_roles: tuple[Role, ...]
    """Who may give a customer another class, with a reason and an end."""

    @model_validator(mode="after")
    def cut_points_rise(self) -> Self:
        upper = (CustomerClass.A, CustomerClass.B, CustomerClass.C)
        if set(self.cut_points) != set(upper):
            raise ValueError("cut_points names A, B and C; D is the rest")
        if not self.cut_points[upper[0]] <= self.cut_points[upper[1]] <= self.cut_points[upper[2]]:
            raise ValueError("cut_points must rise from A to C: each counts the customers of the classes above as well")
        if wrong := [name for name, (low, high) in self.expected.items() if low > high]:
            raise ValueError(f"expected of class {', '.join(wrong)} ends before it begins")
        return self


class Wording(Section):
    """What staff say at a stage (语言规范), and the terms in the users' languages."""

    stages: Mapping[Stage, tuple[str, str]]
    kinds: Mapping[Kind, str]
    categories: Mapping[Category, str]
    greeting: str


class Rulebook(Section):
    """The whole policy of a centre."""

    name: Name
    default_class: CustomerClass
    """The class whose clocks an unknown customer gets."""
    calendars: Mapping[Name, Hours]
    taxonomy: Taxonomy
    clocks: Clocks
    assignment: Assignment
    approval: Approval
    order: Order
    course: Course
    scoring: Scoring
    analysis: Analysis
    wording: Wording
    classes: Classes | None = None
    """None: a rulebook older than this section; then the shipped one's holds."""
    customers: Customers | None = None
    """None: a rulebook older than this section; then the shipped one's holds."""

    @model_validator(mode="after")
    def every_named_calendar_exists(self) -> Self:
        terms = [self.clocks.classify, self.clocks.answer, self.clocks.feed_back, self.clocks.revisit]
        terms += [*self.clocks.resolve.values(), self.clocks.hold_at_most, self.assignment.try_again]
        terms += [self.course.link_window, self.course.repeat_window]
        if unknown := {term.calendar for term in terms} - set(self.calendars):
            raise ValueError(f"no such calendar: {', '.join(sorted(unknown))}")
        if len(self.approval.limits) != len(self.assignment.levels):
            raise ValueError("approval needs one limit for each level of assignment")
        return self
