"""One paper: title, sections, pairs, tables, page numbers; Chinese and English in one embedded font.

It knows nothing of the trade. Rendering is CPU work of half a second (the font is cut to what the paper uses):
call `render` in a thread.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import zip_longest
from typing import cast

from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import Align, MethodReturnValue, TableBordersLayout, WrapMode
from fpdf.fonts import FontFace
from fpdf.util import Padding
from pylopdf_fonts_zh_cn import sans_path

FONT = "sc"
SMALL, NORMAL, LARGE, LARGEST = 7.5, 9.0, 12.0, 17.0
MARGIN = 16.0
LACKING = "〓"
"""Printers' mark for a character that the font does not have."""
LINE, PADDING = 4.0, Padding(0.6, 0.6, 0.6, 0.6)
LINES_AT_MOST = 40
"""Lines of one row: a row cannot be taller than what a page has left under the headings."""
GREY = (236, 238, 241)

logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells of every table that it cuts


@dataclass(frozen=True)
class Table:
    """Columns with their widths in parts of the page, and rows of texts."""

    columns: Sequence[str]
    widths: Sequence[int]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Pairs:
    """Terms and what stands for them, one a line."""

    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Paragraph:
    text: str


@dataclass(frozen=True)
class Section:
    title: str
    parts: Sequence[Table | Pairs | Paragraph]


@dataclass(frozen=True)
class Paper:
    """`footer` stands on every page beside its number; `made_at` is the date the file carries."""

    title: str
    made_at: datetime
    subtitle: str = ""
    footer: str = ""
    sections: Sequence[Section] = field(default_factory=tuple)


class _Sheets(FPDF):
    def __init__(self, paper: Paper) -> None:
        super().__init__(format="A4")
        self._footer = printable(paper.footer)
        self.set_margin(MARGIN)
        self.set_auto_page_break(True, MARGIN)
        self.add_font(FONT, fname=sans_path())
        self.set_title(printable(paper.title))
        self.set_creation_date(paper.made_at)

    def footer(self) -> None:
        self.set_y(-MARGIN + 3)
        self.set_font(FONT, size=SMALL)
        self.cell(0, 5, f"{self._footer}   {self.page_no()}/{{nb}}", align="C")


def render(paper: Paper) -> bytes:
    """The paper as a PDF file (A4)."""
    sheets = _Sheets(paper)
    sheets.add_page()
    _line(sheets, paper.title, LARGEST)
    if paper.subtitle:
        _line(sheets, paper.subtitle, NORMAL)
    for section in paper.sections:
        if sheets.will_page_break(24):  # a title never stands alone at the foot of a page
            sheets.add_page()
        sheets.ln(3)
        _line(sheets, section.title, LARGE)
        for part in section.parts:
            _part(sheets, part)
    return bytes(sheets.output())


def printable(text: str) -> str:
    """The text with a mark for what cannot be printed, control characters as blanks."""
    known = _characters()
    return "".join(one if one == "\n" or ord(one) in known else " " if ord(one) < 32 else LACKING for one in text)


def _line(sheets: FPDF, text: str, size: float) -> None:
    sheets.set_font(FONT, size=size)
    sheets.multi_cell(0, size * 0.5, printable(text), new_x="LMARGIN", new_y="NEXT", wrapmode=WrapMode.WORD)


def _part(sheets: FPDF, part: Table | Pairs | Paragraph) -> None:
    match part:
        case Paragraph(text):
            _line(sheets, text, NORMAL)
        case Pairs(rows):
            _table(sheets, (), (1, 3), rows)
        case Table(columns, widths, rows):
            _table(sheets, columns, widths, rows)
    sheets.ln(1.5)


def _table(sheets: FPDF, columns: Sequence[str], widths: Sequence[int], rows: Iterable[Sequence[str]]) -> None:
    sheets.set_font(FONT, size=SMALL)
    head = FontFace(emphasis="", fill_color=GREY)
    with sheets.table(
        col_widths=tuple(widths),
        headings_style=head,
        first_row_as_headings=bool(columns),
        line_height=LINE,
        padding=PADDING,
        text_align=Align.L,
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        wrapmode=WrapMode.WORD,
    ) as table:
        if columns:
            table.row([printable(column) for column in columns])
        for cells in rows:
            for part in _page_high(sheets, cells, widths):
                table.row(part)


def _page_high(sheets: FPDF, cells: Sequence[str], widths: Sequence[int]) -> Iterable[Sequence[str]]:
    """A row as rows that fit on a page each: what a tall cell says goes on below, under the cell's own column."""
    whole = sum(widths)
    columns = [
        _pieces(sheets, printable(cell), sheets.epw * width / whole) for cell, width in zip(cells, widths, strict=True)
    ]
    return zip_longest(*columns, fillvalue="")


def _pieces(sheets: FPDF, text: str, width: float) -> Sequence[str]:
    if len(text) <= LINES_AT_MOST:  # every line has a character or ends with one
        return (text,)
    found = sheets.multi_cell(
        width,
        LINE,
        text,
        align=Align.L,
        padding=PADDING,
        wrapmode=WrapMode.WORD,
        dry_run=True,
        output=MethodReturnValue.LINES,
    )
    lines = cast(list[str], found)
    if len(lines) <= LINES_AT_MOST:
        return (text,)
    return ["\n".join(lines[start : start + LINES_AT_MOST]) for start in range(0, len(lines), LINES_AT_MOST)]


@cache
def _characters() -> frozenset[int]:
    """What the font can print."""
    with TTFont(sans_path(), lazy=True) as font:
        return frozenset(font.getBestCmap())
