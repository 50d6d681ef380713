"""What a setting of the rulebook means, in Chinese and English, and where the default of the shipped one comes from."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib import resources
from typing import Any, get_args

from pydantic import BaseModel

from models.values.case import Reason
from models.values.rulebook import Rulebook

_HEADER = re.compile(r"^\[\[?([\w.]+)\]\]?\s*(?:#\s*(.*))?$")
_SETTING = re.compile(r"^(\w+)\s*=\s*(.*)$")
_NOTE = re.compile(r"""#\s*([^"']*)$""")
_OF_A_TERM = re.compile(r'source\s*=\s*"([^"]*)"')


def static(path: Sequence[str | int]) -> list[str]:
    """The path without what differs from rulebook to rulebook: stages, categories, numbers in a list."""
    section: type[BaseModel] | None = Rulebook
    found = []
    for part in path:
        field = section.model_fields.get(str(part)) if section else None
        if field is None:
            continue
        found.append(str(part))
        section = next(_sections(field.annotation), None)
    return found


def meaning_en(path: Sequence[str | int]) -> str:
    """The setting's own description, or that of the section it stands in; empty when there is none."""
    section: type[BaseModel] | None = Rulebook
    meaning = ""
    for part in static(path):
        if section is None:
            break
        field = section.model_fields[part]
        section = next(_sections(field.annotation), None)
        meaning = field.description or (section.__doc__ if section else None) or meaning
    return " ".join(meaning.split()).rstrip(".").split(". ")[0]


def meaning_zh(path: Sequence[str | int]) -> str:
    """The same in Chinese."""
    parts = static(path)
    known = _chinese()
    return next((known[name] for n in range(len(parts), 0, -1) if (name := ".".join(parts[:n])) in known), "")


def meaning(path: Sequence[str | int]) -> Reason:
    return Reason(meaning_zh(path), meaning_en(path))


def every_setting(section: type[BaseModel] = Rulebook, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The path of every setting and section a rulebook can have, without what stands in a term or a sign."""
    for name, field in section.model_fields.items():
        yield (*before, name)
        inner = next(_sections(field.annotation), None)
        if inner is not None and inner.__name__ not in ("Term", "Taxonomy"):
            yield from every_setting(inner, (*before, name))


@lru_cache
def shipped_sources() -> dict[str, str]:
    """Where the shipped defaults come from, by dotted path: the note beside the line, else that of its section."""
    from flows.rulebook.loading import in_one_file  # which needs this module to explain mistakes

    text = in_one_file()
    sources: dict[str, str] = {}
    section = ""
    for line in text.splitlines():
        if header := _HEADER.match(line):
            section = header[1]
            note = header[2] or next((sources[up] for up in _upward(section) if up in sources), "")
            if note:
                sources[section] = note
        elif setting := _SETTING.match(line):
            place = f"{section}.{setting[1]}" if section else setting[1]
            own = _OF_A_TERM.search(setting[2]) or _NOTE.search(setting[2])
            if setting[1] == "source":
                sources[section] = setting[2].strip('"')
            elif note := (own[1].strip() if own else "") or sources.get(section, ""):
                sources[place] = note
    return sources


def source_of(path: Sequence[str]) -> str:
    """Where a shipped default comes from; empty when nobody noted it."""
    known = shipped_sources()
    whole = ".".join(path)
    return next((known[place] for place in (whole, *_upward(whole)) if place in known), "")


def _upward(place: str) -> Iterator[str]:
    while "." in place:
        place = place.rpartition(".")[0]
        yield place


@lru_cache
def _chinese() -> dict[str, str]:
    text = (resources.files("flows.rulebook") / "meanings.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _sections(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _sections(inner)
