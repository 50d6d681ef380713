"""The classifier reads what customers write; every example here was made up for the test."""

import tomllib
from pathlib import Path

import pytest

from flows.rules.classification import classify
from models.values.taxonomy import Taxonomy
from models.values.vocabulary import Category, Kind

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    with (ROOT / "flows/rulebook/taxonomy.toml").open("rb") as file:
        return Taxonomy.model_validate(tomllib.load(file))


def test_a_broken_vase_is_a_complaint_about_damage(taxonomy: Taxonomy) -> None:
    answer = classify("寄的花瓶收到时已经摔碎了，箱子也破了，太差劲了", taxonomy)
    assert (answer.kind, answer.category) == (Kind.COMPLAINT, Category.DAMAGE)
