"""The shape of a rulebook: the centre's policy as data. Every threshold is a field here, none is in code."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from models.values.attachments import Attachments
from models.values.customers import Customers
from models.values.incident_policy import Incidents
from models.values.permissions import Permissions
from models.values.questionnaire import Questionnaire
from models.values.sampling import Sampling
from models.values.section import DAYS_AT_MOST, Count, Name, Section, Share, Term, complete
from models.values.taxonomy import Taxonomy, Urgency
from models.values.vocabulary import (
    Category,
    Channel,
    ClockName,
    CustomerClass,
    HoldReason,
    IncidentGrade,
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

Phrase = Annotated[str, Field(min_length=1, max_length=400)]
Said = tuple[Phrase, Phrase]
"""Words in Chinese and in English."""
BothWays = Annotated[Said, BeforeValidator(lambda said: (said, said) if isinstance(said, str) else said)]
"""The same; a rulebook older than the English words has one text for both."""
SomeRoles = Annotated[tuple[Role, ...], Field(min_length=1)]

Indicator = Literal["speed", "satisfaction", "first_time", "method", "promises"]


class Hours(Section):
    """A calendar of the centre or of a unit: 24 × 7, or hours on the working days of a country, or on every day."""

    always: bool = False
    """Every hour of every day counts."""
    every_day: bool = False
    """Its hours are worked on weekends and public holidays as well."""
    opens: TimeOfDay = time(9)
    """When the working day begins."""
    closes: TimeOfDay = time(18)
    """When the working day ends."""
    country: str | None = None
    """Whose public holidays and make-up working days count."""

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
    more_units: tuple[Name, ...] = ()
    """Units that no category is first looked for at."""
    languages: tuple[Annotated[str, Field(pattern="^[a-z]{2,3}$")], ...] = ()
    """Languages staff can be skilled in, by ISO 639 code."""
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


Limits = tuple[Annotated[int, Field(ge=0)], ...]


class Approval(Section):
    """The authority matrix: which level may grant how much compensation to whom, or decide on which incident."""

    limits: Limits
    """Up to how much compensation (CNY) each level may approve; the last has no limit."""
    by_class: Mapping[CustomerClass, Limits] = {}
    """The same for customers of a class; a class that is not named has `limits`."""
    window: Term | None = None
    """How long payments on one waybill or to one customer count together; none: each counts alone."""
    incidents: Mapping[IncidentGrade, Mapping[CustomerClass, Role]] = {}
    """Who decides on an incident of a grade, by the class of the customer; not said: the highest level."""

    @model_validator(mode="after")
    def limits_rise(self) -> Self:
        for limits in (self.limits, *self.by_class.values()):
            if any(below > above for below, above in pairwise(limits)):
                raise ValueError("limits must rise: a higher level approves at least what the one below it may")
        return self

    @model_validator(mode="after")
    def a_higher_class_is_granted_no_less(self) -> Self:
        of_classes = [self.by_class.get(one, self.limits) for one in CustomerClass]
        for higher, lower in pairwise(of_classes):
            if any(more < less for more, less in zip(higher, lower, strict=False)):
                raise ValueError("by_class: a higher class is granted at least what the one below it is")
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
    """Attempts in different parts of the day after which a written answer follows."""
    contacts_at_most: Annotated[int, Field(ge=1, le=100)]
    """After so many unreached calls the customer is answered in writing, whatever the time of day they were made."""
    day_parts: tuple[TimeOfDay, ...]
    """Where a day is cut into parts; attempts in one part count once, whatever the day."""
    withdrawal_keeps: tuple[Category, ...]
    """Categories whose liability work a withdrawal never lifts."""
    link_window: Term
    """How long after a complaint the same cause on its waybill joins it."""
    repeat_window: Term
    """The time in which cases of one category and unit are counted for a pattern."""
    calls_from: TimeOfDay
    """Customers are called from this time of day on."""
    calls_until: TimeOfDay
    """Customers are called until this time of day."""

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


class Repeats(Section):
    """The same cause on the same waybill again, after its case was closed."""

    window: Term
    """How long after its case was closed the same cause on its waybill counts as a repeat."""
    then: Literal["reopen", "escalate", "sibling"]
    """A repeat reopens its case one level higher, or is a case of its own one level higher, or just a sibling."""


class Changes(Section):
    """Who changes this rulebook: one person proposes, another one approves."""

    proposed_by: SomeRoles
    """Who may propose another rulebook."""
    approved_by: SomeRoles
    """Who may put a proposed rulebook in force, or reject it; never who proposed it."""


class Talk(Section):
    """What staff say at a stage: words to begin with, words that take the customer seriously, words to end with."""

    opening: Said
    """What staff begin with."""
    empathy: Said | None = None
    """Words that take the customer seriously; of a complaint, those of its category go before them."""
    closing: Said
    """What staff end with."""


class Revisits(Section):
    """Rounds of revisits: who starts and judges them, how long they are worked, what becomes of what customers say."""

    reserve_for: Term
    """A reserve replicate is released only while so much of the round is left: it must be worked as a whole."""
    assess: Term
    """The result of a round to its quality assessment by a supervisor."""
    contact_load: Annotated[float, Field(gt=0, le=1)]
    """How much of somebody's capacity contacts of rounds may take; the rest is kept for complaints."""
    visit_classes: tuple[CustomerClass, ...]
    """Classes whose customers their account managers visit."""
    grievance_at: Share
    """From this confidence on, what a customer wrote opens a complaint when it reads as one."""
    dissatisfied_at: Annotated[int, Field(ge=1, le=5)]
    """Of a customer as little satisfied as this, a complaint opens whatever the confidence."""


