"""Papers: a PDF that holds its own font, whatever text comes."""

import logging
from datetime import UTC, datetime

import pytest
from fontTools.ttLib import TTFont
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pylopdf_fonts_zh_cn import sans_path

from flows.papers.paper import LACKING, Pairs, Paper, Paragraph, Section, Table, printable, render

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


def test_a_long_paper_has_many_pages_and_a_cell_longer_than_a_page_is_cut() -> None:
    rows = [("一", "长" * 9_000), *((str(one), "短") for one in range(200))]
    made = render(paper(Section("经过", (Table(("序", "说"), (1, 5), rows),))))
    assert made.count(b"/Type /Page\n") > 3


@given(st.text(max_size=80))
@settings(max_examples=200)
def test_whatever_is_printed_the_font_has(text: str) -> None:
    with TTFont(sans_path(), lazy=True) as font:
        known = font.getBestCmap()
    assert all(one == "\n" or ord(one) in known for one in printable(text))


@given(st.text(max_size=80))
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_can_be_printed(text: str) -> None:
    assert render(paper(Section(text, (Paragraph(text), Pairs(((text, text),)))))).startswith(b"%PDF-")
