"""The rulebook on time: working hours, deadlines, what a missed one does."""

from collections.abc import Mapping
from datetime import time
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from models.values.people_terms import Role
from models.values.section import Name, Section, Share, Term, TimeOfDay
from models.values.stage_terms import ClockName
from models.values.vocabulary import Channel, CustomerClass, HoldReason


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
    called: Annotated[str, Field(max_length=40)] | None = None
    """What it is called in Chinese; without, it goes by its key."""

    @model_validator(mode="after")
    def opens_before_it_closes(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError(f"opens ({self.opens:%H:%M}) must be before closes ({self.closes:%H:%M})")
        return self


class Clocks(Section):
    """How long everything may take, and on which calendar."""

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
