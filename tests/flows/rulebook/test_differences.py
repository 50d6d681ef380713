"""The difference of two rulebooks, in words a supervisor understands."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from flows.rulebook.differences import Difference, differences
from flows.rulebook.loading import read
from flows.rulebook.telling import settings, words

SHIPPED = json.loads(read())
Change = Callable[[dict[str, Any]], Any]


def found(change: Change) -> list[Difference]:
    after = copy.deepcopy(SHIPPED)
    change(after)
    return differences(SHIPPED, after)


CHANGES: list[tuple[Change, str, str, str]] = [
    (
        lambda b: b["clocks"]["resolve"]["B"].update(hours=36),
        "clocks › resolve › B",
        "from 48 h on calendar centre to 36 h on calendar centre",
        "由 48 小时(centre 日历) 改为 36 小时(centre 日历)",
    ),
    (
        lambda b: b["clocks"].update(feed_back={"hours": 8}),
        "clocks › feed_back",
        "from 1 day on calendar working_days to 8 h on calendar centre",
        "由 1 天(working_days 日历) 改为 8 小时(centre 日历)",
    ),
    (
        lambda b: b["assignment"]["roles"].update(carry_out=["acceptor"]),
        "assignment › roles › carry_out",
        "adds acceptor; takes out complaint_handler",
        "增加 acceptor;去掉 complaint_handler",
    ),
    (
        lambda b: b["approval"].update(limits=[200, 2000, 30000, 1000000000]),
        "approval › limits",
        "from 200, 2000, 20000, 1000000000 to 200, 2000, 30000, 1000000000",
        "由 200、2000、20000、1000000000 改为 200、2000、30000、1000000000",
    ),
    (
        lambda b: b["analysis"].update(confirm_reopened=False),
        "analysis › confirm_reopened",
        "from yes to no",
        "由 是 改为 否",
    ),
    (
        lambda b: b["repeats"].update(then="escalate"),
        "repeats › then",
        "from reopen to escalate",
        "由 reopen 改为 escalate",
    ),
    (
        lambda b: b["classes"]["expected"].pop("C"),
        "classes › expected › C",
        "taken out (it was 0, 10)",
        "删除(原为 0、10)",
    ),
    (lambda b: b["classes"].update(currency="CNY"), "classes › currency", "new: CNY", "新增：CNY"),
    (
        lambda b: b["taxonomy"]["signs"]["late"].update(kind={"complaint": 3.0}),
        "taxonomy › signs › late",
        "differs in kind",
        "调整：kind",
    ),
    (lambda b: b["taxonomy"]["signs"].pop("late"), "taxonomy › signs › late", "a sign taken out: ", "删除特征："),
    (
        lambda b: b["taxonomy"]["signs"].update(new={"zh": "新", "en": "something new", "any": ["新"]}),
        "taxonomy › signs › new",
        "a new sign: something new",
        "新增特征：新",
    ),
]


@pytest.mark.parametrize(("change", "place", "en", "zh"), CHANGES, ids=[place for _, place, _, _ in CHANGES])
def test_one_change_is_one_sentence_with_its_place_and_meaning(change: Change, place: str, en: str, zh: str) -> None:
    (one,) = found(change)
    assert " › ".join(one.path) == place
    assert en in one.change.en
    assert zh in one.change.zh
    assert one.meaning.zh
    assert one.meaning.en


def test_two_equal_rulebooks_differ_in_nothing() -> None:
    assert differences(SHIPPED, copy.deepcopy(SHIPPED)) == []


def test_notes_and_the_way_numbers_are_written_are_no_difference() -> None:
    def noted(book: dict[str, Any]) -> None:
        book["clocks"]["resolve"]["A"] |= {"source": "our own", "hours": 24.0}

    assert found(noted) == []


def test_the_order_of_a_ladder_is_a_difference() -> None:
    levels = ["supervisor", "complaint_handler", "manager", "general_manager"]
    (one,) = found(lambda b: b["assignment"].update(levels=levels))
    assert one.change.en.startswith("from complaint_handler, supervisor")


def test_a_source_is_told_only_where_the_shipped_value_stands() -> None:
    own = copy.deepcopy(SHIPPED)
    own["course"]["contact_attempts"] = 2
    told = {one.path: one.source for one in settings(own, SHIPPED)}
    assert told["course", "contact_attempts"] == "the centre's own"
    assert told["course", "rejections_at_most"].startswith("[practice]")


@pytest.mark.parametrize(
    ("value", "en"),
    [(None, "nothing"), (True, "yes"), ([], ""), (0.5, "0.5"), ("x" * 500, "x" * 119 + "…"), ({"a": 1}, "a 1")],
)
def test_values_are_said_in_words(value: Any, en: str) -> None:
    assert words(value).en == en
