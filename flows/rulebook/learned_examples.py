"""Labelled texts to learn from and to judge by: JSON lines with text, kind, category, secondary, severity and line."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from models.values.vocabulary import BusinessLine, Category, Kind, Severity

LONGEST = 10_000


class FaultyExamples(Exception):
    """A file of labelled texts cannot be used; the message names the line."""


@dataclass(frozen=True)
class Example:
    """A text as people labelled it, and the file it stands in.

    `borrowed`: its words are not to be kept. `corrected`: it is here because the system had read it wrong, so it says
    nothing about how often that happens. `source`: where in the file's world it comes from.
    """

    text: str
    kind: Kind
    category: Category | None
    secondary: Category | None
    severity: Severity
    line: BusinessLine
    file: str
    borrowed: bool = False
    corrected: bool = False
    source: str = ""

    @property
    def key(self) -> str:
        """A digest by which a text is known again."""
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()[:12]

    def label(self, axis: str) -> str | None:
        """The label on an axis; None where it has none."""
        value: str | None = getattr(self, axis)
        return value


def shipped_examples() -> list[Path]:
    """The examples that come with Redress."""
    folder = Path(str(resources.files("flows.rulebook") / "examples"))
    return sorted(folder.glob("*.jsonl"))


def read_examples(files: Sequence[Path], borrowed: bool = False) -> list[Example]:
    """The examples of these files, a text said twice only once; raises FaultyExamples naming every line at fault."""
    found: dict[str, Example] = {}
    faults: list[str] = []
    for file in files:
        for number, line in enumerate(_lines(file), 1):
            if not line.strip():
                continue
            try:
                example = _example(json.loads(line), file.stem, borrowed)
                found.setdefault(example.key, example)
            except (ValueError, TypeError, KeyError) as error:
                missing = f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
                faults.append(f"{file.name} line {number}: {missing}")
    if faults:
        more = f" … and {len(faults) - 10} more" if len(faults) > 10 else ""
        raise FaultyExamples("; ".join(faults[:10]) + more)
    return list(found.values())


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        raise FaultyExamples(f"{file.name} is not UTF-8 text") from None


def _example(row: dict[str, Any], file: str, borrowed: bool) -> Example:
    if not isinstance(row, dict):
        raise TypeError("a line must be an object with text, kind, category, severity and business_line")
    text, kind = row["text"], Kind(row["kind"])
    if not isinstance(text, str) or not text.strip() or len(text) > LONGEST:
        raise ValueError(f"text must be of 1 to {LONGEST} characters")
    category, secondary = row.get("category"), row.get("secondary")
    if (category is None) == (kind is Kind.COMPLAINT):
        raise ValueError("a complaint has a category, nothing else has one")
    return Example(
        text=text,
        kind=kind,
        category=Category(category) if category else None,
        secondary=Category(secondary) if secondary else None,
        severity=Severity(row["severity"]),
        line=BusinessLine(row["business_line"]),
        file=file,
        borrowed=borrowed,
        source=_source(str(row.get("source") or "")),
    )


def _source(named: str) -> str:
    """Short: of a repository its name, of anything on the web just that."""
    place = named.partition(" ")[0]
    if place.startswith("github:"):
        return place.rpartition("/")[2]
    return "web" if "://" in place else place[:40]
