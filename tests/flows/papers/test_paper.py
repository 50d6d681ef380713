"""Papers: a PDF that holds its own font, whatever text comes."""

import logging
import re
from datetime import UTC, datetime

import pytest
from fontTools.ttLib import TTFont
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pylopdf_fonts_zh_cn import sans_path

from flows.papers.paper import LACKING, Pairs, Paper, Paragraph, Section, Table, printable, render
from tests.fixtures.paper import read_back

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def paper(*sections: Section) -> Paper:
    return Paper("工单档案 Case dossier", NOON, "副标题", "第 1 号", sections)


def test_a_paper_is_a_pdf_with_its_font_inside() -> None:
    made = render(paper(Section("时限", (Table(("名称", "到期"), (1, 1), (("法定期限", "2026-03-11"),)),))))
    assert made.startswith(b"%PDF-")
    assert b"/FontFile3" in made
    assert b"NotoSansSC" in made


def test_a_character_the_font_lacks_is_marked_and_never_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        render(paper(Section("𠮷", (Paragraph("吉野家的𠮷\x07🙂"), Pairs((("姓名", "𠮷"),))))))
    assert printable("𠮷\n\x07a") == f"{LACKING}\n a"
    assert "𠮷" not in caplog.text


TALL = {
    "many lines": "\n".join(f"第{one}行" for one in range(2_000)) + "末",
    "empty lines": "\n" * 3_000 + "末",
    "one word": "W" * 9_999 + "末",
    "Chinese": "长" * 9_999 + "末",
    "words": "word " * 2_000 + "末",
    "lines longer than the column": "\n".join(f"{one:04}" + "宽" * 300 for one in range(30)) + "末",
    "spaces": " " * 5_000 + "末",
    "breaks of every kind": "\r\n\u2028\u00ad\u3000\t-" * 1_000 + "末",
}


@pytest.mark.parametrize("text", TALL.values(), ids=TALL)
def test_a_text_of_any_height_is_printed_to_its_end(text: str) -> None:
    columns, before = ("时限 deadline", "从 from", "到 until", "于 met", "状态 state", "依据"), "一二三四五"
    narrow = Table(columns, (3, 3, 3, 3, 3, 8), [(*before, text)])
    made = render(paper(Section("经过", (Pairs((("情况", text),)), narrow, Paragraph(text)))))
    told = re.sub(r"\s", "", read_back(made))
    for wanted in ("末", *re.findall(r"第\d+行", text), *re.findall(r"\d{4}(?=宽)", text)):
        assert told.count(wanted) == 3, wanted
    assert (told.count("W"), told.count("长")) == (3 * text.count("W"), 3 * text.count("长"))


def test_a_long_table_has_many_pages() -> None:
    rows = [(str(one), "短") for one in range(200)]
    assert render(paper(Section("经过", (Table(("序", "说"), (1, 5), rows),)))).count(b"/Type /Page\n") > 3


@pytest.fixture(scope="module")
def known() -> frozenset[int]:
    with TTFont(sans_path(), lazy=True) as font:
        return frozenset(font.getBestCmap())


@given(st.text(max_size=80))
@settings(max_examples=200, deadline=None)
def test_whatever_is_printed_the_font_has(known: frozenset[int], text: str) -> None:
    assert all(one == "\n" or ord(one) in known for one in printable(text))


@given(st.text(max_size=80), st.integers(1, 300))
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_can_be_printed(text: str, times: int) -> None:
    long = text * times
    assert render(paper(Section(text, (Paragraph(long), Pairs(((text, long),)))))).startswith(b"%PDF-")
