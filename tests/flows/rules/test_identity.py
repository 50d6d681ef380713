"""Identity as rules: names, phones in a cell, chains of merges, stale records."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.rulebook.loading import load, read
from flows.rules.identity import normal_name, refuse_merge, roots, split_phones, staleness
from models.values.case import Refusal

POLICY = load(read()).rulebook.customers
assert POLICY is not None
IDS = st.integers(1, 8)


@given(st.text())
def test_a_normal_name_stays_as_it_is(name):
    assert normal_name(normal_name(name)) == normal_name(name)


@pytest.mark.parametrize("name", ["Li Ming", " li  MING ", "Ｌｉ　Ｍｉｎｇ", "li ming"])
def test_width_case_and_spaces_do_not_tell_people_apart(name):
    assert normal_name(name) == "li ming"


@given(
    st.lists(st.text(st.characters(categories=["Nd"]), min_size=3, max_size=12), max_size=5), st.sampled_from(";,、|/;")
)
def test_phones_of_a_cell_come_apart_whatever_stands_between(phones, sign):
    assert split_phones(f" {sign} ".join(phones)) == phones


def standing_merges(pairs):
    """Only what `refuse_merge` lets through."""
    standing = {}
    for one, into in pairs:
        became = roots(standing.items(), [one, into])
        try:
            refuse_merge(
                one,
                into,
                customer_became=became[one] if became[one] != one else None,
                into_became=became[into] if became[into] != into else None,
            )
        except Refusal:
            continue
        standing[one] = into
    return standing


@given(st.lists(st.tuples(IDS, IDS), max_size=20))
def test_merges_never_close_a_circle_and_end_at_a_record_that_stands(pairs):
    standing = standing_merges(pairs)
    for id_, root in roots(standing.items(), range(1, 9)).items():
        assert root not in standing
        assert (id_ == root) == (id_ not in standing)


@given(st.lists(st.tuples(IDS, IDS), max_size=20), st.data())
def test_undoing_any_merge_leaves_exactly_the_others(pairs, data):
    standing = standing_merges(pairs)
    while standing:
        gone = data.draw(st.sampled_from(sorted(standing)))
        del standing[gone]
        found = roots(standing.items(), range(1, 9))
        assert found[gone] == gone
        for one, into in standing.items():
            assert found[one] == found[into]
    assert roots([], range(1, 9)) == {id_: id_ for id_ in range(1, 9)}


@pytest.mark.parametrize(("quiet_days", "stale"), [(0, False), (730, False), (731, True)])
def test_a_record_is_stale_after_the_bound_and_not_a_day_before(quiet_days, stale):
    today = date(2026, 3, 4)
    last = today - timedelta(days=quiet_days)
    found = staleness(date(2020, 1, 1), [last, None, date(2021, 1, 1)], today, POLICY)
    assert (found.stale, found.since) == (stale, last)
    assert str(quiet_days) in found.why.en


def test_a_record_without_any_sign_is_judged_by_when_it_was_made():
    today = date(2026, 3, 4)
    assert not staleness(today, [], today, POLICY).stale
    assert staleness(date(2023, 1, 1), [date(2027, 1, 1)], today, POLICY).stale
