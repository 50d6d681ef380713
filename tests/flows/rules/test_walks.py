"""Cases walked at random through steps, acts and time: what must hold at every moment of every history."""

from collections import Counter
from decimal import Decimal
from random import Random

import pytest

from flows.rules import assignment, contact_stages, follow_up, incident_course, lifecycle, round_stages, settlement
from models.values.money_terms import PaymentState
from models.values.stage_terms import ClockName, EventKind, Stage
from tests.flows.rules.making import POLICY
from tests.flows.rules.walk import TEAM, Walk

MOVES = 30
SEEDS = [range(first, first + 50) for first in range(0, 300, 50)]

NEEDED = {
    Stage.CARRY_OUT: ClockName.RESOLVE,
    Stage.APPROVAL: ClockName.RESOLVE,
    Stage.FINAL_POSITION: ClockName.RESOLVE,
    Stage.FEED_BACK: ClockName.FEED_BACK,
    Stage.REVISIT: ClockName.REVISIT,
    Stage.ANSWER: ClockName.ANSWER,
}
"""The clock that must run at a stage."""


@pytest.mark.parametrize("seeds", SEEDS, ids=str)
def test_whatever_happens_the_case_is_sound_and_can_be_closed(seeds: range) -> None:
    for seed in seeds:
        walk = Walk(Random(seed))  # noqa: S311 - dice for tests
        for _ in range(MOVES):
            walk.stroll(1)
            sound(walk)
        walk.finish()
        sound(walk)


def sound(walk: Walk) -> None:
    facts = walk.facts
    unmet = [clock for clock in facts.clocks if clock.met_at is None]
    several = {ClockName.PROMISE, ClockName.PAYMENT, ClockName.REGULATOR}
    times = Counter(clock.name for clock in unmet if clock.name not in several)
    assert lifecycle.replay(walk.ledger) is facts.stage
    assert facts.events == len(walk.ledger)
    assert (facts.hold is not None) == (ClockName.HOLD in times), "a hold has its end, and only a hold"
    assert max(times.values(), default=1) == 1, "no clock runs twice"
    assert NEEDED.get(facts.stage) in {None, *times}, "no clock is lost"
    if facts.stage is not Stage.CLOSED:
        assert facts.overdue == follow_up.overdue(facts.clocks, walk.now)
    assert facts.owner_id not in facts.named_staff or facts.stage is Stage.CLOSED
    assert (facts.closed_at is None) == (facts.stage is not Stage.CLOSED)
    no_money_is_counted_twice(walk)


def no_money_is_counted_twice(walk: Walk) -> None:
    payments = walk.money.payments
    standing = [one for one in payments if one.state in settlement.STANDING]
    promised = [Decimal(data["compensation"]) for event, data in walk.ledger if event is EventKind.PROPOSED]
    assert sum(one.amount for one in standing) <= sum(promised), "more is paid than was ever proposed"
    done = [data["payment"] for event, data in walk.ledger if event is EventKind.PAID]
    assert len(done) == len(set(done)), "a payment is paid twice"
    assert sorted(done) == [one.number for one in payments if one.state is PaymentState.PAID]
    assert walk.facts.paid == sum(one.amount for one in standing), "paid says what is paid or on its way"
    waiting = {one.number for one in payments if one.state in settlement.WITH_FINANCE}
    running = [one.ref for one in walk.facts.clocks if one.name is ClockName.PAYMENT and one.met_at is None]
    assert sorted(running) == sorted(waiting), "finance is waited for as long as a voucher is with it"


@pytest.mark.parametrize("seeds", SEEDS[:3], ids=str)
def test_a_clock_is_reminded_of_once_and_missed_once(seeds: range) -> None:
    for seed in seeds:
        walk = Walk(Random(seed))  # noqa: S311 - dice for tests
        walk.carry()
        said: Counter[tuple[str, str, str]] = Counter()
        for _ in range(MOVES):
            before, known = walk.facts.clocks, len(walk.ledger)
            walk.wait()
            walk.carry()
            for event, data in walk.ledger[known:]:
                if event in (EventKind.REMINDED, EventKind.OVERDUE):
                    for name in data["clocks"]:
                        begun = [str(clock.started_at) for clock in before if clock.name == name and not clock.met_at]
                        said[event, name, ",".join(begun)] += 1
        assert max(said.values(), default=1) == 1


def test_whoever_owns_a_case_may_own_it() -> None:
    """As the system assigns; people may escalate afterwards what somebody owns at the level before."""
    for seed in range(400):
        walk = Walk(Random(seed))  # noqa: S311 - dice for tests
        for _ in range(MOVES):
            walk.carry()
            owner = walk.facts.owner_id
            if walk.ledger[-1][0] is EventKind.ASSIGNED and owner is not None and walk.facts.stage in lifecycle.PERSONS:
                assert assignment.taboo(walk.facts, TEAM[owner - 1], POLICY) is None
            walk.move()


def test_the_walks_see_every_stage_and_every_event() -> None:
    stages: set[Stage] = set()
    events: set[EventKind] = set()
    for seed in range(400):
        walk = Walk(Random(seed))  # noqa: S311 - dice for tests
        for _ in range(MOVES):
            walk.carry()
            stages.add(walk.facts.stage)
            walk.move()
        events |= {event for event, _ in walk.ledger}
    protocol = {EventKind.STEP_FAILED, EventKind.QUARANTINED, EventKind.RELEASED, EventKind.ERASED}
    others = contact_stages.EVENTS | round_stages.EVENTS | (incident_course.EVENTS - {EventKind.JOINED})
    assert events == set(EventKind) - protocol - others
    systems = {Stage.RECEIVED, Stage.ANALYSIS, Stage.SCORING}
    assert stages == set(Stage) - systems - contact_stages.STAGES - round_stages.STAGES - incident_course.STAGES
