"""The rulebook on how cases go: rounds, repeats, other kinds of request, revisits, analysis, score."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from models.values.section import Count, Section, Share, Term, TimeOfDay, complete
from models.values.vocabulary import Category, CustomerClass, Kind, Severity

Indicator = Literal["speed", "satisfaction", "first_time", "method", "promises"]


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


class Repeats(Section):
    """The same cause on the same waybill again, after its case was closed."""

    window: Term
    """How long after its case was closed the same cause on its waybill counts as a repeat."""
    then: Literal["reopen", "escalate", "sibling"]
    """A repeat reopens its case one level higher, or is a case of its own one level higher, or just a sibling."""


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


class Revisits(Section):
    """Rounds of revisits: how long they are worked, whom managers visit, what becomes of what customers say."""

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
    links_at_most: Annotated[int, Field(ge=1, le=255)]
    """How many one-time links one contact gets: each makes the one before it useless."""


class Analysis(Section):
    """The root cause that is proposed, and when a supervisor confirms it."""

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


class Scoring(Section):
    """How well a case was handled, as one number."""

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
