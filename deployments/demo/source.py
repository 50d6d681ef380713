"""Reads the requests of a file of JSON lines for `make demo FILE=…`, a line at a time however large it is.

A line is `{"text": …}`; welcome beside it: `id, kind, category, secondary, severity, business_line,
remedy_sought, waybill, channel, party, name, phone`. Anything else is passed over. A line that cannot be used
is reported by its number and the rest goes on; a file that cannot be read is a `SourceError`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import BinaryIO

from models.values.vocabulary import Kind

from .generate import arrivals
from .line import UnusableLineError, request
from .request import SimulatedRequest

MAX_LINE = 1_000_000
"""Bytes; the longest text allowed stays far below it however it is escaped."""


class SourceError(Exception):
    """The file as a whole cannot be read; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class BrokenLine:
    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class ReadResult:
    requests: list[SimulatedRequest]
    broken: list[BrokenLine]
    notes: list[str]
    """What the reader decided for itself and people should know, such as the encoding it took."""


def read(path: Path, seed: int = 0) -> ReadResult:
    """All usable requests of a file, in its order, arriving over a day.

    Raises `SourceError`, and nothing else whatever the file holds.
    """
    try:
        with _opened(path) as file:
            result = _read(file, path.name, seed)
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror or 'it is not seekable'}.") from error
    if not result.requests and not result.broken:
        raise SourceError(f'{path} is empty; write one {{"text": …}} a line.')
    offsets = arrivals(len(result.requests), Random(f"file:{seed}"))  # noqa: S311 - a simulation
    timed = zip(result.requests, offsets, strict=True)
    return replace(result, requests=[replace(each, received=offset) for each, offset in timed])


def _opened(path: Path) -> BinaryIO:
    try:
        if path.is_dir():
            raise SourceError(f"{path} is a directory; name a file of JSON lines.")
        if path.exists() and not path.is_file():
            raise SourceError(f"{path} is not a regular file; save what it gives to one and name that.")
        return path.open("rb")
    except FileNotFoundError:
        raise SourceError(f"There is no file {path}.") from None
    except ValueError:
        raise SourceError("The name of the file contains a NUL byte.") from None


def _read(file: BinaryIO, name: str, seed: int) -> ReadResult:
    result = ReadResult([], [], [])
    numbers: dict[str, int] = {}
    encoding = _encoding(file, name)
    if encoding != "utf-8":
        result.notes.append(f"{name} is not UTF-8; it was read as {encoding.upper()}.")
    for number, line in _lines(file):
        try:
            if line is None:
                raise UnusableLineError(f"it is longer than {MAX_LINE:,} bytes")
            if not line.strip():
                continue
            read = request(line, encoding, number, seed)
            if (first := numbers.setdefault(read.reference, number)) != number:
                raise UnusableLineError(f"its id is that of line {first} already")
            if read.kind is not Kind.COMPLAINT and (read.category or read.secondary):
                result.notes.append(f"Line {number}: only complaints have a category; it was left out.")
                read = replace(read, category=None, secondary=None)
            result.requests.append(read)
        except UnusableLineError as unusable:
            result.broken.append(BrokenLine(number, f"{unusable}."))
    return result


def _encoding(file: BinaryIO, name: str) -> str:
    """UTF-8, unless most of the lines that can tell are GB18030: one damaged line does not turn a file."""
    if file.read(2) in (b"\xff\xfe", b"\xfe\xff"):
        raise SourceError(f"{name} is UTF-16; save it as UTF-8.")
    file.seek(0)
    utf8 = gb18030 = 0
    for _, line in _lines(file):
        if line is None or line.isascii():
            continue
        if _decodes(line, "utf-8"):
            utf8 += 1
        elif _decodes(line, "gb18030"):
            gb18030 += 1
    file.seek(0)
    return "gb18030" if gb18030 > utf8 else "utf-8"


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Numbered lines; None for one that is too long, which is skipped without being held."""
    number = 0
    while line := file.readline(MAX_LINE + 1):
        number += 1
        if len(line) <= MAX_LINE:
            yield number, line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
            continue
        while not line.endswith(b"\n") and (line := file.readline(MAX_LINE)):
            pass
        yield number, None
