"""The rulebook on words and on who is told: standard wording, summaries, notices."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from models.values.people_terms import Role
from models.values.section import Name, Said, Section, TimeOfDay, complete
from models.values.stage_terms import ClockName, Stage
from models.values.vocabulary import Category, Kind

BothWays = Annotated[Said, BeforeValidator(lambda said: (said, said) if isinstance(said, str) else said)]
"""Words in both languages; a rulebook older than the English words has one text for both."""


class Talk(Section):
    """What staff say at a stage: words to begin with, words that take the customer seriously, words to end with."""

    opening: Said
    """What staff begin with."""
    empathy: Said | None = None
    """Words that take the customer seriously; of a complaint, those of its category go before them."""
    closing: Said
    """What staff end with."""


class Wording(Section):
    """What staff say at a stage (语言规范), and the terms in the users' languages."""

    stages: Mapping[Stage, tuple[str, str]]
    """What a stage is called."""
    clocks: Mapping[ClockName, str]
    """What the deadlines are called in Chinese."""
    units: Mapping[Name, str] = {}
    """What the centre's units are called in Chinese; one without a name goes by its key."""
    shifts: Mapping[Name, str] = {}
    """What its shifts are called in Chinese."""
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
            ("clocks", self.clocks, ClockName),
        ):
            complete(name, table, terms)
        return self

    def unit(self, key: str | None) -> str:
        """A unit in Chinese."""
        return "—" if key is None else self.units.get(key, key)


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
    """How long a notice is tried and kept, and when the centre itself raises an alarm."""

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
    keep_days: Annotated[int, Field(ge=1, le=36_500)]
    """How many days a notice about no case is kept once it arrived, failed or was for nobody."""
    keep_case_days: Annotated[int, Field(ge=1, le=36_500)]
    """How many days the text of a notice about a case is kept once that case and those linked with it are closed."""
