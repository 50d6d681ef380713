"""What is sealed, what is chained, and that erasing the one leaves the other whole."""

import json
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.legs.chain import Entry, chained, draft
from models.sealing import Seal, SealError, canonical, digest
from models.values.case import CaseFacts, Decision, Reason
from models.values.stage_terms import EventKind, Stage
from tests.fixtures.database import KEY
from tests.flows.rules.making import NOW, under_way
from tests.flows.rules.walk import Walk

SEAL = Seal(KEY)
OTHER = Seal("b3RoZXIgdGVzdHMgb25seTogMzIgYnl0ZXMgbm93ISE=")
text = st.text(st.characters(codec="utf-8"))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(text, values, max_size=4)


@settings(deadline=None)
@given(objects)
def test_what_is_sealed_opens_again(value: dict[str, Any]) -> None:
    assert SEAL.open(SEAL.close(value)) == value


def test_another_secret_opens_nothing() -> None:
    with pytest.raises(SealError, match="another secret"):
        OTHER.open(SEAL.close({"text": "秘密"}))


@settings(deadline=None)
@given(st.integers(0, 200), st.integers(1, 255))
def test_one_changed_byte_is_noticed(place: int, change: int) -> None:
    sealed = bytearray(SEAL.close({"text": "客户说的话,需要保密,不得外泄"}))
    sealed[place % len(sealed)] ^= change
    with pytest.raises(SealError):
        SEAL.open(bytes(sealed))


def test_signs_that_base64_reads_as_the_same_are_noticed() -> None:
    sealed = next(one for one in iter(lambda: SEAL.close({"text": "秘密"}), b"") if b"-" in one)
    with pytest.raises(SealError):
        SEAL.open(sealed.replace(b"-", b"+", 1))


def test_the_sealed_says_nothing_and_is_never_the_same_twice() -> None:
    first, second = SEAL.close({"phone": "17000000001"}), SEAL.close({"phone": "17000000001"})
    assert first != second
    assert b"17000000001" not in first


@pytest.mark.parametrize("secret", ["", "short", KEY[:-4], "密" * 44])
def test_a_secret_is_32_bytes(secret: str) -> None:
    with pytest.raises(SealError, match="32 bytes"):
        Seal(secret)


def test_the_same_caller_is_found_again_by_this_centre_only() -> None:
    assert SEAL.lookup("phone:17000000001") == Seal(KEY).lookup("phone:17000000001")
    assert SEAL.lookup("phone:17000000001") != SEAL.lookup("phone:17000000002")
    assert SEAL.lookup("phone:17000000001") != OTHER.lookup("phone:17000000001")


@settings(deadline=None)
@given(objects, st.randoms())
def test_one_value_has_one_text_whatever_its_order(value: dict[str, Any], dice: Any) -> None:
    shuffled = dict(dice.sample(list(value.items()), len(value)))
    assert canonical(shuffled) == canonical(value)
    assert canonical(json.loads(canonical(value))) == canonical(value)


def test_what_is_no_number_has_no_text() -> None:
    for value in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="JSON compliant"):
            canonical({"score": value})


def event(facts: CaseFacts | None = None, head: bytes = b"head", **decision: Any) -> dict[str, Any]:
    said: dict[str, Any] = {"reasons": (Reason("因", "why"),), "data": {"a": 1}, "sealed": {"text": "说"}}
    made = Decision(EventKind.NOTED, **(said | decision))
    _, drafted = draft(Entry(facts or under_way(), head, made, 5), SEAL, NOW, UUID(int=1))
    assert drafted is not None
    return drafted


@pytest.mark.parametrize(
    ("field", "other"),
    [
        ("case_id", UUID(int=9)),
        ("seq", 99),
        ("kind", "answered"),
        ("stage", "closed"),
        ("version", 99),
        ("at", NOW + timedelta(microseconds=1)),
        ("actor_id", 6),
        ("actor_id", None),
        ("leg_id", UUID(int=2)),
        ("leg_id", None),
        ("data", {"a": 2}),
        ("data", {}),
        ("sealed_digest", "0" * 64),
        ("sealed_digest", None),
    ],
)
def test_changing_any_field_of_an_event_breaks_its_link(field: str, other: Any) -> None:
    drafted = event()
    assert drafted["hash"] == SEAL.link(b"head", chained(drafted))
    assert SEAL.link(b"head", chained(drafted | {field: other})) != drafted["hash"]


def test_the_chain_covers_every_column_but_what_may_be_erased() -> None:
    covered = {"case_id", "seq", "kind", "stage", "version", "at", "actor_id", "leg_id", "data", "sealed_digest"}
    assert set(event()) - covered == {"sealed", "hash"}


def test_a_link_depends_on_the_one_before_and_on_the_secret() -> None:
    drafted = event()
    assert SEAL.link(b"heed", chained(drafted)) != drafted["hash"]
    assert OTHER.link(b"head", chained(drafted)) != drafted["hash"]


def test_erasing_what_people_wrote_leaves_the_chain_whole() -> None:
    drafted = event()
    assert drafted["sealed_digest"] == digest(drafted["sealed"])
    assert SEAL.link(b"head", chained(drafted | {"sealed": None})) == drafted["hash"]


def test_reasons_that_quote_the_customer_are_sealed() -> None:
    private = event(private=True)
    assert "reasons" not in private["data"]
    assert SEAL.open(private["sealed"])["reasons"] == [{"zh": "因", "en": "why"}]
    assert event()["data"]["reasons"] == [{"zh": "因", "en": "why"}]


def test_the_version_moves_with_what_a_person_decides_on_and_not_with_timers() -> None:
    facts = under_way()
    for changes, moves in [
        ({"stage": Stage.FEED_BACK}, 1),
        ({"clocks": ()}, 0),
        ({"overdue": True}, 0),
        ({"level": 0}, 0),
    ]:
        after, _ = draft(Entry(facts, b"", Decision(EventKind.NOTED, changes)), SEAL, NOW, None)
        assert after.version - facts.version == moves
        assert after.events - facts.events == 1


def test_whatever_a_rule_decides_can_be_written_and_read_back_alike() -> None:
    """The ledger stores JSON: what comes back must hash as what went in."""
    for seed in range(40):
        walk = Walk(Random(seed))  # noqa: S311 - dice for tests
        walk.stroll(20)
        for _, data in walk.ledger:
            assert canonical(json.loads(canonical(data))) == canonical(data)
