"""From TOML to a `Policy`: parsed, validated with errors a supervisor understands, calendars worked out, hashed."""

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from pydantic import ValidationError

from flows.rulebook.calendars import UnknownCountry, working_calendar
from flows.rulebook.learned import load_weights
from flows.rulebook.mistakes import explain
from flows.rulebook.older import complemented
from flows.rules import lifecycle, permission
from models.values.calendar import WorkingCalendar
from models.values.learned import FaultyWeights
from models.values.policy import Policy
from models.values.rulebook import Rulebook

SHIPPED = resources.files("flows.rulebook")
OWN_FILES = ("taxonomy", "wording", "permissions", "questionnaire", "incidents")
"""Sections that stand in a file of their own, of the same name, beside `default.toml`."""
TABLE = re.compile(r"^(\[\[?)(?=[^\[\]])")


class RulebookError(Exception):
    """The rulebook cannot be used; the message says what is wrong where."""


def read(source: Traversable | None = None) -> str:
    """A rulebook as stored: JSON, in the order written. Raises RulebookError.

    `source`: one file with the whole policy, or a folder where some sections stand in files of their own; left out:
    the shipped one. The order matters: signs of the taxonomy build on those before them.
    """
    source = source or SHIPPED
    if not source.is_file() and not source.is_dir():
        raise RulebookError(f"{source}: there is no such file or folder")
    if source.is_file():
        whole = _parse(source)
    else:
        whole = _parse(source / "default.toml")
        for name in OWN_FILES:
            if name == "taxonomy" or (source / f"{name}.toml").is_file():
                whole[name] = _parse(source / f"{name}.toml")
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))


def in_one_file() -> str:
    """The shipped rulebook as one TOML file with its comments, for a centre to make its own."""
    parts = [_text(SHIPPED / "default.toml").rstrip()]
    for name in OWN_FILES:
        text = _text(SHIPPED / f"{name}.toml")
        lines = [TABLE.sub(rf"\1{name}.", line) for line in text.splitlines()]
        first = next(n for n, line in enumerate(lines) if line and not line.startswith("#"))
        parts += ["", *lines[:first], f"[{name}]", *lines[first:]]
    return "\n".join([*parts, ""])


@lru_cache(maxsize=16)
def load(content: str) -> Policy:
    """A stored rulebook as a policy; raises RulebookError. Takes a second or so the first time."""
    try:
        rulebook = Rulebook.model_validate_json(complemented(content, read()))
    except ValidationError as error:
        raise RulebookError(explain(error)) from None
    _refuse_dead_ends(rulebook)
    try:
        calendars = {name: working_calendar(name, hours) for name, hours in rulebook.calendars.items()}
    except UnknownCountry as error:
        raise RulebookError(str(error)) from None
    teaching = rulebook.taxonomy.learned
    try:
        learned = load_weights(teaching.weights) if teaching else None
    except FaultyWeights as error:
        raise RulebookError(f"taxonomy › learned: {error}") from None
    return Policy(rulebook, calendars, content_hash(content), learned, stamp_of(rulebook, calendars))


def stamp_of(rulebook: Rulebook, calendars: Mapping[str, WorkingCalendar]) -> str:
    """What deadlines are derived by: the terms, and every day off and made up of the calendars as they are known now.

    A new release of the calendar library changes it as well as a new rulebook.
    """
    parts: list[object] = [rulebook.clocks.model_dump_json(), rulebook.escalation.model_dump_json()]
    parts += [rulebook.default_class]
    terms = {grade: rule.acknowledge.model_dump() for grade, rule in rulebook.incidents.grades.items()}
    parts += [rulebook.incidents.clocks.model_dump_json(), terms]
    for name, one in sorted(calendars.items()):
        days = [sorted(some) for some in (one.off, one.on, one.known)]
        parts.append([name, one.always, one.every_day, one.opens, one.closes, days])
    return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()[:12]


def content_hash(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def _text(file: Traversable) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RulebookError(f"cannot read {file.name}: {type(error).__name__}") from None


def _parse(file: Traversable) -> dict[str, Any]:
    try:
        # TOML has times of day, JSON has not: they are stored as text and read back by the schema.
        parsed: dict[str, Any] = json.loads(json.dumps(tomllib.loads(_text(file)), default=str))
        return parsed
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise RulebookError(f"{file.name}: this is not TOML: {error}") from None


def _refuse_dead_ends(rulebook: Rulebook) -> None:
    """A stage that waits for a person needs somebody who may be that person, and words for him to say."""
    if left_alone := [stage for stage in sorted(lifecycle.PERSONS) if not rulebook.assignment.roles.get(stage)]:
        raise RulebookError(
            f"assignment › roles: nobody may own a case at {', '.join(left_alone)}; name a role for each"
        )
    if hands_tied := permission.hands_tied(rulebook, rulebook.permissions):
        raise RulebookError(f"permissions › roles: {'; '.join(hands_tied)}")
    if silent := [stage for stage in sorted(lifecycle.PERSONS) if stage not in rulebook.wording.say]:
        raise RulebookError(f"wording › say: there are no words for {', '.join(silent)}; write some for each")
