"""A CSV file (or .gz) as records with line numbers, in flat memory; what cannot be read is a fault of its line.

Encodings: UTF-8 (with or without BOM) or GB18030 (which GBK is part of), one for the whole file; the first lines that
are not plain ASCII say which. A line of the other one is a fault, not a guess.
"""

import csv
import gzip
import io
import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from models.values.case import Reason

LINE_AT_MOST = 1 << 16
LINES_OF_A_RECORD = 64
LINES_TO_DECIDE = 2000
UTF_8, GB18030 = "utf-8", "gb18030"
_BOM = b"\xef\xbb\xbf"
_FOREIGN = {
    b"\xff\xfe": "is UTF-16; save it as CSV UTF-8",
    b"\xfe\xff": "is UTF-16; save it as CSV UTF-8",
    b"PK": "is a spreadsheet or a zip archive; save it as CSV",
    b"\xd0\xcf": "is an old spreadsheet; save it as CSV",
    b"%P": "is a PDF; a CSV is needed",
}


class Unusable(Exception):
    """The file as a whole cannot be imported; the message says why and what to do. Nothing was imported."""


@dataclass(frozen=True)
class Record:
    line: int
    cells: Sequence[str]


@dataclass(frozen=True)
class Fault:
    """What cannot be read, and on which line."""

    line: int
    why: Reason


class TableFile:
    """Open it with `with`; read `header()` first, then `records()`. `position` of `size` bytes are read."""

    def __init__(self, path: Path) -> None:
        self._raw: IO[bytes] = path.open("rb")
        self.size = path.stat().st_size
        start = self._raw.read(2)
        self._raw.seek(0)
        if start in _FOREIGN:
            self._raw.close()
            raise Unusable(f"{path.name} {_FOREIGN[start]}")
        self.name = path.name
        packed = start == b"\x1f\x8b"
        stream = io.BufferedReader(gzip.GzipFile(fileobj=self._raw), 1 << 18) if packed else self._raw
        self._lines = _Lines(stream)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._raw.close()

    @property
    def position(self) -> int:
        return self._raw.tell()

    @property
    def encoding(self) -> str:
        return self._lines.encoding or UTF_8

    def header(self) -> list[str]:
        """The names of the columns, in small letters. Raises Unusable."""
        for one in self._guarded():
            if isinstance(one, Fault):
                raise Unusable(f"the header of {self.name} cannot be read: {one.why.en}")
            if len(one.cells) == 1 and any(sign in one.cells[0] for sign in ";\t|"):
                raise Unusable(f"the columns of {self.name} do not stand apart by commas; save it as CSV with commas")
            return [cell.strip().lower() for cell in one.cells]
        raise Unusable(f"{self.name} is empty")

    def records(self) -> Iterator[Record | Fault]:
        """All rows after the header, empty lines left out. Raises Unusable when the file breaks off."""
        return self._guarded()

    def _guarded(self) -> Iterator[Record | Fault]:
        try:
            yield from self._read()
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise Unusable(f"{self.name} is a damaged or incomplete .gz; nothing was imported") from None

    def _read(self) -> Iterator[Record | Fault]:
        lines = self._lines
        reader = csv.reader(lines, strict=True)
        while True:
            lines.begin()
            try:
                cells = next(reader)
            except StopIteration:
                yield from lines.faults()
                return
            except (csv.Error, _RecordTooLong):
                yield from lines.faults()
                yield Fault(lines.first, Reason("引号不成对", "the quotation marks do not pair up"))
                lines.put_back_all_but_first()
                reader = csv.reader(lines, strict=True)
                continue
            yield from lines.faults()
            if cells and (len(cells) > 1 or cells[0].strip()):
                yield Record(lines.first, cells)


class _RecordTooLong(Exception):
    """A quotation mark that nobody closed would swallow the rest of the file."""


class _Lines:
    """Physical lines, decoded; remembers those of the record under way so that they can be put back."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._ahead: deque[bytes] = deque()
        self._returned: deque[tuple[int, str]] = deque()
        self._taken: list[tuple[int, str]] = []
        self._faults: list[Fault] = []
        self._number = 0
        self.encoding: str | None = None

    def begin(self) -> None:
        self._taken.clear()

    @property
    def first(self) -> int:
        """The line the record under way began on."""
        return self._taken[0][0] if self._taken else self._number

    def faults(self) -> list[Fault]:
        found, self._faults = self._faults, []
        return found

    def put_back_all_but_first(self) -> None:
        self._returned.extendleft(reversed(self._taken[1:]))
        self._taken.clear()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        if len(self._taken) >= LINES_OF_A_RECORD:
            raise _RecordTooLong
        numbered = self._returned.popleft() if self._returned else self._decoded()
        self._taken.append(numbered)
        return numbered[1]

    def _decoded(self) -> tuple[int, str]:
        while True:
            raw = self._next_raw()
            if not raw:
                raise StopIteration
            self._number += 1
            text = self._decode(raw)
            if isinstance(text, str):
                return self._number, text
            self._faults.append(Fault(self._number, text))

    def _next_raw(self) -> bytes:
        if self._ahead:
            return self._ahead.popleft()
        return self._read_line()

    def _read_line(self) -> bytes:
        raw = self._stream.readline(LINE_AT_MOST)
        rest = raw
        while len(rest) == LINE_AT_MOST and not rest.endswith(b"\n"):
            rest = self._stream.readline(LINE_AT_MOST)
            raw = raw[:LINE_AT_MOST] + b"\x00"  # too long: a NUL makes it a fault, the rest is skipped
        return raw

    def _decode(self, raw: bytes) -> str | Reason:
        if self._number == 1 and raw.startswith(_BOM):
            raw, self.encoding = raw[len(_BOM) :], UTF_8
        if b"\x00" in raw:
            return Reason("含有 NUL 字符或过长", "the line holds a NUL character or is far too long")
        if raw.isascii():
            return raw.decode("ascii")
        if self.encoding is None:
            self.encoding = self._decide(raw)
        text = _as(raw, self.encoding)
        mixed = text is None if self.encoding == UTF_8 else _is_chinese_utf_8(raw)
        if not mixed and text is not None:
            return text
        other = GB18030 if self.encoding == UTF_8 else UTF_8
        if _as(raw, other) is not None:
            return Reason(
                f"此行不是 {self.encoding.upper()} 编码，文件混用了编码",
                f"this line is not {self.encoding.upper()} like those before it: the file mixes encodings",
            )
        return Reason("既非 UTF-8 也非 GB18030 编码", "the line is neither UTF-8 nor GB18030")

    def _decide(self, first: bytes) -> str:
        """By the majority of the next lines; a draw goes to the first."""
        while len(self._ahead) < LINES_TO_DECIDE and (raw := self._read_line()):
            self._ahead.append(raw)
        votes = [_as(raw, UTF_8) is not None for raw in (first, *self._ahead) if not raw.isascii()]
        for_utf_8 = sum(votes) * 2 - len(votes)
        return UTF_8 if for_utf_8 > 0 or (for_utf_8 == 0 and votes[0]) else GB18030


def _as(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def _is_chinese_utf_8(raw: bytes) -> bool:
    """Valid UTF-8 with signs of three bytes: by chance that hardly happens to a line of GB18030."""
    text = _as(raw, UTF_8)
    return text is not None and any(sign >= "\u0800" for sign in text)
