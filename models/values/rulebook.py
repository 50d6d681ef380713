"""The shape of a rulebook: the centre's policy as data. Every threshold is a field here, none is in code."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, Field, model_validator

from models.values.customers import Customers
from models.values.incident_policy import Incidents
from models.values.section import DAYS_AT_MOST, Count, Name, Section, Share, Term, complete
from models.values.taxonomy import Taxonomy, Urgency
from models.values.vocabulary import (
    Category,
    Channel,
    ClockName,
    CustomerClass,
    HoldReason,
    Kind,
    Role,
    Severity,
    Stage,
)

Percent = Annotated[Decimal, Field(ge=0, le=100, decimal_places=2)]
Basis = Literal["amount", "profit"]


def _local(moment: time) -> time:
    if moment.tzinfo is not None:
        raise ValueError("a time of day is the centre's own: write it without a zone, as 09:00:00")
    return moment


TimeOfDay = Annotated[time, AfterValidator(_local)]

Indicator = Literal["speed", "satisfaction", "first_time", "method", "promises"]


class Hours(Section):
    """A calendar of the centre or of a unit: 24 × 7, or hours on the working days of a country, or on every day."""

    always: bool = False
    every_day: bool = False
    """Its hours are worked on weekends and public holidays as well."""
    opens: TimeOfDay = time(9)
    closes: TimeOfDay = time(18)
    country: str | None = None

    @model_validator(mode="after")
    def opens_before_it_closes(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError(f"opens ({self.opens:%H:%M}) must be before closes ({self.closes:%H:%M})")
        return self


class Clocks(Section):
    acknowledge: Term
    """Receiving to the caller being told that it arrived."""
    acknowledged_at_once: tuple[Channel, ...]
    """Channels on which somebody answers at once, so that receiving acknowledges."""
    classify: Term
    """Receiving to classified."""
    resolve: Mapping[CustomerClass, Term]
    """Internal resolution of a complaint, by class of customer."""
    answer: Term
    """Receiving to answered, for whatever is not a complaint."""
    statutory_days: Annotated[int, Field(ge=1, le=60)]
    """Days after the day of receipt by whose end a complaint is decided and the customer told."""
    statutory_count: Literal["calendar_days", "working_days"]
    """Whether all of these days count, moved past a public holiday at the end, or working days alone."""
    statutory_calendar: Name
    """The calendar whose public holidays or working days the statutory clock goes by."""
    statutory_margin_hours: Annotated[float, Field(ge=0, le=240)]
    """Internal resolution ends at least this long before the statutory end."""
    feed_back: Term
    """Carried out to the customer told."""
    revisit: Term
    """The customer told to the customer called back."""
    remind_at: Share
    """How much of a clock has run when its owner is reminded."""
    paused_by: tuple[HoldReason, ...]
    """Holds that stop the internal clocks."""
    hold_at_most: Term
    """The longest hold."""
    unit_answer: Term
    """How long the responsible unit has to answer a case that waits for it, in its own hours where it has some."""
    unit_hours: Mapping[Name, Name]
    """The calendar each unit works by; a unit left out works by the calendar of unit_answer."""

    @model_validator(mode="after")
    def every_class_has_its_term(self) -> Self:
        if missing := [term for term in CustomerClass if term not in self.resolve]:
            raise ValueError(f"resolve has no term for class {', '.join(missing)}")
        return self


class Assignment(Section):
    roles: Mapping[Stage, tuple[Role, ...]]
    """Who may own a case at a stage, at level 0; higher levels are given by `levels`."""
    levels: Annotated[tuple[Role, ...], Field(min_length=1)]
    """The role that answers at level 0, 1, 2 …"""
    try_again: Term
    """When to look again for an owner after nobody could take a case."""
    absent_at_most: Term
    """How long a case waits for an owner who is away; then it goes to somebody else."""
    class_roles: Mapping[CustomerClass, tuple[Role, ...]]
    """Roles that may own a case of this class beside the usual ones while it is with its customer, and go first."""
    class_skills: Mapping[CustomerClass, tuple[Annotated[str, Field(min_length=1, max_length=24)], ...]]
    """Skills, such as senior, whose holders go first for cases of this class."""
    unit_weight: Share
    """How much being of the responsible unit counts in choosing an owner."""
    units: Mapping[Category, Name]
    """The unit a category is first looked for at."""
    skill_weight: Share
    """How much the skills asked for count in choosing an owner."""
    load_weight: Share
    """How much being free counts in choosing an owner."""

    @model_validator(mode="after")
    def every_category_has_its_unit_and_every_level_its_role(self) -> Self:
        complete("units", self.units, Category)
        if len(set(self.levels)) != len(self.levels):
            raise ValueError("levels names a role twice")
        if self.skill_weight + self.load_weight + self.unit_weight == 0:
            raise ValueError("skill_weight, load_weight and unit_weight are all 0: then nothing chooses")
        return self


class Approval(Section):
    """Up to how much compensation (CNY) each level may approve; the last has no limit."""

    limits: tuple[Annotated[int, Field(ge=0)], ...]

    @model_validator(mode="after")
    def limits_rise(self) -> Self:
        if any(below > above for below, above in pairwise(self.limits)):
            raise ValueError("limits must rise: a higher level approves at least what the one below it may")
        return self


class Order(Section):
    urgent_flags: tuple[Urgency, ...]
    """What goes before everything else."""
    rank_minutes: Annotated[float, Field(gt=0, le=1440)]
    """How much earlier one rank counts than the next: nobody is overtaken for longer than the ranks times this."""
    urgent_hours: Annotated[float, Field(ge=0, le=240)]
    """In people's queues the urgent goes before whatever has not been waiting for so long beyond its turn."""
    wait_hours: Annotated[float, Field(gt=0, le=1000)]
    """Work in people's queues counts as due so long after it came up, however far off its deadline is."""


