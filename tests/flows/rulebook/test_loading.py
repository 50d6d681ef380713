"""Rulebooks: the shipped one loads, a wrong one is refused in a sentence with its place, its hash is its content."""

import ast
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from flows.rulebook.loading import OWN_FILES, RulebookError, content_hash, in_one_file, load, read
from flows.rules import lifecycle
from models.values.rulebook import Rulebook
from models.values.section import Term
from models.values.taxonomy import Taxonomy
from models.values.vocabulary import Category, CustomerClass

ROOT = Path(__file__).parents[3]
Change = Callable[[dict[str, Any]], Any]


def changed(change: Change) -> str:
    content = json.loads(read())
    change(content)
    return json.dumps(content)


def test_the_shipped_rulebook_loads() -> None:
    policy = load(read())
    assert policy.rulebook.name == "Redress example rulebook"
    assert set(policy.calendars) == {"centre", "working_days"}
    assert policy.hash == content_hash(read())


def test_every_stage_of_a_person_has_somebody_and_every_category_its_unit() -> None:
    book = load(read()).rulebook
    assert all(book.assignment.roles[stage] for stage in lifecycle.PERSONS)
    assert set(book.assignment.units) == set(book.analysis.causes) == set(Category)


MISTAKES: list[tuple[Change, str]] = [
    (lambda b: b["scoring"]["weights"].update(speed=0.1), "scoring: the weights sum to 0.75, not to 1"),
    (
        lambda b: b["scoring"].update(weights={"speed": 1}),
        "scoring: weights lacks satisfaction, first_time, method, promises; write 0 for what is not to count",
    ),
    (lambda b: b["clocks"]["resolve"].pop("D"), "clocks: resolve has no term for class D"),
    (
        lambda b: b["clocks"]["resolve"]["B"].update(calendar="mars"),
        "rulebook: clocks › resolve › B names the calendar 'mars'; the calendars are centre, working_days",
    ),
    (
        lambda b: b["course"]["link_window"].update(calendar="mars"),
        "rulebook: course › link_window names the calendar 'mars'; the calendars are centre, working_days",
    ),
    (
        lambda b: b["assignment"]["roles"].update(carry_out=["wizard"]),
        "assignment › roles › carry_out › 0: 'wizard' is not known here; write 'acceptor', 'operator', ",
    ),
    (
        lambda b: b["assignment"]["units"].update(lateness="linehaul"),
        "assignment › units › lateness: 'lateness' is not known here; write 'delay', 'loss', ",
    ),
    (lambda b: b["assignment"]["units"].pop("loss"), "assignment: units lacks loss"),
    (lambda b: b["analysis"]["causes"].pop("damage"), "analysis: causes lacks damage"),
    (lambda b: b["wording"]["stages"].pop("triage"), "wording: stages lacks triage"),
    (
        lambda b: b["assignment"]["roles"].update(triage=[]),
        "assignment › roles: nobody may own a case at triage; name a role for each",
    ),
    (
        lambda b: b["calendars"]["working_days"].update(opens="19:00:00"),
        "calendars › working_days: opens (19:00) must be before closes (18:00) (A calendar of the centre",
    ),
    (
        lambda b: b["calendars"]["working_days"].update(opens="09:00:00Z"),
        "calendars › working_days › opens: a time of day is the centre's own: write it without a zone, as 09:00:00",
    ),
    (
        lambda b: b["calendars"]["working_days"].update(country="XX"),
        "calendars › working_days › country: no holidays are known for 'XX'; write a code such as CN",
    ),
    (
        lambda b: b["clocks"]["answer"].update(days=3),
        "clocks › answer: say either hours or days (Receiving to answered",
    ),
    (lambda b: b["clocks"].update(answer={"calendar": "centre"}), "clocks › answer: say either hours or days"),
    (lambda b: b["clocks"]["answer"].update(hours=0), "clocks › answer › hours: should be greater than 0, not 0"),
    (lambda b: b["clocks"].update(answr={"hours": 3}), "clocks › answr: there is no such setting; is it misspelt?"),
    (lambda b: b["clocks"].pop("answer"), "clocks › answer: is missing (Receiving to answered"),
    (
        lambda b: b["clocks"].update(remind_at=75),
        "clocks › remind_at: should be less than or equal to 1, not 75 (How much",
    ),
    (lambda b: b["assignment"].update(levels=["supervisor"] * 4), "assignment: levels names a role twice"),
    (
        lambda b: b["approval"].update(limits=[1, 2], by_class={}),
        "rulebook: approval needs one limit for each level of assignment",
    ),
    (lambda b: b["approval"].update(limits=[9, 2, 30, 40]), "approval: limits must rise"),
    (lambda b: b["course"].update(day_parts=["09:00:00"]), "course: 3 of day_parts must begin within calling hours"),
    (lambda b: b["course"].update(day_parts=["12:00:00", "09:00:00"]), "course: day_parts must be in order"),
    (lambda b: b["course"].update(calls_from="22:00:00"), "course: calls_from must be before calls_until"),
    (lambda b: b["order"].update(urgent_flags=["fire"]), "order › urgent_flags › 0: 'fire' is not known here"),
    (lambda b: b["taxonomy"]["bounds"].update(sure_at=3), "taxonomy › bounds › sure_at: should be less than"),
    (
        lambda b: b["clocks"]["unit_answer"].update(calendar="mars"),
        "rulebook: clocks › unit_answer names the calendar 'mars'; the calendars are centre, working_days",
    ),
    (
        lambda b: b["calendars"]["working_days"].update(closes="09:00:30"),
        "rulebook: assignment › absent_at_most: 4 hours are more than 400 days of the calendar working_days",
    ),
    (
        lambda b: b["clocks"].update(statutory_calendar="mars"),
        "rulebook: clocks › statutory_calendar names the calendar 'mars'; the calendars are centre, working_days",
    ),
    (
        lambda b: b["clocks"]["unit_hours"].update(last_mile="mars"),
        "rulebook: clocks › unit_hours › last_mile names the calendar 'mars'; the calendars are centre, working_days",
    ),
    (
        lambda b: b["clocks"]["unit_hours"].update(moon="centre"),
        "rulebook: clocks › unit_hours names moon; the units are claims, finance, first_mile",
    ),
    (
        lambda b: b["clocks"].update(statutory_count="working_days", statutory_calendar="centre"),
        "rulebook: clocks › statutory_calendar: centre has no days off; to count working days name a calendar that has",
    ),
    (
        lambda b: b["clocks"].update(statutory_count="weeks"),
        "clocks › statutory_count: 'weeks' is not known here; write 'calendar_days' or 'working_days' (Whether all of",
    ),
    (
        lambda b: b["clocks"].update(acknowledged_at_once=["pigeon"]),
        "clocks › acknowledged_at_once › 0: 'pigeon' is not known here; write 'phone', 'fax', ",
    ),
    (
        lambda b: b["escalation"].update(takes_over=["complaint_handler"]),
        "rulebook: escalation › takes_over names complaint_handler; the levels above are supervisor, manager",
    ),
    (
        lambda b: b["escalation"].update(clocks=["resolve", "hold"]),
        "escalation: hold only calls again: there is nothing to miss (What happens at a missed deadline",
    ),
    (
        lambda b: b["escalation"]["between"].update(calendar="mars"),
        "rulebook: escalation › between names the calendar 'mars'; the calendars are centre, working_days",
    ),
    (lambda b: b["escalation"].pop("between"), "escalation › between: is missing (The time from one level to the next"),
    (
        lambda b: b["assignment"].update(skill_weight=0, load_weight=0, unit_weight=0),
        "assignment: skill_weight, load_weight and unit_weight are all 0: then nothing chooses",
    ),
    (
        lambda b: b["assignment"].update(class_roles={"E": ["account_manager"]}),
        "assignment › class_roles › E: 'E' is not known here; write 'A', 'B', 'C' or 'D'",
    ),
    (
        lambda b: b["assignment"]["absent_at_most"].update(hours=-1),
        "assignment › absent_at_most › hours: should be greater than 0, not -1",
    ),
    (lambda b: b["order"].update(wait_hours=0), "order › wait_hours: should be greater than 0, not 0 (Work in people"),
    (lambda b: b["wording"]["clocks"].pop("resolve"), "wording: clocks lacks resolve"),
    (
        lambda b: b["calendars"]["working_days"].update(country=""),
        "calendars › working_days › country: no holidays are known for ''; write a code such as CN",
    ),
    (lambda b: b.update(clocks=3), "clocks: should be an object, not 3"),
    (
        lambda b: b["repeats"].update(then="forget"),
        "repeats › then: 'forget' is not known here; write 'reopen', 'escalate' or 'sibling' (A repeat ",
    ),
    (
        lambda b: b["repeats"]["window"].update(calendar="mars"),
        "rulebook: repeats › window names the calendar 'mars'; the calendars are centre, working_days",
    ),
    (
        lambda b: b["changes"].update(approved_by=["wizard"]),
        "changes › approved_by › 0: 'wizard' is not known here; write 'acceptor', 'operator', ",
    ),
    (lambda b: b["changes"].update(approved_by=[]), "changes › approved_by: "),
    (lambda b: b["wording"]["empathy"].pop("loss"), "wording: empathy lacks loss"),
    (lambda b: b["wording"]["say"]["triage"].pop("any"), "wording: say has no words for any kind at triage"),
    (lambda b: b["wording"]["say"].pop("revisit"), "wording › say: there are no words for revisit; write some"),
    (
        lambda b: b["wording"]["say"]["answer"].update(praise={"opening": ["a", "b"], "closing": ["a", "b"]}),
        "wording › say › answer › praise › ",
    ),
    (
        lambda b: b["wording"]["say"]["triage"]["any"].pop("closing"),
        "wording › say › triage › any › closing: is missing",
    ),
    (lambda b: b["clocks"]["answer"].update(hours=float("nan")), "clocks › answer › hours: "),
    (lambda b: b["scoring"]["weights"].update(speed=float("nan")), "scoring › weights › speed: "),
    (lambda b: b["taxonomy"].update(calibration=[[0, 0.5], [0.5, 0.4]]), "taxonomy: calibration must rise"),
    (lambda b: b.pop("course"), "course: is missing (How often things may go round · 流程次数与时段)"),
]


