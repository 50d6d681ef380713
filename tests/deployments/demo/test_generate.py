"""The made-up day: the same for a seed, in proportion, truly labelled, and nobody real."""

import re
from collections import Counter
from datetime import date, timedelta
from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.demo.generate import A_DAY, SimulatedRequest, arrivals, generate
from deployments.demo.request import Relation, Temperament, Urgency
from deployments.demo.texts import Deck, expand, load
from models.values.vocabulary import BusinessLine, Category, Channel, Kind, Party, Severity

CHANCE = Random(1)  # noqa: S311 - a simulation
PHONE = re.compile(r"1700000\d{4}")


@pytest.fixture(scope="module")
def requests() -> list[SimulatedRequest]:
    return list(generate(2_000, seed=7))


def test_a_seed_makes_the_same_day() -> None:
    assert list(generate(300, seed=3)) == list(generate(300, seed=3))


def test_another_seed_makes_another_day() -> None:
    assert {each.text for each in generate(300, seed=3)} != {each.text for each in generate(300, seed=4)}


def test_references_count_up_and_callers_come_in_order(requests: list[SimulatedRequest]) -> None:
    assert [each.reference for each in requests] == [f"G{number:04d}" for number in range(1, 2_001)]
    assert [each.received for each in requests] == sorted(each.received for each in requests)
    assert all(timedelta() <= each.received < timedelta(days=1) for each in requests)


def test_nobody_calls_on_an_empty_day() -> None:
    assert list(generate(0, seed=1)) == []


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="-1 callers"):
        generate(-1, seed=1)


def test_arrivals_have_two_peaks_and_a_thin_night() -> None:
    hours = Counter(int(each / timedelta(hours=1)) for each in arrivals(20_000, CHANCE))
    assert min(hours[10], hours[14], hours[15]) > 1.5 * max(hours[12], hours[13], hours[8])
    assert 0 < sum(hours[hour] for hour in range(6)) < 0.03 * 20_000


@pytest.mark.parametrize("seed", range(5))
def test_even_a_small_day_has_every_kind_and_every_category(seed: int) -> None:
    small = list(generate(120, seed))
    assert {each.kind for each in small} == set(Kind)
    assert {each.category for each in small if each.kind is Kind.COMPLAINT} == set(Category)


def test_proportions_are_those_of_the_mix(requests: list[SimulatedRequest]) -> None:
    kinds = Counter(each.kind for each in requests)
    assert 0.57 < kinds[Kind.COMPLAINT] / 2_000 < 0.68
    categories = [each.category for each in requests if each.category]
    assert 0.17 < categories.count(Category.DELAY) / len(categories) < 0.27
    assert 0.005 < categories.count(Category.OTHER) / len(categories) < 0.04
    severities = Counter(each.severity for each in requests)
    assert severities[Severity.MINOR] > severities[Severity.MODERATE] > severities[Severity.SERIOUS] > 100
    assert {each.business_line for each in requests} == set(BusinessLine) - {BusinessLine.UNKNOWN}
    assert {each.channel for each in requests} == set(Channel) - {Channel.OUTBOUND}
    assert {each.party for each in requests} == set(Party)


def test_urgent_requests_are_few_and_of_every_sort(requests: list[SimulatedRequest]) -> None:
    urgent = [each.urgency for each in requests if each.urgency]
    assert set(urgent) == set(Urgency)
    assert len(urgent) < 0.1 * 2_000


def test_only_complaints_have_a_category(requests: list[SimulatedRequest]) -> None:
    assert all((each.category is not None) == (each.kind is Kind.COMPLAINT) for each in requests)
    assert all(each.secondary is None or each.secondary is not each.category for each in requests)
    assert all(each.labels and each.labels.severity and each.labels.business_line for each in requests)


def test_texts_are_said_twice_only_by_those_who_send_a_form_twice(requests: list[SimulatedRequest]) -> None:
    new = [each.text for each in requests if each.follows is None]
    assert len(set(new)) == len(new)


def test_there_are_many_ways_to_say_things(requests: list[SimulatedRequest]) -> None:
    frames = {re.sub(r"[A-Z0-9-]{3,}|\d+", "#", each.text) for each in requests}
    assert len(frames) > 1_000


def test_who_comes_back_speaks_of_his_own_earlier_waybill(requests: list[SimulatedRequest]) -> None:
    by_reference = {each.reference: each for each in requests}
    back = [each for each in requests if each.follows]
    assert 0.03 < len(back) / 2_000 < 0.10
    for each in back:
        first = by_reference[each.follows or ""]
        assert first.received <= each.received
        assert (each.waybill, each.caller_phone) == (first.waybill, first.caller_phone)
        assert each.waybill
        assert (each.category is first.category) == (each.relation is Relation.AGAIN)