class Course(Section):
    """How often things may go round."""

    rejections_at_most: Count
    """Rejected so often, the customer gets the final position, from one level higher."""
    reopenings_at_most: Count
    """Unsolved once more after that, the customer gets the final position."""
    contact_attempts: Annotated[int, Field(ge=1, le=10)]
    contacts_at_most: Annotated[int, Field(ge=1, le=100)]
    """After so many unreached calls the customer is answered in writing, whatever the time of day they were made."""
    """Attempts in different parts of the day after which a written answer follows."""
    day_parts: tuple[TimeOfDay, ...]
    """Where a day is cut into parts; attempts in one part count once, whatever the day."""
    withdrawal_keeps: tuple[Category, ...]
    """Categories whose liability work a withdrawal never lifts."""
    link_window: Term
    """How long after a complaint the same cause on its waybill joins it."""
    repeat_window: Term
    """The time in which cases of one category and unit are counted for a pattern."""
    calls_from: TimeOfDay
    calls_until: TimeOfDay

    @model_validator(mode="after")
    def calls_can_be_made(self) -> Self:
        if self.calls_from >= self.calls_until:
            raise ValueError("calls_from must be before calls_until")
        if any(earlier >= later for earlier, later in pairwise(self.day_parts)):
            raise ValueError("day_parts must be in order, none twice")
        begin = sum(self.calls_from <= part < self.calls_until for part in self.day_parts)
        if begin < self.contact_attempts:
            raise ValueError(f"{self.contact_attempts} of day_parts must begin within calling hours, one an attempt")
        return self


class Escalation(Section):
    """What happens at a missed deadline: the case climbs level by level to the top."""

    clocks: tuple[ClockName, ...]
    """Clocks whose breach climbs: to the next level at once, then one level more for every `between`."""
    between: Term
    """The time from one level to the next."""
    takes_over: tuple[Role, ...]
    """Levels that take the case over when it climbs to them; with the others the owner keeps it and they watch."""

    @model_validator(mode="after")
    def only_deadlines_climb(self) -> Self:
        timers = {ClockName.CALL_BACK, ClockName.HOLD, ClockName.ASSIGN_AGAIN, ClockName.AWAY}
        if wrong := [name for name in self.clocks if name in timers]:
            raise ValueError(f"{', '.join(wrong)} only calls again: there is nothing to miss")
        return self


