"""What the tests of rules and acts are made of: facts, staff, moments. The rulebook is the shipped one."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from hypothesis import settings

from flows.acts.act import Setting, refuse_wrong_stage
from flows.acts.registry import ACTS
from flows.rulebook.loading import load, read
from flows.rules import complaint_clocks
from models.values.calendar import SHANGHAI
from models.values.case import CaseFacts, Deadline, Decision, Row, StaffFacts
from models.values.classification import Classification
from models.values.people_terms import Role
from models.values.policy import Policy
from models.values.settlement import Finding, Share
from models.values.stage_terms import ClockName, Stage
from models.values.vocabulary import BusinessLine, Category, Channel, Kind, Severity

often = settings(deadline=None, max_examples=250)
"""Some hundred examples, however slow the machine is just now."""

POLICY = load(read())
COURSE = POLICY.rulebook.course
TOP = POLICY.top_level


def at(text: str) -> datetime:
    """A moment in Shanghai: "2026-03-04 10:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


NOW = at("2026-03-04 10:00")
"""A Wednesday morning, no holiday near."""


def policy(change: Callable[[dict[str, Any]], Any]) -> Policy:
    """The shipped rulebook with one change."""
    content = json.loads(read())
    change(content)
    return load(json.dumps(content))


def case(stage: Stage = Stage.CARRY_OUT, **facts: Any) -> CaseFacts:
    """A complaint about a delay, received and recorded now."""
    known: dict[str, Any] = {
        "id": UUID(int=7),
        "number": 7,
        "stage": stage,
        "version": 3,
        "events": 4,
        "received_at": NOW,
        "recorded_at": NOW,
        "channel": Channel.PHONE,
        "kind": Kind.COMPLAINT,
        "category": Category.DELAY,
        "severity": Severity.MINOR,
        "business_line": BusinessLine.EXPRESS,
        "rulebook": POLICY.hash,
    }
    return CaseFacts(**(known | facts))


def under_way(stage: Stage = Stage.CARRY_OUT, **facts: Any) -> CaseFacts:
    """The same with the clocks of a complaint running and an owner."""
    made = case(stage, **({"owner_id": 1} | facts))
    if "clocks" in facts:
        return made
    begun = (
        complaint_clocks.start_resolve(made, made.received_at, POLICY),
        complaint_clocks.start_statutory(made, POLICY),
    )
    return replace(made, clocks=begun)


_ROLE_OF = {
    "acceptor": Role.ACCEPTOR,
    "handler": Role.COMPLAINT_HANDLER,
    "revisitor": Role.REVISIT_AGENT,
    "specialist": Role.ENQUIRY_SPECIALIST,
    "inspector": Role.QUALITY_INSPECTOR,
    "supervisor": Role.SUPERVISOR,
    "manager": Role.MANAGER,
    "general": Role.GENERAL_MANAGER,
}


def staff(role: str = "handler", id_: int = 1, **facts: Any) -> StaffFacts:
    name = _ROLE_OF.get(role) or Role(role)
    return StaffFacts(id_, f"{role} {id_}", name, POLICY.level_of(name), **facts)


def reading(**facts: Any) -> Classification:
    """A sure reading: a complaint about a delay."""
    known: dict[str, Any] = {
        "kind": Kind.COMPLAINT,
        "category": Category.DELAY,
        "secondary": None,
        "severity": Severity.MINOR,
        "business_line": BusinessLine.EXPRESS,
        "confidence": 0.95,
    }
    return Classification(**(known | facts))


def decide(
    name: str,
    facts: CaseFacts,
    actor: StaffFacts | None = None,
    now: datetime = NOW,
    loaded: Any = (),
    rules: Policy = POLICY,
    **said: Any,
) -> Decision:
    """What an act decides, its stage checked as the API does; raises Refusal."""
    act = ACTS[name]
    refuse_wrong_stage(act, facts, rules)
    return act.decide(facts, act.takes(version=facts.version, **said), Setting(actor or staff(), rules, now, loaded))


def after(facts: CaseFacts, decision: Decision) -> CaseFacts:
    return replace(facts, **decision.changes)


def clock(facts: CaseFacts, name: ClockName) -> Deadline:
    """The clock of a name that nobody met yet."""
    (one,) = [one for one in facts.clocks if one.name is name and one.met_at is None]
    return one


def found_with(finding: Finding | None, row: Row) -> Finding | None:
    """The last finding on liability once a row of it is saved, as `flows.legs.beside` does, in memory."""
    values = dict(row.values)
    if row.table == "liability_findings":
        kept = finding.shares if finding and finding.round == values["round"] else ()
        return Finding(**values, shares=kept)
    if row.table == "liability_shares" and finding is not None:
        share = Share(values["kind"], values["party"], values["percent"])
        others = tuple(one for one in finding.shares if one.party != share.party)
        return replace(finding, shares=(*others, share))
    return finding
