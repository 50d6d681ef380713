"""Incidents walked at random through steps, acts and time: what must hold at every moment of every history."""

from collections import Counter
from datetime import timedelta
from random import Random

import pytest

from flows.rules import assignment, follow_up, incident_course, lifecycle
from flows.rules.clocks import MISSED, TIMERS
from models.values.incident import Incident
from models.values.incident_terms import IncidentGrade
from models.values.stage_terms import ClockName, EventKind, Stage
from tests.flows.rules.incident_walk import COUNTERPART, TEAM, IncidentWalk
from tests.flows.rules.making import POLICY

MOVES = 50
SEEDS = [range(first, first + 25) for first in range(0, 150, 25)]
NEEDED = {
    Stage.CONTAINMENT: {ClockName.CONTAIN},
    Stage.INVESTIGATION: {ClockName.INVESTIGATE},
    Stage.COUNTERPART: {ClockName.DELIVER, ClockName.COUNTERPART},
    Stage.FINDING: {ClockName.FINDING},
    Stage.CORRECTION: {ClockName.PLAN, ClockName.CORRECTION},
    Stage.EFFECT: {ClockName.EFFECT},
    Stage.CLOSING: {ClockName.CONCLUDE},
}
"""Of these clocks one must run at a stage: nothing waits without a deadline."""
SEVERAL = {ClockName.AUTHORITY, ClockName.CORRECTION}


@pytest.mark.parametrize("seeds", SEEDS, ids=str)
def test_whatever_happens_the_incident_is_sound_and_can_be_closed(seeds: range) -> None:
    for seed in seeds:
        walk = IncidentWalk(Random(seed))  # noqa: S311 - dice for tests
        for _ in range(MOVES):
            walk.carry()
            walk.move()
            walk.carry()
            sound(walk)
        walk.finish()
        sound(walk)
        assert walk.facts.score is not None


def sound(walk: IncidentWalk) -> None:
    facts, incident = walk.facts, Incident.of(walk.facts.details)
    unmet = Counter(clock.name for clock in facts.clocks if clock.met_at is None)
    assert lifecycle.replay(walk.ledger) is facts.stage
    assert facts.events == len(walk.ledger)
    assert max((count for name, count in unmet.items() if name not in SEVERAL), default=1) == 1, "no clock runs twice"
    if needed := NEEDED.get(facts.stage):
        assert needed & set(unmet), f"nothing runs at {facts.stage}"
    if facts.stage is not Stage.CLOSED:
        assert facts.overdue == follow_up.overdue(facts.clocks, walk.now)
    assert (facts.closed_at is None) == (facts.stage is not Stage.CLOSED)
    if incident.presumed:
        delivered = [at for at, (kind, _) in enumerate(walk.ledger) if kind is EventKind.DELIVERED]
        presumed = [at for at, (kind, _) in enumerate(walk.ledger) if kind is EventKind.PRESUMED]
        assert delivered[0] < presumed[0], "never before proven delivery"
    if incident.grade is not None and facts.stage is not Stage.REPORTED:
        assert incident.knows >= POLICY.incidents.grades[incident.grade].knows


@pytest.mark.parametrize("seeds", SEEDS[:3], ids=str)
def test_every_timer_fires_once_even_if_nobody_carried_it_when_it_was_due(seeds: range) -> None:
    """Nobody acts; time goes on in leaps over several deadlines at once."""
    for seed in seeds:
        walk = IncidentWalk(Random(seed))  # noqa: S311 - dice for tests
        for _ in range(seed % 12):
            walk.carry()
            walk.move()
        for _ in range(12):
            walk.carry()
            walk.now += timedelta(hours=walk.random.choice([1, 9, 200, 2000]))
            walk.carry()
            once(walk)


def once(walk: IncidentWalk) -> None:
    clocks_of = Counter(clock.name for clock in walk.facts.clocks)
    fired = Counter(clock.name for clock in walk.facts.clocks if clock.fired >= MISSED and clock.name not in TIMERS)
    overdue = Counter(
        name for kind, data in walk.ledger if kind is EventKind.OVERDUE for name in map(ClockName, data["clocks"])
    )
    reminded = Counter(
        name for kind, data in walk.ledger if kind is EventKind.REMINDED for name in map(ClockName, data["clocks"])
    )
    assert overdue == fired, "each clock that was missed was said to be, once"
    assert all(count <= clocks_of[name] for name, count in reminded.items() if name not in TIMERS)
    kinds = Counter(kind for kind, _ in walk.ledger)
    climbed = [data["level"] for kind, data in walk.ledger if kind is EventKind.CLIMBED]
    assert climbed == sorted(set(climbed))
    assert kinds[EventKind.PRESUMED] <= 1
    assert kinds[EventKind.DELIVERED] <= 1


def test_the_silent_unit_is_presumed_upon_once_and_may_be_cleared() -> None:
    seen: Counter[bool] = Counter()
    for seed in range(100):
        walk = IncidentWalk(Random(seed))  # noqa: S311 - dice for tests
        for _ in range(MOVES):
            walk.carry()
            walk.move()
        presumed = [data for kind, data in walk.ledger if kind is EventKind.PRESUMED]
        assert len(presumed) <= 1
        assert all(data["unit"] == COUNTERPART for data in presumed)
        seen[bool(presumed)] += 1
    assert seen[True] >= 5


def test_whoever_owns_an_incident_may_own_it() -> None:
    for seed in range(100):
        walk = IncidentWalk(Random(seed))  # noqa: S311 - dice for tests
        for _ in range(MOVES):
            walk.carry()
            owner = walk.facts.owner_id
            if walk.ledger[-1][0] is EventKind.ASSIGNED and owner is not None:
                assert assignment.taboo(walk.facts, TEAM[owner - 1], POLICY) is None
            walk.move()


def test_the_walks_see_every_stage_every_event_and_every_grade() -> None:
    stages: set[Stage] = set()
    events: set[EventKind] = set()
    grades: set[IncidentGrade | None] = set()
    for seed in range(100):
        walk = IncidentWalk(Random(seed))  # noqa: S311 - dice for tests
        for _ in range(MOVES):
            walk.carry()
            stages.add(walk.facts.stage)
            grades.add(Incident.of(walk.facts.details).grade)
            walk.move()
        walk.finish()
        events |= {event for event, _ in walk.ledger}
    elsewhere = {EventKind.ATTACHED, EventKind.NOTICE_OPENED, EventKind.CUSTOMER_TOLD, EventKind.JOINED}
    assert incident_course.EVENTS - elsewhere <= events
    assert stages >= incident_course.UNDER_WAY - {Stage.REPORTED}
    assert grades >= set(IncidentGrade)