class Scoring(Section):
    weights: Mapping[Indicator, Share]
    """How much each indicator counts; together 1."""
    late_costs: Share
    """What of the speed mark each missed clock takes."""

    @model_validator(mode="after")
    def weights_sum_to_one(self) -> Self:
        if missing := [name for name in get_args(Indicator) if name not in self.weights]:
            raise ValueError(f"weights lacks {', '.join(missing)}; write 0 for what is not to count")
        if abs(sum(self.weights.values()) - 1) > 1e-9:
            raise ValueError(f"the weights sum to {sum(self.weights.values()):g}, not to 1")
        return self


class Analysis(Section):
    causes: Mapping[Category, tuple[str, str]]
    """The root cause proposed for a category, in Chinese and English."""
    confirm_severity: tuple[Severity, ...]
    """A supervisor confirms the analysis of complaints as bad as these."""
    confirm_reopened: bool
    """A supervisor confirms the analysis of what was reopened."""
    confirm_classes: tuple[CustomerClass, ...]
    """A supervisor confirms the analysis for customers of these classes."""
    repeat_at: Annotated[int, Field(ge=2, le=1000)]
    """From so many cases of one category and unit in the window on, it is a pattern."""

    @model_validator(mode="after")
    def every_category_has_its_cause(self) -> Self:
        complete("causes", self.causes, Category)
        return self


class Requests(Section):
    """Enquiry, consultation, suggestion, manual service."""

    revisit_share: Mapping[Kind, Share]
    """The share of the answered ones of a kind that is called back; a kind left out never is."""
    first_contact_minutes: Annotated[float, Field(gt=0, le=1440)]
    """Answered within this time of being received, with nothing further in between: resolved at first contact."""
    turned_by_level: Annotated[int, Field(ge=0, le=9)]
    """The authority level it takes to agree that a complaint becomes another kind; never the one who asked."""

    @model_validator(mode="after")
    def complaints_have_their_own_revisit(self) -> Self:
        if Kind.COMPLAINT in self.revisit_share:
            raise ValueError("revisit_share names complaint: every complaint is revisited")
        return self


class Daily(Section):
    """The daily summary and the hand-over at each shift."""

    shifts: Annotated[Mapping[Name, TimeOfDay], Field(min_length=1, max_length=24)]
    """When each shift begins; it goes on until the next one does."""
    named_at_most: Annotated[int, Field(ge=1, le=200)]
    """How many cases a list names; the counts are whole."""
    catches_up_days: Annotated[int, Field(ge=1, le=366)]
    """How many days back a summary that was missed is still made."""

    @model_validator(mode="after")
    def no_two_shifts_begin_at_once(self) -> Self:
        if len(set(self.shifts.values())) < len(self.shifts):
            raise ValueError("two shifts begin at the same time")
        return self


