"""Rulebooks written before a setting existed go on working, under the hash they always had."""

import json
from typing import Any

import pytest

from flows.rulebook.loading import RulebookError, content_hash, load, read
from flows.rulebook.older import SINCE, complemented
from flows.rules.incident_scoring import weighted


def without(*paths: tuple[str, ...]) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(read())
    for *sections, name in paths:
        section = content
        for one in sections:
            section = section[one]
        del section[name]
    return content


def test_a_rulebook_of_the_first_day_loads_with_the_shipped_settings_and_its_own_hash() -> None:
    content = without(*SINCE)
    content["clocks"]["resolve"]["A"]["hours"] = 12
    text = json.dumps(content)
    policy, shipped = load(text), load(read()).rulebook
    assert policy.hash == content_hash(text)
    assert policy.rulebook.escalation == shipped.escalation
    assert policy.rulebook.clocks.acknowledge == shipped.clocks.acknowledge
    assert policy.rulebook.clocks.resolve["A"].hours == 12


@pytest.mark.parametrize("path", SINCE, ids=".".join)
def test_each_setting_alone_may_be_missing_and_its_own_value_is_kept(path: tuple[str, ...]) -> None:
    assert load(json.dumps(without(path))).rulebook == load(read()).rulebook
    assert complemented(read(), read()) == read()


def test_a_report_form_from_before_fields_were_personal_is_masked_as_todays() -> None:
    content = json.loads(read())
    for field in content["incidents"]["form"]["fields"]:
        field.pop("personal", None)
    assert load(json.dumps(content)).rulebook == load(read()).rulebook
    content["incidents"]["form"]["fields"][0]["personal"] = False
    assert not load(json.dumps(content)).incidents.form.fields[0].personal, "what it says itself stands"


def test_incidents_of_before_promises_counted_are_scored_as_they_were_where_none_were_made() -> None:
    content = json.loads(read())
    before = {"reporting": 0.5, "completeness": 0.25, "containment": 0.25, "repeats": 0}
    content["incidents"]["scoring"]["weights"] = dict(before)
    policy, shipped = load(json.dumps(content)), load(read())
    weights = policy.incidents.scoring.weights
    assert weights["promises"] == shipped.incidents.scoring.weights["promises"] > 0
    for marks in ({"reporting": 0.5, "completeness": 1.0}, {"reporting": 1.0, "containment": 0.2, "repeats": 0.0}):
        was = sum(before[name] * mark for name, mark in marks.items()) / sum(before[name] for name in marks)
        assert weighted(marks, policy) == round(100 * was, 1)
    assert complemented(json.dumps(content), read()) != json.dumps(content)


@pytest.mark.parametrize(
    "weights", [3, {}, {"reporting": "1"}, {"reporting": 10**400}, {"reporting": -1, "repeats": 2}]
)
def test_weights_that_are_none_are_told(weights: object) -> None:
    content = json.loads(read())
    content["incidents"]["scoring"]["weights"] = weights
    with pytest.raises(RulebookError):
        load(json.dumps(content))


@pytest.mark.parametrize("form", [3, {"fields": 3}, {"fields": [3, {"name": []}]}])
def test_a_report_form_that_is_none_is_told(form: object) -> None:
    content = json.loads(read())
    content["incidents"]["form"] = form
    with pytest.raises(RulebookError):
        load(json.dumps(content))


def test_calendars_that_only_the_shipped_rulebook_has_come_with_what_names_them() -> None:
    content = without(*SINCE)
    content["calendars"] = {"centre": {"always": True}, "days": {"country": "CN"}}
    moved = json.loads(json.dumps(content).replace('"working_days"', '"days"'))
    assert set(load(json.dumps(moved)).calendars) == {"centre", "days", "working_days"}


def test_what_is_filled_in_names_no_unit_and_no_level_that_it_has_not() -> None:
    content = without(*SINCE)
    units = content["assignment"]["units"]
    content["assignment"]["units"] = dict.fromkeys(units, "service_centre")
    content["assignment"]["levels"] = ["complaint_handler", "supervisor", "general_manager"]
    content["approval"] = {"limits": [200, 2000, 20000]}
    book = load(json.dumps(content)).rulebook
    assert (book.clocks.unit_hours, book.escalation.takes_over) == ({}, ())


@pytest.mark.parametrize("section", ["assignment", "clocks", "wording"])
@pytest.mark.parametrize("value", [3, [], None, {}, {"units": 3}, {"units": {"loss": []}, "levels": [{}]}])
def test_nonsense_in_its_place_is_told_and_never_a_traceback(section: str, value: object) -> None:
    with pytest.raises(RulebookError):
        load(json.dumps(without(*SINCE) | {section: value}))


@pytest.mark.parametrize("broken", ["nonsense", "[]", "3", '{"clocks": 3}', "[" * 100_000], ids=len)
def test_what_is_no_rulebook_is_not_made_one(broken: str) -> None:
    with pytest.raises(RulebookError):
        load(broken)


def test_a_section_that_always_was_is_not_filled_in() -> None:
    with pytest.raises(RulebookError, match="clocks: is missing"):
        load(json.dumps(without(("clocks",))))
