"""What is wrong with a rulebook, in sentences a supervisor understands: where, what, and what the setting means."""

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from flows.rulebook.meanings import meaning_en, meaning_zh

SHOWN_AT_MOST = 10


def explain(error: ValidationError) -> str:
    """Every mistake found (the first ten), separated by semicolons."""
    return "; ".join(_sentence(one) for one in error.errors()[:SHOWN_AT_MOST])


def _sentence(one: ErrorDetails) -> str:
    path = [part for part in one["loc"] if part != "[key]"]
    where = " › ".join(str(part) for part in path) or "rulebook"
    means = [said for said in (meaning_en(path), meaning_zh(path)) if said]
    return f"{where}: {_what(one)}" + (f" ({' · '.join(means)})" if means else "")


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