class Notices(Section):
    """How long a notice is tried, and when the centre itself raises an alarm."""

    attempts_at_most: Annotated[int, Field(ge=1, le=100)]
    """How often a notice is tried by one channel before it counts as failed."""
    first_pause_seconds: Annotated[float, Field(gt=0, le=3600)]
    """How long after the first failure it is tried again; each further pause is twice as long."""
    longest_pause_seconds: Annotated[float, Field(gt=0, le=86_400)]
    """The longest pause between two tries."""
    no_worker_minutes: Annotated[float, Field(gt=0, le=1440)]
    """Work is due and nobody took any for so long: there is no worker."""
    oldest_due_minutes: Annotated[float, Field(gt=0, le=1440)]
    """A case that is due waits for so long: the workers do not keep up."""
    named_at_most: Annotated[int, Field(ge=1, le=100)]
    """How many cases one alarm names; it counts the others."""
    system_alarms_to: Role
    """Who is told of quarantine, a missing worker, an old due wake."""
    missed_deadlines_to: Role
    """Who is told of missed deadlines."""


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
    clocks: Mapping[ClockName, str]
    """What the deadlines are called in Chinese."""
    greeting: str

    @model_validator(mode="after")
    def every_term_has_its_words(self) -> Self:
        for name, table, terms in (
            ("stages", self.stages, Stage),
            ("kinds", self.kinds, Kind),
            ("categories", self.categories, Category),
            ("clocks", self.clocks, ClockName),
        ):
            complete(name, table, terms)
        return self


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
    escalation: Escalation
    scoring: Scoring
    analysis: Analysis
    requests: Requests
    daily: Daily
    notices: Notices
    wording: Wording
    classes: Classes | None = None
    """None: a rulebook older than this section; then the shipped one's holds."""
    customers: Customers | None = None
    """None: a rulebook older than this section; then the shipped one's holds."""
    incidents: Incidents | None = None
    """None: a rulebook older than this section; loading complements it by the shipped one's."""

    @model_validator(mode="after")
    def every_named_calendar_exists(self) -> Self:
        unknown = [
            f"{where} names the calendar {term.calendar!r}"
            for where, term in _terms(self)
            if term.calendar not in self.calendars
        ]
        named = {"clocks › statutory_calendar": self.clocks.statutory_calendar}
        named |= {f"clocks › unit_hours › {unit}": name for unit, name in self.clocks.unit_hours.items()}
        unknown += [
            f"{where} names the calendar {name!r}" for where, name in named.items() if name not in self.calendars
        ]
        if unknown:
            raise ValueError(f"{', '.join(unknown)}; the calendars are {', '.join(sorted(self.calendars))}")
        return self

    @model_validator(mode="after")
    def every_term_ends(self) -> Self:
        for where, term in _terms(self):
            hours = self.calendars[term.calendar]
            opens, closes = (datetime.combine(date.min, moment) for moment in (hours.opens, hours.closes))
            day = (closes - opens) / timedelta(hours=1)
            if term.hours is not None and not hours.always and term.hours > DAYS_AT_MOST * day:
                raise ValueError(
                    f"{where}: {term.hours:g} hours are more than {DAYS_AT_MOST} days of the calendar {term.calendar}"
                )
        return self

    @model_validator(mode="after")
    def every_level_has_its_limit(self) -> Self:
        if len(self.approval.limits) != len(self.assignment.levels):
            raise ValueError("approval needs one limit for each level of assignment")
        return self

    @model_validator(mode="after")
    def every_grade_names_a_level(self) -> Self:
        top = len(self.assignment.levels) - 1
        grades = self.incidents.grades if self.incidents else {}
        if wrong := [name for name, rule in grades.items() if max(rule.knows, rule.concludes) > top]:
            raise ValueError(f"incidents › grades › {', '.join(wrong)} names a level above {top}, the highest")
        return self

    @model_validator(mode="after")
    def every_unit_and_level_named_exists(self) -> Self:
        units = set(self.assignment.units.values())
        if unknown := [unit for unit in self.clocks.unit_hours if unit not in units]:
            raise ValueError(
                f"clocks › unit_hours names {', '.join(unknown)}; the units are {', '.join(sorted(units))}"
            )
        above = self.assignment.levels[1:]
        if wrong := [role for role in self.escalation.takes_over if role not in above]:
            raise ValueError(
                f"escalation › takes_over names {', '.join(wrong)}; the levels above are {', '.join(above)}"
            )
        return self

    @model_validator(mode="after")
    def the_statutory_clock_can_run(self) -> Self:
        hours = self.calendars[self.clocks.statutory_calendar]
        if self.clocks.statutory_count == "working_days" and (hours.always or hours.every_day):
            raise ValueError(
                f"clocks › statutory_calendar: {self.clocks.statutory_calendar} has no days off; to count working days "
                "name a calendar that has"
            )
        return self


def _terms(section: Section, where: str = "") -> Iterator[tuple[str, Term]]:
    """Every term of the rulebook, with its place."""
    for name in type(section).model_fields:
        value, place = getattr(section, name), f"{where}{name}"
        for key, inner in value.items() if isinstance(value, Mapping) else ((None, value),):
            here = place if key is None else f"{place} › {key}"
            if isinstance(inner, Term):
                yield here, inner
            elif isinstance(inner, Section):
                yield from _terms(inner, f"{here} › ")