@pytest.mark.parametrize(("change", "sentence"), MISTAKES, ids=[sentence[:50] for _, sentence in MISTAKES])
def test_a_mistake_is_named_with_its_place(change: Change, sentence: str) -> None:
    with pytest.raises(RulebookError) as caught:
        load(changed(change))
    assert str(caught.value).startswith(sentence)
    assert "validation error" not in str(caught.value)
    assert "pydantic" not in str(caught.value)


def test_several_mistakes_are_told_at_once_and_not_without_end() -> None:
    def wrong(book: dict[str, Any]) -> None:
        book["order"]["urgent_flags"] = ["fire"] * 30

    with pytest.raises(RulebookError) as caught:
        load(changed(wrong))
    assert str(caught.value).count("; write") == 10


def test_what_is_no_json_is_said_so() -> None:
    with pytest.raises(RulebookError, match="rulebook: this is not JSON"):
        load("nonsense")


def test_files_that_are_missing_or_no_toml_are_said_so(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match="cannot read default"):
        read(tmp_path)
    (tmp_path / "default.toml").write_text("name =", encoding="utf-8")
    (tmp_path / "taxonomy.toml").write_text("", encoding="utf-8")
    with pytest.raises(RulebookError, match="not TOML"):
        read(tmp_path)
    (tmp_path / "default.toml").write_text('name = "a"\nname = "b"', encoding="utf-8")
    with pytest.raises(RulebookError, match="not TOML: Cannot overwrite a value"):
        read(tmp_path)


