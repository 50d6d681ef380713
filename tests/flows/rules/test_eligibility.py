from datetime import UTC, date, datetime, timedelta

import pytest

from flows.rulebook.loading import load, read
from flows.rules.eligibility import excluded
from models.values.round_terms import Disposition, RoundKind
from models.values.rounds import EligibilityFacts

POLICY = load(read()).rulebook.sampling
NOW = datetime(2026, 3, 16, 2, tzinfo=UTC)
DAY = timedelta(days=1)
HELD_BACK = [RoundKind.DRAWN, RoundKind.RETENTION]
NEVER_HELD_BACK = [RoundKind.CENSUS, RoundKind.ACCOUNT_VISIT]


def customer(**facts):
    return EligibilityFacts(**{"customer_id": 1, "phones": 1, **facts})


def disposition(kind=RoundKind.DRAWN, **facts):
    found = excluded(customer(**facts), kind, POLICY, NOW)
    return found and found.disposition


@pytest.mark.parametrize("kind", RoundKind)
def test_a_customer_nothing_speaks_against_is_called(kind):
    assert disposition(kind) is None


@pytest.mark.parametrize("kind", RoundKind)
def test_who_asked_not_to_be_called_or_has_no_phone_is_never_called(kind):
    assert disposition(kind, do_not_call=True) == Disposition.DO_NOT_CALL
    assert disposition(kind, phones=0) == Disposition.NO_PHONE
    assert disposition(kind, erased=True) == Disposition.NO_PHONE


@pytest.mark.parametrize("kind", HELD_BACK)
def test_an_open_complaint_goes_first(kind):
    assert disposition(kind, open_complaints=1) == Disposition.OPEN_COMPLAINT


@pytest.mark.parametrize("kind", HELD_BACK)
@pytest.mark.parametrize(("asked", "days"), [("transactional_at", 90), ("relationship_at", 180)])
def test_a_survey_is_followed_by_its_cool_down_to_the_moment(kind, asked, days):
    assert disposition(kind, **{asked: NOW - days * DAY + timedelta(seconds=1)}) == Disposition.COOL_DOWN
    assert disposition(kind, **{asked: NOW - days * DAY}) is None


@pytest.mark.parametrize("kind", NEVER_HELD_BACK)
def test_complaint_revisits_and_account_visits_are_held_back_by_neither(kind):
    assert disposition(kind, open_complaints=2, transactional_at=NOW - DAY, relationship_at=NOW - DAY) is None


def test_of_two_cool_downs_the_one_that_ends_last_is_named():
    found = excluded(customer(transactional_at=NOW - DAY, relationship_at=NOW - 60 * DAY), RoundKind.DRAWN, POLICY, NOW)
    assert found.until == date(2026, 7, 14)
    assert "180" in found.reason.zh
    assert "relationship survey" in found.reason.en
    assert "2026-01-15" in found.reason.en


def test_the_first_reason_that_applies_is_given():
    assert disposition(do_not_call=True, phones=0, open_complaints=1) == Disposition.DO_NOT_CALL
    assert disposition(phones=0, open_complaints=1) == Disposition.NO_PHONE
    assert disposition(open_complaints=1, transactional_at=NOW) == Disposition.OPEN_COMPLAINT


def test_a_survey_of_a_moment_to_come_holds_back_as_well():
    """Clocks of two machines may differ a little; nobody is called twice for it."""
    assert disposition(transactional_at=NOW + timedelta(seconds=5)) == Disposition.COOL_DOWN
