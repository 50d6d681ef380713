"""What acts take: bounded, unknown fields refused, no text that a database or a browser would choke on."""

import re
from datetime import date, datetime
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

TEXT_AT_MOST = 10_000
VERSION_AT_MOST = 2**31 - 1
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

D = TypeVar("D", bound=date)


def _clean(text: str) -> str:
    """Refuse what PostgreSQL or UTF-8 cannot hold; strip the ends."""
    if "\x00" in text:
        raise PydanticCustomError("nul", "must not hold NUL characters")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise PydanticCustomError("half_surrogate", "must be valid Unicode") from None
    return text.strip()


def _not_blank(text: str) -> str:
    if not text:
        raise PydanticCustomError("empty_text", "must not be empty")
    return text


def _written(moment: Any) -> Any:
    """Not a number: whether it counts seconds or milliseconds would be anybody's guess."""
    if not isinstance(moment, str | datetime) or (isinstance(moment, str) and moment[4:5] != "-"):
        raise PydanticCustomError("written_date", "must be a date and time in a text")
    return moment


def _day(day: Any) -> Any:
    """The same of a day: its text, and nothing that merely could be one."""
    if not isinstance(day, str | date) or (isinstance(day, str) and not DAY.fullmatch(day)):
        raise PydanticCustomError("written_day", "must be a day in a text")
    return day


def _plausible(moment: D) -> D:
    if not 2000 <= moment.year <= 2200:
        raise PydanticCustomError("implausible_year", "must lie between the years 2000 and 2200")
    return moment


Text = Annotated[str, Field(min_length=1, max_length=TEXT_AT_MOST), AfterValidator(_clean), AfterValidator(_not_blank)]
Line = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_clean), AfterValidator(_not_blank)]
Day = Annotated[date, BeforeValidator(_day), AfterValidator(_plausible)]
Moment = Annotated[AwareDatetime, BeforeValidator(_written), AfterValidator(_plausible)]
Version = Annotated[int, Field(ge=1, le=VERSION_AT_MOST, strict=True)]
YesNo = Annotated[bool, Field(strict=True)]
StaffId = Annotated[int, Field(ge=1, le=VERSION_AT_MOST, strict=True)]


class Input(BaseModel):
    """A request body: unknown fields are refused, and errors never echo it."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class ActInput(Input):
    """An act on a case carries the version of it that the person saw."""

    version: Version