def test_a_mistake_says_what_the_setting_means_in_chinese_too() -> None:
    with pytest.raises(RulebookError, match="投诉内部处理时限"):
        load(changed(lambda book: book["clocks"]["resolve"]["A"].update(hours=0)))


@pytest.mark.parametrize("content", ["[]", "3", '"text"', "null", "{}", "[" * 100_000])
def test_what_is_no_rulebook_at_all_gets_a_sentence(content: str) -> None:
    with pytest.raises(RulebookError):
        load(content)


def test_one_file_holds_the_whole_policy(tmp_path: Path) -> None:
    whole = tmp_path / "ours.toml"
    whole.write_text(in_one_file(), encoding="utf-8")
    assert content_hash(read(whole)) == content_hash(read())
    assert "[practice]" in whole.read_text(encoding="utf-8"), "the sources stay beside the lines"
    whole.write_text(in_one_file().replace("hours = 24, source", "hours = 12, source"), encoding="utf-8")
    assert load(read(whole)).rulebook.clocks.resolve[CustomerClass.A].hours == 12


def test_an_older_rulebook_goes_on_with_the_shipped_sections_it_does_not_have() -> None:
    def older(book: dict[str, Any]) -> None:
        for name in ("repeats", "changes", "classes", "customers"):
            book.pop(name)
        for name in ("say", "empathy"):
            book["wording"].pop(name)
        book["wording"]["greeting"] = "您好"

    book, shipped = load(changed(older)).rulebook, load(read()).rulebook
    assert (book.repeats, book.changes) == (shipped.repeats, shipped.changes)
    assert (book.wording.say, book.wording.empathy) == (shipped.wording.say, shipped.wording.empathy)
    assert book.wording.greeting == ("您好", "您好")


def test_the_hash_is_of_the_content() -> None:
    assert read() == read()
    assert load(read()).hash == load(read()).hash
    slower = changed(lambda book: book["clocks"]["answer"].update(hours=25))
    assert load(slower).hash != load(read()).hash


def test_a_copy_of_the_files_elsewhere_is_the_same_rulebook(tmp_path: Path) -> None:
    for name in ("default", *OWN_FILES):
        text = (ROOT / f"flows/rulebook/{name}.toml").read_text(encoding="utf-8")
        (tmp_path / f"{name}.toml").write_text("# a comment changes nothing\n" + text, encoding="utf-8")
    assert content_hash(read(tmp_path)) == content_hash(read())


def leaves(section: type[BaseModel]) -> Iterator[str]:
    for name, field in section.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel) and inner not in (Term, Taxonomy):
            yield from leaves(inner)
        else:
            yield name


NOT_YET: set[str] = set()
"""Wording that pages will show; what is used comes off this list."""


def test_every_setting_is_used_somewhere() -> None:
    used = {
        node.attr
        for folder in ("flows", "api", "models")
        for file in (ROOT / folder).rglob("*.py")
        if file.name != "rulebook.py"
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
    }
    assert set(leaves(Rulebook)) - used == NOT_YET
