"""What every section of a rulebook is made of."""

from collections.abc import Mapping
from datetime import time
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0, le=1000)]
Name = Annotated[str, Field(min_length=1, max_length=40)]

Phrase = Annotated[str, Field(min_length=1, max_length=400)]
Said = tuple[Phrase, Phrase]
"""Words in Chinese and in English."""


def _local(moment: time) -> time:
    if moment.tzinfo is not None:
        raise ValueError("a time of day is the centre's own: write it without a zone, as 09:00:00")
    return moment


TimeOfDay = Annotated[time, AfterValidator(_local)]

DAYS_AT_MOST = 400
"""No term is longer than so many days of its calendar."""


class Section(BaseModel):
    """A part of the rulebook. What stands under a field is what an error says it means."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


def complete(name: str, table: Mapping[Any, Any], terms: type[StrEnum]) -> None:
    if missing := [term for term in terms if term not in table]:
        raise ValueError(f"{name} lacks {', '.join(missing)}")


class Term(Section):
    """A span of time on a named calendar: hours that count, or working days."""

    hours: Annotated[float, Field(gt=0, le=10_000)] | None = None
    days: Annotated[int, Field(ge=1, le=DAYS_AT_MOST)] | None = None
    calendar: Name = "centre"
    source: str = ""

    @model_validator(mode="after")
    def one_of_the_two(self) -> Self:
        if (self.hours is None) == (self.days is None):
            raise ValueError("say either hours or days")
        return self
