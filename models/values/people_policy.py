"""The rulebook on people: who owns what, who may grant how much, what goes first in queues."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, model_validator

from models.values.incident_terms import IncidentGrade
from models.values.people_terms import Role
from models.values.section import Name, Section, Share, Term, complete
from models.values.stage_terms import Stage
from models.values.taxonomy import Urgency
from models.values.vocabulary import Category, CustomerClass

Limits = tuple[Annotated[int, Field(ge=0)], ...]


class Assignment(Section):
    """Who may own which work, and who of those gets it."""

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
    skill_unknown: Share
    """The mark for skills where none are asked for, or none of somebody's are known."""
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
    """The authority matrix: which level may grant how much compensation to whom, or decide on which incident."""

    limits: Limits
    """Up to how much compensation (CNY) each level may approve; the last has no limit."""
    by_class: Mapping[CustomerClass, Limits] = {}
    """The same for customers of a class; a class that is not named has `limits`."""
    window: Term | None = None
    """How long payments on one waybill, to one customer or caller count together; none: each counts alone."""
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
    """In which order work waits in people's queues."""

    urgent_flags: tuple[Urgency, ...]
    """What goes first, as far as `urgent_hours` lets it."""
    rank_minutes: Annotated[float, Field(gt=0, le=1440)]
    """How much earlier one rank counts than the next: nobody is overtaken for longer than the ranks times this."""
    urgent_hours: Annotated[float, Field(ge=0, le=240)]
    """In people's queues the urgent goes before whatever has not been waiting for so long beyond its turn."""
    wait_hours: Annotated[float, Field(gt=0, le=1000)]
    """Work in people's queues counts as due so long after it came up, however far off its deadline is."""
