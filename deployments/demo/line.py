"""One line of a demo's file: from its bytes to a request, or the reason why not."""

import json
import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TypeVar

from models.values.vocabulary import BusinessLine, Category, Channel, Kind, Party, Severity

from .request import SimulatedRequest, Temperament

MAX_TEXT = 10_000
"""Characters."""

_LIMITS = {"id": 200, "remedy_sought": 2_000, "waybill": 60, "name": 200, "phone": 40}
_WAYBILL = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/-]*")
"""As the API takes them: a line it would refuse is reported by its number, before anything starts."""

Term = TypeVar("Term", bound=StrEnum)


class UnusableLineError(Exception):
    """A line cannot be used; the message is the reason, without what was in the line."""


def request(line: bytes, encoding: str, number: int, seed: int) -> SimulatedRequest:
    """The request of one line; without an id it is called after its number. It has not arrived yet."""
    said = _Said(_object(line, encoding))
    reference = said.words("id") or f"L{number}"
    kind, category = said.term("kind", Kind), said.term("category", Category)
    severity = said.term("severity", Severity)
    return SimulatedRequest(
        reference=reference,
        text=said.text(),
        kind=kind or (Kind.COMPLAINT if category else None),  # only complaints have one
        category=category,
        secondary=said.term("secondary", Category),
        severity=severity,
        business_line=said.term("business_line", BusinessLine),
        remedy_sought=said.words("remedy_sought"),
        waybill=said.words("waybill"),
        channel=said.term("channel", Channel) or Channel.WEB,
        party=said.term("party", Party) or Party.UNKNOWN,
        caller_name=said.words("name"),
        caller_phone=said.words("phone"),
        received=timedelta(),
        temperament=Temperament.drawn(reference, severity, seed),
    )


def _object(line: bytes, encoding: str) -> dict[str, object]:
    try:
        value: object = json.loads(line.decode(encoding))
    except UnicodeDecodeError:
        raise UnusableLineError(f"it is not valid {encoding.upper()}") from None
    except json.JSONDecodeError as error:
        raise UnusableLineError(f"it is not valid JSON ({error.msg.lower()} at character {error.colno})") from None
    except (ValueError, RecursionError):
        raise UnusableLineError("it is not JSON anybody can use (a number too long, or nested too deeply)") from None
    if not isinstance(value, dict):
        raise UnusableLineError('it is not an object; a line looks like {"text": …}')
    caller = value.get("caller")
    if isinstance(caller, dict):  # the shape the API takes
        value = {"name": caller.get("name"), "phone": caller.get("phone")} | value
    return value


@dataclass(frozen=True, slots=True)
class _Said:
    """One line's object, read field by field; what is null or an empty string counts as not given."""

    fields: dict[str, object]

    def text(self) -> str:
        value = self.fields.get("text")
        if value is None:
            raise UnusableLineError("it has no text")
        if not isinstance(value, str):
            raise UnusableLineError("text is not a string")
        if not value.strip():
            raise UnusableLineError("text is empty")
        return _storable("text", value, MAX_TEXT)

    def words(self, name: str) -> str | None:
        value = self.fields.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and name != "remedy_sought":
            try:
                value = str(value)
            except ValueError:  # more digits than Python is willing to write
                raise UnusableLineError(f"{name} is too long") from None
        if value is None:
            return None
        if not isinstance(value, str):
            raise UnusableLineError(f"{name} is not a string")
        value = _storable(name, value.strip(), _LIMITS[name])
        if name == "waybill" and value and not _WAYBILL.fullmatch(value):
            raise UnusableLineError("waybill is not a number of letters, digits, spaces and . _ / -")
        return value or None

    def term(self, name: str, terms: type[Term]) -> Term | None:
        value = self.fields.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str) or value not in set(terms):
            raise UnusableLineError(f"{name} is none of {', '.join(terms)}")
        return terms(value)


def _storable(name: str, value: str, limit: int) -> str:
    if len(value) > limit:
        raise UnusableLineError(f"{name} is longer than {limit:,} characters")
    if "\x00" in value:
        raise UnusableLineError(f"{name} contains a NUL byte")
    if any("\ud800" <= char <= "\udfff" for char in value):
        raise UnusableLineError(f"{name} contains half a surrogate pair")
    return value