class SettlementTerms(Section):
    """What is owed to a customer at most, and how it is paid."""

    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    """The currency of every amount of a settlement, and of the limits of approval."""
    freight_multiple: Annotated[Decimal, Field(ge=0, le=1000, decimal_places=2)]
    """Without a declared value, at most so many times the freight is owed."""
    freight_multiples: Mapping[Category, Annotated[Decimal, Field(ge=0, le=1000, decimal_places=2)]]
    """The same for categories that differ."""
    goodwill_level: Annotated[int, Field(ge=0, le=9)]
    """Who pays more than is owed, of good will, needs approval of at least this level."""
    pay_within: Term
    """The voucher with finance to paid."""


class LiabilityTerms(Section):
    """Who decides which unit or carrier bears what a case cost."""

    arbiter_level: Annotated[int, Field(ge=0, le=9)]
    """The level that decides first."""
    appeal_level: Annotated[int, Field(ge=0, le=9)]
    """The level that decides on an appeal."""
    appeal_within: Term
    """From the decision, how long a party may appeal."""
    carriers: Mapping[Name, tuple[str, str]]
    """Outside carriers that can be liable, by code, with their names in Chinese and English."""


class RegulatorTerms(Section):
    """Referrals of the regulator (12305)."""

    answer: Term
    """From the referral to the answer, unless the referral names its own date."""


class Wording(Section):
    """What staff say at a stage (语言规范), and the terms in the users' languages."""

    stages: Mapping[Stage, tuple[str, str]]
    """What a stage is called."""
    kinds: Mapping[Kind, str]
    """What a kind is called."""
    categories: Mapping[Category, str]
    """What a category is called."""
    clocks: Mapping[ClockName, str]
    """What the deadlines are called in Chinese."""
    greeting: BothWays
    """What every call begins with."""
    say: Mapping[Stage, Mapping[Kind | Literal["any"], Talk]]
    """What staff say at a stage, by kind; `any` stands for the kinds not named."""
    empathy: Mapping[Category, Said]
    """What takes a complaint of a category seriously."""

    @model_validator(mode="after")
    def every_stage_of_a_person_has_its_words(self) -> Self:
        complete("empathy", self.empathy, Category)
        if missing := [stage for stage, talks in self.say.items() if "any" not in talks]:
            raise ValueError(f"say has no words for any kind at {', '.join(missing)}; write some under any")
        return self

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
    """What this rulebook is called."""
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
    repeats: Repeats
    changes: Changes
    settlement: SettlementTerms
    liability: LiabilityTerms
    regulator: RegulatorTerms
    incidents: Incidents
    attachments: Attachments
    classes: Classes | None = None
    """None: a rulebook older than this section; then the shipped one's holds."""
    customers: Customers | None = None
    """None: a rulebook older than this section; then the shipped one's holds."""
    permissions: Permissions | None = None
    sampling: Sampling | None = None
    """None: a rulebook older than this section; then the shipped one's holds."""
    revisits: Revisits | None = None
    """None: a rulebook older than this section; then the shipped one's holds."""
    questionnaire: Questionnaire | None = None
    """None: a rulebook older than this section; then the shipped one's holds."""

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
        every = (self.approval.limits, *self.approval.by_class.values())
        if any(len(limits) != len(self.assignment.levels) for limits in every):
            raise ValueError("approval needs one limit for each level of assignment")
        return self

    @model_validator(mode="after")
    def incidents_climb(self) -> Self:
        """A worse incident, or one of a better customer, is never decided lower down."""
        levels, last = self.assignment.levels, dict.fromkeys(CustomerClass, 0)
        for grade in IncidentGrade:
            named = self.approval.incidents.get(grade, {})
            if wrong := [role for role in named.values() if role not in levels]:
                raise ValueError(f"approval › incidents › {grade} names {', '.join(wrong)}, who is no level")
            rows = {one: levels.index(named[one]) if one in named else len(levels) - 1 for one in CustomerClass}
            if any(rows[one] < last[one] for one in rows) or any(a < b for a, b in pairwise(rows.values())):
                raise ValueError(f"approval › incidents › {grade}: who decides must not fall with grade or class")
            last = rows
        return self

    @model_validator(mode="after")
    def every_grade_names_a_level(self) -> Self:
        top = len(self.assignment.levels) - 1
        grades = self.incidents.grades
        if wrong := [name for name, rule in grades.items() if rule.knows > top]:
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
