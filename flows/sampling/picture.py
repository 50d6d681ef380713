"""Estimates with their intervals as a picture (SVG), drawn by Vega-Lite; words stay words, for any font to show.

Every domain is a line: a point with its interval as it is, and one adjusted for non-response. What is suppressed is
named without figures. The picture says in its title and description what it shows, for those who cannot see it.
"""

from collections.abc import Iterator
from typing import Any, Literal
from xml.etree import ElementTree

from flows.sampling.estimates import Domain, Estimate, Estimates, Figure, Question
from models.values.rounds import POOLED, UNKNOWN

Language = Literal["zh", "en"]

WORDS: dict[str, dict[Language, str]] = {
    "total": {"zh": "总体", "en": "total"},
    POOLED: {"zh": "合并", "en": "merged"},
    UNKNOWN: {"zh": "未知", "en": "unknown"},
    "unadjusted": {"zh": "未调整", "en": "unadjusted"},
    "adjusted": {"zh": "按无应答调整", "en": "adjusted for non-response"},
    "suppressed": {"zh": "答复太少，不显示", "en": "too few answers to show"},
    "interval": {"zh": "{:.0%} 置信区间", "en": "{:.0%} confidence intervals"},
    "none": {"zh": "无区间", "en": "no interval"},
}
COLOURS = {"unadjusted": "#8a8a8a", "adjusted": "#1f5f99"}
"""Apart in lightness as well, for those who see no colours."""
ROW_PIXELS, WIDTH_PIXELS = 34, 460
FONT = "system-ui, 'Noto Sans CJK SC', 'Microsoft YaHei', 'PingFang SC', sans-serif"
SVG = "http://www.w3.org/2000/svg"


def picture(found: Estimates, question: str, language: Language, domain: Domain = "stratum") -> str:
    """An SVG document of its own: the total, then each domain. Raises KeyError for a question nobody asked."""
    import vl_convert  # loads its engine: only when a picture is drawn

    asked = {one.key: one for one in found.questions}[question]
    rows = [*found.of(question), *(found.of(question, domain) if domain != "total" else ())]
    title = _title(asked, found, language)
    drawn: str = vl_convert.vegalite_to_svg(_chart(rows, asked, title, language))
    return _described(drawn, title, _description(rows, language))


def _chart(rows: list[Estimate], question: Question, title: str, language: Language) -> dict[str, Any]:
    points = list(_points(rows, language))
    labels = list(dict.fromkeys(point["label"] for point in points))
    names = [WORDS[name][language] for name in ("unadjusted", "adjusted")]
    kind = {
        "field": "kind",
        "type": "nominal",
        "sort": names,
        "scale": {"domain": names, "range": [COLOURS["unadjusted"], COLOURS["adjusted"]]},
        "legend": {"title": None, "orient": "top"},
    }
    axis = {"format": ".0%" if question.measure == "share" else "", "title": None}
    value = {"type": "quantitative", "scale": {"zero": False, "nice": True}, "axis": axis}
    offset = {"field": "kind", "type": "nominal", "sort": names, "scale": {"domain": names}}
    axis_of_labels = {"title": None, "labelLimit": 320}
    label = {"field": "label", "type": "nominal", "scale": {"domain": labels}, "axis": axis_of_labels}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "background": "white",
        "title": {"text": title, "anchor": "start"},
        "width": WIDTH_PIXELS,
        "height": {"step": ROW_PIXELS, "for": "position"},
        "config": {"font": FONT},
        "data": {"values": points},
        "encoding": {"y": label, "yOffset": offset},
        "layer": [
            {
                "transform": [{"filter": "isValid(datum.low)"}],
                "mark": {"type": "rule", "strokeWidth": 2, "aria": False},
                "encoding": {"x": {"field": "low", **value}, "x2": {"field": "high"}, "color": kind},
            },
            {
                "transform": [{"filter": "isValid(datum.value)"}],
                "mark": {"type": "point", "filled": True, "size": 55, "opacity": 1},
                "encoding": {
                    "x": {"field": "value", **value},
                    "color": kind,
                    "shape": {**kind, "scale": {"domain": names, "range": ["diamond", "circle"]}},
                },
            },
        ],
    }


def _points(rows: list[Estimate], language: Language) -> Iterator[dict[str, Any]]:
    for row in rows:
        label = f"{_label(row, language)} (n = {row.answers})"
        if row.suppressed:
            label = f"{_label(row, language)} ({WORDS['suppressed'][language]})"
        for name in ("unadjusted", "adjusted"):
            figure: Figure | None = getattr(row, name)
            point = {} if figure is None else {"value": figure.value, "low": figure.low, "high": figure.high}
            yield {"label": label, "kind": WORDS[name][language], **point}


def _label(row: Estimate, language: Language) -> str:
    return " × ".join(WORDS[part][language] if part in WORDS else part for part in row.label.split(" × "))


def _title(question: Question, found: Estimates, language: Language) -> str:
    return f"{getattr(question, language)}: {WORDS['interval'][language].format(found.confidence)}"


def _description(rows: list[Estimate], language: Language) -> str:
    """The adjusted figures in words."""
    return "; ".join(f"{_label(row, language)}: {_said(row, language)}" for row in rows)


def _said(row: Estimate, language: Language) -> str:
    figure = row.adjusted
    if figure is None:
        return WORDS["suppressed"][language]
    interval = WORDS["none"][language] if figure.low is None else f"{figure.low:.3g} – {figure.high:.3g}"
    return f"{figure.value:.3g} ({interval})"


def _described(svg: str, title: str, description: str) -> str:
    """With a title and a description inside, as readers of pictures look for them."""
    ElementTree.register_namespace("", SVG)
    root = ElementTree.fromstring(svg)  # noqa: S314 - what we have just drawn
    root.set("role", "img")
    root.set("aria-labelledby", "title description")
    for place, (tag, content) in enumerate((("title", title), ("desc", description))):
        element = ElementTree.Element(f"{{{SVG}}}{tag}", id="title" if tag == "title" else "description")
        element.text = content
        root.insert(place, element)
    return ElementTree.tostring(root, encoding="unicode")
