"""Every setting says what it means in both languages, and every shipped default where it comes from."""

import json
import tomllib
from importlib import resources

import pytest

from flows.rulebook.loading import read
from flows.rulebook.meanings import every_setting, meaning, shipped_sources, source_of, static
from flows.rulebook.telling import settings

SHIPPED = json.loads(read())


@pytest.mark.parametrize("path", sorted(set(every_setting())), ids=" › ".join)
def test_every_setting_has_a_meaning_of_its_own_in_chinese(path: tuple[str, ...]) -> None:
    said = meaning(path).zh
    assert said, "write it into flows/rulebook/meanings.toml"
    assert len(path) == 1 or said != meaning(path[:-1]).zh, "write one of its own into flows/rulebook/meanings.toml"


@pytest.mark.parametrize("path", sorted(set(every_setting())), ids=" › ".join)
def test_every_setting_has_a_meaning_of_its_own_in_english(path: tuple[str, ...]) -> None:
    said = meaning(path).en
    assert said, "write a docstring under the setting, or for its section"
    assert len(path) == 1 or said != meaning(path[:-1]).en, "write one of its own under the setting"


def test_no_meaning_is_of_a_setting_that_is_gone() -> None:
    known = {".".join(path) for path in every_setting()}
    named = tomllib.loads((resources.files("flows.rulebook") / "meanings.toml").read_text(encoding="utf-8"))
    assert {one for one in named if not one.startswith("taxonomy")} <= known


def test_every_shipped_default_notes_its_source() -> None:
    unsaid = [one.path for one in settings(SHIPPED, SHIPPED) if one.path[0] != "taxonomy" and not one.source]
    assert unsaid == [], "note it beside the line in flows/rulebook/default.toml"


@pytest.mark.parametrize(
    ("path", "source"),
    [
        (("clocks", "classify"), "[practice] acknowledge 1 hour, classify 2 hours"),
        (("classes", "cut_points", "A"), "[required] percent of customers from the top"),
        (("wording", "greeting"), "[required] a standard wording"),
        (("course", "calls_from"), "[practice] no calls 21:00–9:00"),
        (("clocks", "nothing"), ""),
    ],
)
def test_a_source_is_found_beside_the_line_or_above_it(path: tuple[str, ...], source: str) -> None:
    assert source_of(path).startswith(source)
    assert source or not source_of(path)
    assert shipped_sources()


def test_a_setting_means_the_same_for_whatever_stage_or_category_it_is() -> None:
    assert static(("assignment", "roles", "triage", "0")) == ["assignment", "roles"]
    assert meaning(("assignment", "units", "delay")) == meaning(("assignment", "units"))
    assert meaning(("calendars", "centre", "always")).zh == "全天候计时"
    assert meaning(("nowhere",)).zh == meaning(("nowhere",)).en == ""
