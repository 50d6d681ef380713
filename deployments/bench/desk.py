"""What the desk decides, without a database: 100 cases given out among 500 staff, and the deadlines of a case."""

import time
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from deployments.bench.table import Row
from flows.rulebook.loading import load, read
from flows.rules import assignment, clocks, complaint_clocks, order, rederivation, triage
from models.values.calendar import SHANGHAI
from models.values.case import CaseFacts, StaffFacts
from models.values.people_terms import Role
from models.values.policy import Policy
from models.values.stage_terms import ClockName, Stage
from models.values.vocabulary import BusinessLine, Category, Channel, CustomerClass, Kind

CASES, STAFF, TIMES = 100, 500, 20
DEADLINES = 2000
EVE = datetime(2026, 9, 25, 16, tzinfo=SHANGHAI)
"""Before Mid-Autumn and National Day: the longest derivations of the year."""
ROLES = (Role.COMPLAINT_HANDLER, Role.COMPLAINT_HANDLER, Role.COMPLAINT_HANDLER, Role.REVISIT_AGENT, Role.ACCEPTOR)
ALIKE = (Role.COMPLAINT_HANDLER,)
"""The hardest team: everybody could take everything."""


def measure() -> list[Row]:
    """The best of several rounds, in process time: what the code needs, not what else the machine does."""
    policy, dice = load(read()), Random(1)  # noqa: S311 - made-up cases
    cases = [_case(number, dice) for number in range(CASES)]
    mixed, alike = (min(_assign(cases, roles, policy) for _ in range(TIMES)) for roles in (ROLES, ALIKE))
    begun = min(_begin(cases, policy) for _ in range(5))
    anew = min(_rederive(cases, policy) for _ in range(5))
    placed = min(_place(cases, policy) for _ in range(5))
    return [
        Row(
            f"assignment: {CASES} cases among {STAFF} staff",
            f"{mixed * 1e3:.0f} ms",
            "≤ 100 ms",
            f"{alike * 1e3:.0f} ms when everybody could take everything",
        ),
        Row("deadlines of a case", f"{begun * 1e3:.2f} ms", "≤ 1 ms", f"{anew * 1e3:.2f} ms to derive them anew"),
        Row("place in a queue", f"{placed * 1e6:.0f} µs", "", "with its reason"),
    ]


def _assign(cases: list[CaseFacts], roles: tuple[Role, ...], policy: Policy) -> float:
    team = assignment.Team(_staff(roles))
    began = time.process_time()
    for facts in cases:
        owner = assignment.decide(facts, team, policy, EVE).changes.get("owner_id")
        if owner is not None:
            team.add(owner)
    return time.process_time() - began


def _begin(cases: list[CaseFacts], policy: Policy) -> float:
    """All a complaint begins with: acknowledge, classify, resolve, statutory."""
    began = time.process_time()
    for number in range(DEADLINES):
        facts = cases[number % CASES]
        triage.received(facts, policy)
        complaint_clocks.start_round(facts, (), EVE, policy)
    return (time.process_time() - began) / DEADLINES


def _rederive(cases: list[CaseFacts], policy: Policy) -> float:
    newer = replace(policy, stamp="newer")
    feed_back = clocks.start(ClockName.FEED_BACK, policy.rulebook.clocks.feed_back, EVE, policy)
    known = [
        replace(facts, clocks=(*complaint_clocks.start_round(facts, (), EVE, policy), feed_back)) for facts in cases
    ]
    began = time.process_time()
    for number in range(DEADLINES):
        rederivation.decide(known[number % CASES], newer, EVE)
    return (time.process_time() - began) / DEADLINES


def _place(cases: list[CaseFacts], policy: Policy) -> float:
    known = [replace(facts, clocks=complaint_clocks.start_round(facts, (), EVE, policy)) for facts in cases]
    began = time.process_time()
    for number in range(DEADLINES):
        order.place(known[number % CASES], policy, EVE + timedelta(hours=5))
    return (time.process_time() - began) / DEADLINES


def _case(number: int, dice: Random) -> CaseFacts:
    return CaseFacts(
        UUID(int=number),
        Stage.CARRY_OUT,
        number=number,
        events=2,
        received_at=EVE,
        recorded_at=EVE,
        channel=Channel.WEB,
        kind=Kind.COMPLAINT,
        category=dice.choice([*Category]),
        business_line=dice.choice([*BusinessLine]),
        customer_class=dice.choice([*CustomerClass]),
        named_staff=(dice.randrange(STAFF),),
    )


def _staff(roles: tuple[Role, ...]) -> list[StaffFacts]:
    dice, terms = Random(2), [term.value for term in (*Category, *BusinessLine)]  # noqa: S311 - made-up people
    return [
        StaffFacts(
            number,
            f"staff {number}",
            roles[number % len(roles)],
            0,
            skills=frozenset(dice.sample([*terms, "senior"], dice.randrange(5))),
            load=dice.randrange(22),
            present=dice.random() < 0.8,
        )
        for number in range(STAFF)
    ]
