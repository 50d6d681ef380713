"""Who is liable for an incident: found by somebody of none of its units, appealed once, decided one level higher."""

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from flows.acts.act import Act, Setting, moved, refuse_lower
from flows.acts.inputs import ActInput, Text, YesNo
from flows.acts.liability import AppealLiability, Part, appealed, data_of, said_of, shares_of
from flows.acts.money import money, money_of
from flows.acts.refusals import NotYours
from flows.rules import arbiters, clocks, follow_up
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
    """By somebody of none of the units, or the last instance; after an appeal by somebody else, for good."""
    incident, last, actor = Incident.of(facts.details), money(setting).finding, setting.actor
    shares = shares_of(said.firm_liable, said.shares, setting)
    if why := rules.settled(last):
        raise Refusal(why.zh, why.en)
    refuse_lower(facts, setting)
    if why := arbiters.barred(facts, actor, setting.policy, shares):
        raise NotYours(why.zh, why.en)
    terms, policy = setting.policy.incidents.clocks, setting.policy
    liability, final = policy.rulebook.liability, arbiters.party(facts, actor, shares)
    found = rules.find(facts, last, said.firm_liable, shares, actor.id, liability, policy, setting.now, final=final)
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
    """The case goes back to the finding, one level higher; what was begun after the finding waits for it.

    It does so from a hold as well: the unit's term to appeal runs on meanwhile.
    """
    after, incident, policy = appealed(said, setting), Incident.of(facts.details), setting.policy
    level, actor = arbiters.appeal_level(facts, incident.found_level, policy), setting.actor
    if level == policy.top_level == actor.level:
        raise NotYours("申诉将由最高级裁定，其不得代为申诉", "who alone decides on it does not file it")
    left = follow_up.held_no_more(facts.clocks, setting.now)
    for name in (ClockName.FINDING, ClockName.PLAN, ClockName.EFFECT, ClockName.CONCLUDE):
        left = clocks.meet(left, name, setting.now)
    left = (*left, clocks.start(ClockName.FINDING, policy.incidents.clocks.finding, setting.now, policy))
    return moved(
        facts,
        EventKind.APPEALED,
        {"party": said.party, "round": after.round, "level": level},
        reasons=(Reason(f"申诉由 {level} 级复核", f"the appeal is decided by level {level}"),),
        sealed={"grounds": said.grounds},
        level=level,
        owner_id=None,
        hold=None,
        details=incident.but(appealed_by=actor.id),
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
    Act("appeal", "申诉 · a liable party appeals", Appeal, appeal, APPEALING, on_hold=True, load=money_of),
)
