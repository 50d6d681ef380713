"""Facts to columns and back, as the database holds them."""

import json
from dataclasses import asdict, fields
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from models.case import FACTS, cases, to_columns, to_facts
from models.sealing import canonical
from models.values.case import CaseFacts, Deadline, Reason
from models.values.stage_terms import ClockName, Stage
from models.values.vocabulary import (
    BusinessLine,
    Category,
    Channel,
    CustomerClass,
    HandlingMethod,
    HoldReason,
    Kind,
    Outcome,
    Party,
    Severity,
)
from tests.fixtures.database import Database
from tests.flows.rules.making import NOW, under_way

moments = st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - see timezones
words = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)
deadlines = st.builds(
    Deadline,
    name=st.sampled_from(ClockName),
    started_at=moments,
    due_at=moments,
    calendar=words,
    why=st.builds(Reason, words, words),
    remind_at=st.none() | moments,
    fired=st.integers(0, 2),
    met_at=st.none() | moments,
    paused_at=st.none() | moments,
    pausable=st.booleans(),
    ref=st.none() | st.integers(1, 10_000),
)


def maybe(terms: Any) -> Any:
    return st.none() | st.sampled_from(terms)


ids = st.integers(1, 2**31 - 1)
facts = st.builds(
    CaseFacts,
    id=st.uuids(),
    number=ids,
    stage=st.sampled_from(Stage),
    version=ids,
    events=ids,
    received_at=moments,
    recorded_at=moments,
    channel=st.sampled_from(Channel),
    party=st.sampled_from(Party),
    caller_key=st.none() | words,
    reference=st.none() | words,
    waybill=st.none() | words,
    kind=maybe(Kind),
    category=maybe(Category),
    secondary=maybe(Category),
    severity=maybe(Severity),
    business_line=st.sampled_from(BusinessLine),
    unit=st.none() | words,
    customer_class=maybe(CustomerClass),
    proposed_kind=maybe(Kind),
    proposed_category=maybe(Category),
    confidence=st.none() | st.floats(0, 1),
    urgent=st.lists(words, max_size=3).map(tuple),
    level=st.integers(0, 3),
    owner_id=st.none() | ids,
    handler_id=st.none() | ids,
    proposer_id=st.none() | ids,
    named_staff=st.lists(ids, max_size=3).map(tuple),
    method=maybe(HandlingMethod),
    remedy=st.none() | st.fixed_dictionaries({"compensation": words, "approved": st.booleans(), "level": ids}),
    outcome=maybe(Outcome),
    withdrawn=st.booleans(),
    rejections=ids,
    reopenings=ids,
    attempts=st.lists(st.fixed_dictionaries({"outcome": words, "by": ids}), max_size=3).map(tuple),
    satisfaction=st.none() | st.integers(1, 5),
    expectation=st.none() | st.integers(1, 5),
    solved=st.none() | st.booleans(),
    hold=maybe(HoldReason),
    linked_to=st.none() | st.uuids(),
    poked=st.booleans(),
    sibling_of=st.none() | st.uuids(),
    root_cause=st.none() | words,
    liable=st.none() | words,
    score=st.none() | st.floats(0, 100),
    clocks=st.lists(deadlines, max_size=3).map(tuple),
    overdue=st.booleans(),
    rulebook=st.none() | words,
    closed_at=st.none() | moments,
)
JSON_COLUMNS = ("remedy", "attempts", "clocks")


def columns_of(whole: CaseFacts) -> dict[str, Any]:
    return to_columns({field.name: getattr(whole, field.name) for field in fields(CaseFacts)})


@settings(deadline=None, max_examples=100)
@given(facts)
def test_what_is_stored_is_what_comes_back(whole: CaseFacts) -> None:
    columns = columns_of(whole)
    stored = columns | {name: json.loads(canonical(columns[name])) for name in JSON_COLUMNS}
    plain = {name: value.value if hasattr(value, "value") else value for name, value in stored.items()}
    back = to_facts(plain)  # type: ignore[arg-type]
    assert back == whole
    assert {type(getattr(back, name)) for name in FACTS} == {type(getattr(whole, name)) for name in FACTS}


def test_every_fact_has_its_column_and_every_column_but_the_chains_head_is_a_fact() -> None:
    assert {column.name for column in cases.c} - set(FACTS) == {"head"}
    assert set(FACTS) <= {column.name for column in cases.c}


def test_only_what_changed_becomes_columns() -> None:
    assert to_columns({"stage": Stage.TRIAGE, "urgent": ("media",)}) == {"stage": Stage.TRIAGE, "urgent": ["media"]}


async def test_through_the_real_database(database: Database) -> None:
    whole = under_way(
        id=UUID(int=5), number=12, version=1, urgent=("media", "lawyer"), owner_id=None, named_staff=(3, 4),
        remedy={"compensation": "12.50", "approved": False, "level": 1}, confidence=0.1 + 0.2, score=88.1,
        attempts=({"outcome": "busy", "at": NOW.isoformat(), "by": 4},),
    )  # fmt: skip
    async with database.engine.begin() as connection:
        await connection.execute(insert(cases).values(columns_of(whole) | {"head": b""}))
        row = (await connection.execute(select(cases))).mappings().one()
    back = to_facts(row)
    assert back == whole
    assert asdict(back.clocks[0]) == asdict(whole.clocks[0])
    assert back.received_at - NOW == timedelta(0)
