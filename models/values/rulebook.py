"""The shape of a rulebook: the centre's policy as data. Every threshold is a field here, none is in code."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, model_validator

from models.values.attachments import Attachments
from models.values.class_policy import Classes
from models.values.course_policy import Analysis, Course, Repeats, Requests, Revisits, Scoring
from models.values.customers import Customers
from models.values.incident_policy import Incidents
from models.values.incident_terms import IncidentGrade
from models.values.money_policy import LiabilityTerms, RegulatorTerms, SettlementTerms
from models.values.people_policy import Approval, Assignment, Order
from models.values.people_terms import Role
from models.values.permissions import Permissions
from models.values.questionnaire import Questionnaire
from models.values.sampling import Sampling
from models.values.section import DAYS_AT_MOST, Count, Name, Section, Share, Term
from models.values.taxonomy import Taxonomy
from models.values.telling_policy import Daily, Notices, Wording
from models.values.time_policy import Clocks, Escalation, Hours
from models.values.vocabulary import CustomerClass

SomeRoles = Annotated[tuple[Role, ...], Field(min_length=1)]


class Changes(Section):
    """Who changes this rulebook: one person proposes, another one approves."""

    proposed_by: SomeRoles
    """Who may propose another rulebook."""
    approved_by: SomeRoles
    """Who may put a proposed rulebook in force, or reject it; never who proposed it."""
    weights_worse_by: Share
    """Learned weights whose mark is lower by less read no worse."""
    weights_new_texts: Count
    """From so many new texts on learned weights are judged by those; of fewer, by what each reached in training."""


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
    classes: Classes
    customers: Customers
    permissions: Permissions
    sampling: Sampling
    revisits: Revisits
    questionnaire: Questionnaire

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