def test_some_send_the_very_same_text_twice(requests: list[SimulatedRequest]) -> None:
    by_reference = {each.reference: each for each in requests}
    twice = [each for each in requests if each.follows and each.text == by_reference[each.follows].text]
    assert twice
    assert all(each.relation is Relation.AGAIN for each in twice)


def test_no_slot_and_no_alternative_is_left_open(requests: list[SimulatedRequest]) -> None:
    assert not [each.text for each in requests if re.search(r"[\[\]{}|]|\bNone\b", each.text)]
    assert all(each.text.strip() for each in requests)


def test_phones_are_of_the_invented_range_and_nobodys_twice(requests: list[SimulatedRequest]) -> None:
    phones = [each.caller_phone for each in requests if each.caller_phone and not each.follows]
    assert all(PHONE.fullmatch(phone) for phone in phones)
    assert len(set(phones)) == len(phones)
    for each in requests:
        spoken = set(re.findall(r"(?<![0-9A-Za-z-])1\d{10}(?!\d)", each.text))
        assert spoken <= {each.caller_phone}


def test_some_callers_are_anonymous_and_few_companies_call_much(requests: list[SimulatedRequest]) -> None:
    anonymous = [each for each in requests if each.caller_phone is None]
    assert 0.03 < len(anonymous) / 2_000 < 0.2
    assert all(each.caller_name is None for each in anonymous)
    calls = [number for _, number in Counter(each.company for each in requests if each.company).most_common()]
    assert len(calls) == 10
    assert sum(calls[:3]) > sum(calls[3:])


def test_days_spoken_of_are_counted_from_the_day_played() -> None:
    texts = [each.text for each in generate(400, seed=5, day=date(2026, 7, 31))]
    months = {int(month) for text in texts for month in re.findall(r"(\d+)月\d+[日号]", text)}
    assert months <= {5, 6, 7, 8}
    assert 7 in months


def test_the_api_hears_only_what_a_caller_says(requests: list[SimulatedRequest]) -> None:
    for each in requests[:200]:
        body = each.intake()
        assert set(body) == {"reference", "text", "remedy_sought", "waybill", "channel", "party", "caller"}
        assert body["caller"] == {"name": each.caller_name, "phone": each.caller_phone}


def test_a_temperament_hangs_on_reference_and_seed_only() -> None:
    drawn = Temperament.drawn("L7", None, 1)
    assert drawn == Temperament.drawn("L7", None, 1)
    others = {Temperament.drawn(f"L{number}", None, seed) for number, seed in product(range(40), range(5))}
    assert len(others) > 100


def test_temperaments_are_in_proportion(requests: list[SimulatedRequest]) -> None:
    drawn = [each.temperament for each in requests]
    assert 0.75 < sum(each.solved for each in drawn) / 2_000 < 0.95
    assert 0 < sum(each.withdraws for each in drawn) < 0.04 * 2_000
    assert {each.will_be_reached_on_attempt for each in drawn} == {1, 2, 3, 4}
    solved = [each.satisfaction for each in drawn if each.solved]
    unsolved = [each.satisfaction for each in drawn if not each.solved]
    assert sum(solved) / len(solved) > sum(unsolved) / len(unsolved) + 1


def test_every_template_can_be_said_in_full() -> None:
    texts = load()
    every = [each for said in (*texts.templates.values(), *texts.siblings.values()) for each in said]
    assert len({each.text for each in every}) == len(every) > 150
    known = {"waybill", "courier", "city", "to", "surname", "phone", "company", "days", "late", "sent"}
    known |= {"promised", "recent", "coming", "amount", "fee", "pieces", "missing", "arrived"}
    for each in every:
        assert set(re.findall(r"\{(\w+)\}", each.text)) <= known | texts.words["slots"].keys(), each.text
        assert each.text.count("[") == each.text.count("]"), each.text
        assert "{company}" not in each.text or each.style == "clerk", each.text


@given(st.lists(st.integers(), min_size=1), st.integers(0, 5))
def test_a_deck_deals_every_card_before_any_comes_again(cards: list[int], rounds: int) -> None:
    deck = Deck(cards, CHANCE)
    for _ in range(rounds):
        assert sorted(deck.deal() for _ in cards) == sorted(cards)


def test_alternatives_nest() -> None:
    said = {expand("[a|b[c|d]]{x}", CHANCE, str.upper) for _ in range(100)}
    assert said == {"aX", "bcX", "bdX"}


def test_the_default_day_is_a_working_day() -> None:
    assert A_DAY.weekday() < 5
