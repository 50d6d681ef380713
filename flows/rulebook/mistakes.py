"""What is wrong with a rulebook, in sentences a supervisor understands: where, what, and what the setting means."""

from collections.abc import Iterator, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from models.values.rulebook import Rulebook

SHOWN_AT_MOST = 10


def explain(error: ValidationError) -> str:
    """Every mistake found (the first ten), separated by semicolons."""
    return "; ".join(_sentence(one) for one in error.errors()[:SHOWN_AT_MOST])


def _sentence(one: ErrorDetails) -> str:
    path = [part for part in one["loc"] if part != "[key]"]
    where = " › ".join(str(part) for part in path) or "rulebook"
    meaning = _meaning(path)
    return f"{where}: {_what(one)}" + (f" ({meaning})" if meaning else "")


def _what(one: ErrorDetails) -> str:
    found, context = repr(one["input"])[:60], one.get("ctx", {})
    match one["type"]:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return "there is no such setting; is it misspelt?"
        case "enum" | "literal_error":
            return f"{found} is not known here; write {context['expected']}"
        case "value_error":
            return str(context["error"])
        case "json_invalid":
            return f"this is not JSON: {context['error']}"
        case _:
            said = one["msg"].removeprefix("Input ")
            return f"{said}, not {found}" if said != one["msg"] else said


def _meaning(path: Sequence[str | int]) -> str:
    """What the setting at a path is for: its own description, or that of the section it stands in."""
    section: type[BaseModel] | None = Rulebook
    meaning = ""
    for part in path:
        field = section.model_fields.get(str(part)) if section else None
        if field is None:
            continue
        section = next(_sections(field.annotation), None)
        meaning = field.description or (section.__doc__ if section else None) or meaning
    return " ".join(meaning.split()).rstrip(".").split(". ")[0]


def _sections(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _sections(inner)
