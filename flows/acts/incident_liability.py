"""Who is liable for an incident: found by somebody of none of its units, appealed once, decided one level higher."""

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from flows.acts.act import Act, Setting, moved
from flows.acts.inputs import ActInput, Text, YesNo
from flows.acts.liability import AppealLiability, Part, appealed, data_of, said_of, shares_of
from flows.acts.money import money, money_of
from flows.acts.refusals import NotYours
from flows.rules import clocks, follow_up
from flows.rules import liability as rules
from models.values.case import CaseFacts, Decision, Reason, Refusal
from models.values.incident import Incident
from models.values.stage_terms import ClockName, EventKind, Stage


class NameLiable(ActInput):
    """Who is liable and why: units and outside carriers by shares of 100 percent, or nobody of the firm."""

    firm_liable: YesNo
    shares: Annotated[tuple[Part, ...], Field(max_length=20)] = ()
    why: Text


class Appeal(AppealLiability):
    """A party of the finding appeals: by its own people, or for it by somebody of the arbiters' level. Once."""


def name_liable(facts: CaseFacts, said: NameLiable, setting: Setting) -> Decision:
    """By somebody of none of the units; after an appeal by somebody else, of a higher level, for good."""
    incident, last, actor = Incident.of(facts.details), money(setting).finding, setting.actor
    shares = shares_of(said.firm_liable, said.shares, setting)
    if why := rules.settled(last):
        raise Refusal(why.zh, why.en)
    if actor.unit is not None and actor.unit in {facts.unit, incident.counterpart, *(one.party for one in shares)}:
        raise NotYours("责任认定人不得属于涉事单位", "whoever finds the liability is of none of the units concerned")
    if last is not None and last.appealed_at is not None and actor.id == last.decided_by:
        raise NotYours("申诉须由他人复核", "an appeal is decided by somebody else than the finding it is about")
    terms, policy = setting.policy.incidents.clocks, setting.policy
    found = rules.find(facts, last, said.firm_liable, shares, actor.id, policy.rulebook.liability, policy, setting.now)
    left = clocks.meet(facts.clocks, ClockName.FINDING, setting.now)
    if not any(one.name is ClockName.CORRECTION and one.met_at is None for one in left):
        left = (*left, clocks.start(ClockName.PLAN, terms.plan, setting.now, policy))
    chief = rules.chief(found.shares)
    return moved(
        facts,
        EventKind.FINDING_MADE,
        data_of(found) | {"presumed": incident.presumed and chief == incident.counterpart},
        reasons=(said_of(found, setting.policy),),
        sealed={"why": said.why},
        liable=chief,
        liable_units=rules.units(found.shares),
        firm_liable=found.firm_liable,
        proposer_id=actor.id,
        level=0,
        owner_id=None if facts.level else facts.owner_id,
        details=replace(incident, found_level=actor.level).as_json(),
        clocks=left,
        overdue=follow_up.overdue(left, setting.now),
        rows=rules.rows(found),
    )


def appeal(facts: CaseFacts, said: Appeal, setting: Setting) -> Decision:
    """The case goes back to the finding, one level higher; what was begun after the finding waits for it."""
    after = appealed(said, setting)
    left = facts.clocks
    for name in (ClockName.FINDING, ClockName.PLAN, ClockName.EFFECT, ClockName.CONCLUDE):
        left = clocks.meet(left, name, setting.now)
    terms = setting.policy.incidents.clocks
    left = (*left, clocks.start(ClockName.FINDING, terms.finding, setting.now, setting.policy))
    top = len(setting.policy.rulebook.assignment.levels) - 1
    level = min(max(facts.level, Incident.of(facts.details).found_level + 1), top)
    return moved(
        facts,
        EventKind.APPEALED,
        {"party": said.party, "round": after.round, "level": level},
        reasons=(Reason(f"申诉由 {level} 级复核", f"the appeal is decided by level {level}"),),
        sealed={"grounds": said.grounds},
        level=level,
        owner_id=None,
        clocks=left,
        overdue=follow_up.overdue(left, setting.now),
        rows=rules.rows(after),
    )


APPEALING = frozenset({Stage.FINDING, Stage.CORRECTION, Stage.EFFECT, Stage.CLOSING})
ACTS = (
    Act(
        "name-liable",
        "责任认定 · who is liable for an incident",
        NameLiable,
        name_liable,
        frozenset({Stage.FINDING}),
        load=money_of,
    ),
    Act("appeal", "申诉 · a liable party appeals", Appeal, appeal, APPEALING, load=money_of),
)
