"""A rulebook made ready for rules: with its calendars worked out, its learned weights and its content hash."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from models.values.calendar import WorkingCalendar
from models.values.incident_policy import Incidents
from models.values.learned import Learned
from models.values.people_terms import Role
from models.values.permissions import Permissions
from models.values.rulebook import Rulebook
from models.values.vocabulary import Category, Kind


@dataclass(frozen=True)
class Policy:
    """What every rule gets beside the facts and now."""

    rulebook: Rulebook
    calendars: Mapping[str, WorkingCalendar]
    hash: str
    learned: Learned | None = None
    """The learned weights that the taxonomy names."""
    stamp: str = ""
    """What deadlines are derived by: a digest of the terms and of the calendars' days."""

    def timed_by(self, current: "Policy") -> "Policy":
        """This rulebook with the deadlines, calendars and escalation of the one in force."""
        if self.stamp == current.stamp:
            return self
        timing = {name: getattr(current.rulebook, name) for name in ("clocks", "escalation", "default_class")}
        rulebook = self.rulebook.model_copy(update=timing)
        calendars = {**self.calendars, **current.calendars}
        return replace(self, rulebook=rulebook, calendars=calendars, stamp=current.stamp)

    @property
    def permissions(self) -> Permissions:
        """Who may do what."""
        return self.rulebook.permissions

    def units(self) -> frozenset[str]:
        """The units of the centre and of the firm, by code."""
        return frozenset((*self.rulebook.assignment.units.values(), *self.rulebook.assignment.more_units))

    def party(self, code: str | None) -> str:
        """Who can be liable, in Chinese: a unit, or an outside carrier."""
        carrier = self.rulebook.liability.carriers.get(code or "")
        return carrier[0] if carrier and code not in self.units() else self.rulebook.wording.unit(code)

    @property
    def incidents(self) -> Incidents:
        """The rulebook's section on incidents."""
        return self.rulebook.incidents

    @property
    def top_level(self) -> int:
        """The highest authority level."""
        return len(self.rulebook.assignment.levels) - 1

    def called(self, term: Kind | Category) -> str:
        """What it is called in Chinese."""
        return self.rulebook.taxonomy.wording.labels[term]

    def level_of(self, role: Role) -> int:
        """The authority level of a role; 0 for everybody who is not named in the ladder."""
        levels = self.rulebook.assignment.levels
        return levels.index(role) if role in levels else 0
