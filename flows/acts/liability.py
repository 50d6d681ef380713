"""Internal liability: an arbiter finds who bears the case, a party appeals once. Neither holds up the customer."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.acts.act import Act, Setting
from flows.acts.inputs import ActInput, Input, Text, YesNo
from flows.acts.money import money, money_of
from flows.acts.refusals import NotYours
from flows.acts.settling import PAYING
from flows.roster import everybody
from flows.rules import arbiters, incident_notices, permission, scoring
from flows.rules import liability as rules
from models.values.case import CaseFacts, Decision, Reason, Refusal
from models.values.money_terms import LiableKind
from models.values.permissions import Permit
from models.values.policy import Policy
from models.values.settlement import Finding, Money, Share
from models.values.stage_terms import EventKind

Party = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Percent = Annotated[Decimal, Field(ge=Decimal("0.01"), le=100, max_digits=5, decimal_places=2)]


class Part(Input):
    """What a unit of the firm or an outside carrier bears, in percent."""

    kind: LiableKind = LiableKind.UNIT
    party: Party
    percent: Percent


class FindLiable(ActInput):
    """The finding: whether the firm is liable, and if so by which shares, which add up to exactly 100 percent."""

    firm_liable: YesNo
    shares: Annotated[tuple[Part, ...], Field(max_length=20)] = ()
    grounds: Text


class AppealLiability(ActInput):
    """A party that bears a share appeals: by one of its own people, or for it by somebody of the arbiters' level."""

    party: Party
    grounds: Text


def find_liable(facts: CaseFacts, said: FindLiable, setting: Setting) -> Decision:
    terms, held = setting.policy.rulebook.liability, money(setting)
    last, turn = held.finding, arbiters.of_complaint(facts, held.finding, terms, held.hands, held.bench)
    shares = shares_of(said.firm_liable, said.shares, setting)
    if why := rules.settled(last):
        raise Refusal(why.zh, why.en)
    if why := arbiters.partial(facts, setting.actor, shares, last, turn.level, held.hands):
        raise NotYours(why.zh, why.en)
    found = rules.find(facts, last, said.firm_liable, shares, setting.actor.id, terms, setting.policy, setting.now)
    changes: dict[str, Any] = {
        "settlings": facts.settlings + 1,
        "firm_liable": found.firm_liable,
        "liable": rules.chief(found.shares),
        "liable_units": rules.units(found.shares),
    }
    after = replace(facts, **changes)
    return Decision(
        EventKind.LIABILITY_FOUND,
        changes,
        (said_of(found, setting.policy), scoring.counts(after, setting.policy), *([turn.why] if turn.why else [])),
        data_of(found) | {"unit": scoring.counted_to(after)},
        {"grounds": said.grounds},
        rows=rules.rows(found),
    )


def appeal_liability(facts: CaseFacts, said: AppealLiability, setting: Setting) -> Decision:
    """Whoever may decide on it is told: it is on nobody's desk."""
    after, held = appealed(said, setting), money(setting)
    why = Reason(f"{setting.policy.party(said.party)}对责任认定提出申诉", f"{said.party} appeals the finding")
    turn = arbiters.of_complaint(facts, after, setting.policy.rulebook.liability, held.hands, held.bench)
    by = turn.why or Reason(f"申诉由 {turn.level} 级裁定", f"the appeal is decided by level {turn.level}")
    able = arbiters.able(facts, after, turn.level, held.hands, held.bench)
    told = (incident_notices.of_liability(facts, one, by, setting.now) for one in able)
    data = {"party": said.party, "round": after.round, "level": turn.level}
    return Decision(
        EventKind.LIABILITY_APPEALED,
        {"settlings": facts.settlings + 1},
        (why, by),
        data,
        {"grounds": said.grounds},
        rows=(*rules.rows(after), *told),
    )


async def judged_of(connection: AsyncConnection, facts: CaseFacts, policy: Policy) -> Money:
    """The money of a case, and who could find who is liable."""
    permit, people = Permit.FIND_LIABLE, await everybody(connection, policy)
    bench = tuple(one for one in people if permit in permission.permits(facts, one, policy))
    return replace(await money_of(connection, facts, policy), bench=bench)


def shares_of(firm_liable: bool, parts: Sequence[Part], setting: Setting) -> tuple[Share, ...]:
    """The shares as said; raises Refusal where they are none."""
    shares = tuple(Share(one.kind, one.party, one.percent) for one in parts)
    if why := rules.faulty(firm_liable, shares, setting.policy, setting.policy.rulebook.liability):
        raise Refusal(why.zh, why.en)
    return shares


def appealed(said: AppealLiability, setting: Setting) -> Finding:
    """The last finding with the appeal in it; raises NotYours or Refusal."""
    last, actor = money(setting).finding, setting.actor
    if actor.unit != said.party and actor.level < setting.policy.rulebook.liability.arbiter_level:
        raise NotYours("仅责任方本单位人员或主管可以代为申诉", "its own people, or a supervisor for it, appeal")
    if why := rules.unappealable(last, said.party, setting.now):
        raise Refusal(why.zh, why.en)
    assert last is not None  # noqa: S101 - without a finding there is nothing to appeal
    return rules.appealed(last, said.party, actor.id, setting.now)


def said_of(found: Finding, policy: Policy) -> Reason:
    said = borne(found, policy)
    return (
        Reason(f"责任划分：{said.zh}", f"liable: {said.en}") if found.firm_liable else Reason(f"认定{said.zh}", said.en)
    )


def borne(found: Finding, policy: Policy) -> Reason:
    """Who bears what."""
    if not found.firm_liable:
        return Reason("公司无责", "the firm is not liable")
    zh = (f"{party_of(one.kind, one.party, policy)} {one.percent:f}%" for one in found.shares)
    en = (f"{one.party} {one.percent:f}%" for one in found.shares)
    return Reason("、".join(zh), ", ".join(en))


def party_of(kind: LiableKind, party: str, policy: Policy) -> str:
    """A unit or an outside carrier in Chinese."""
    if kind is LiableKind.UNIT:
        return policy.rulebook.wording.unit(party)
    named = policy.rulebook.liability.carriers.get(party)
    return named[0] if named else party


def data_of(found: Finding) -> dict[str, Any]:
    """A finding as its event has it."""
    shares = [{"kind": one.kind, "party": one.party, "percent": f"{one.percent:f}"} for one in found.shares]
    until = found.appeal_until.isoformat() if found.appeal_until else None
    return {"round": found.round, "firm_liable": found.firm_liable, "shares": shares, "appeal_until": until}


ACTS = (
    Act(
        "find-liable",
        "责任认定 · find who is liable inside the firm",
        FindLiable,
        find_liable,
        PAYING,
        on_hold=True,
        load=judged_of,
    ),
    Act(
        "appeal-liability",
        "责任申诉 · a liable party appeals",
        AppealLiability,
        appeal_liability,
        PAYING,
        on_hold=True,
        load=judged_of,
    ),
)
