"""The values of a rulebook in words, and its settings one by one: what people read, not what is stored."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flows.rulebook.meanings import meaning, source_of
from models.values.case import Reason

Path = tuple[str, ...]
LONGEST = 120
"""Of a longer text the beginning is shown."""


@dataclass(frozen=True)
class Setting:
    """One line of a rulebook: where it stands, its value in words, what it means, where the shipped default is from."""

    path: Path
    value: Reason
    meaning: Reason
    source: str


def settings(book: Mapping[str, Any], shipped: Mapping[str, Any]) -> Iterator[Setting]:
    """Every setting except the taxonomy's signs, in the order written; a source only where the shipped value stands."""
    for path, value in leaves(book):
        if path[0] == "taxonomy" and path[1] not in ("bounds", "learned", "wording"):
            continue
        yield Setting(path, words(value), meaning(path), _source(path, value, at(shipped, path)))


def _source(path: Path, value: Any, default: Any) -> str:
    """A note copied from the shipped rulebook says nothing about a value that is not the shipped one."""
    noted, copied = (one.get("source", "") if isinstance(one, Mapping) else "" for one in (value, default))
    if value == default:
        return noted or source_of(path)
    return noted if noted != copied else "the centre's own"


def leaves(part: Mapping[str, Any], before: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value with its path; a term, and a sign of the taxonomy, count as one value."""
    for name, value in part.items():
        path = (*before, str(name))
        if isinstance(value, Mapping) and not is_whole(path, value):
            yield from leaves(value, path)
        else:
            yield path, value


def is_whole(path: Path, value: Any) -> bool:
    """A table that means one thing: a term (hours or days on a calendar), or a sign."""
    if not isinstance(value, Mapping):
        return True
    return "hours" in value or "days" in value or (path[:2] == ("taxonomy", "signs") and len(path) == 3)


def at(book: Any, path: Path) -> Any:
    """The value at a path; None when there is none."""
    for part in path:
        book = book.get(part) if isinstance(book, Mapping) else None
    return book


def words(value: Any) -> Reason:
    """A value as people say it, in Chinese and English."""
    match value:
        case None:
            return Reason("无", "nothing")
        case bool():
            return Reason("是", "yes") if value else Reason("否", "no")
        case Mapping() if "hours" in value or "days" in value:
            return _term(value)
        case Mapping():
            return _clipped(", ".join(f"{name} {words(inner).en}" for name, inner in value.items()))
        case str():
            return _clipped(value)
        case Sequence():
            inner = [words(one) for one in value]
            return Reason(_clip("、".join(one.zh for one in inner)), _clip(", ".join(one.en for one in inner)))
        case float():
            return _clipped(f"{value:g}")
    return _clipped(str(value))


def _term(value: Mapping[str, Any]) -> Reason:
    calendar = value.get("calendar", "centre")
    if "hours" in value:
        return Reason(f"{value['hours']:g} 小时({calendar} 日历)", f"{value['hours']:g} h on calendar {calendar}")
    days = value["days"]
    return Reason(f"{days} 天({calendar} 日历)", f"{days} {'day' if days == 1 else 'days'} on calendar {calendar}")


def _clipped(text: str) -> Reason:
    return Reason(_clip(text), _clip(text))


def _clip(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
