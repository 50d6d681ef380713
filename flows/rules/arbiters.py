"""Who decides on liability inside the firm: somebody of the level that must, from neither side, without a hand in it.

Where nobody of that level may (a centre with one manager, who is of the unit found liable), somebody from neither side
of a level above it does, else of the next one below: an appeal is never stuck, and never decided by a party.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from models.values.case import CaseFacts, Reason, StaffFacts
from models.values.money_policy import LiabilityTerms
from models.values.policy import Policy
from models.values.settlement import Finding, Share


@dataclass(frozen=True)
class Deciding:
    """From which level on people decide, and why it is another one than it should be (None: it is not)."""

    level: int
    why: Reason | None = None


def deciding(needed: int, top: int, able: Callable[[int], bool]) -> Deciding:
    """`able`: whether somebody of a level or above may decide. Where nobody may at all, it stays as it should be."""
    for level in (needed, *range(needed + 1, top + 1), *range(needed - 1, -1, -1)):
        if able(level):
            return Deciding(level, _instead(needed, level) if level != needed else None)
    return Deciding(needed)


def who(level: int) -> Reason:
    """Who may decide, for those who may not."""
    zh, en = (f" {level} 级及以上", f" of level {level} or above") if level else ("", "")
    return Reason(
        f"须由{zh}不属任何涉事方且未曾参与者裁定", f"it is for somebody{en} who is of no party and had no hand in it"
    )


def _instead(needed: int, level: int) -> Reason:
    zh, en = ("及以上", " or above") if needed else ("", "")
    return Reason(
        f"{needed} 级{zh}无人可裁定（属涉事方或曾参与），改由 {level} 级裁定",
        f"nobody of level {needed}{en} may decide (of a party, or had a hand in it): level {level} decides",
    )


def needed(last: Finding | None, terms: LiabilityTerms) -> int:
    """The level that decides on a complaint's liability."""
    return terms.appeal_level if _appealed(last) else terms.arbiter_level


def of_complaint(
    facts: CaseFacts, last: Finding | None, terms: LiabilityTerms, hands: Collection[int], bench: Iterable[StaffFacts]
) -> Deciding:
    """`bench`: everybody whom the table of permissions lets decide. What shares one means to name changes nothing: who
    decides must not choose himself by them."""
    levels = [one.level for one in bench if _tied(facts, one, (), last, hands) is None]
    must = needed(last, terms)
    return deciding(must, must, lambda level: any(one >= level for one in levels))


def able(
    facts: CaseFacts, last: Finding | None, level: int, hands: Collection[int], bench: Iterable[StaffFacts]
) -> list[int]:
    """Who of the bench decides on a complaint's liability: the lowest who may, so that not everybody is asked."""
    may = [one for one in bench if partial(facts, one, (), last, level, hands) is None]
    lowest = min((one.level for one in may), default=level)
    return [one.id for one in may if one.level == lowest]


def partial(
    facts: CaseFacts,
    arbiter: StaffFacts,
    shares: Iterable[Share],
    last: Finding | None,
    level: int,
    hands: Collection[int] = (),
) -> Reason | None:
    """What keeps somebody from deciding on a complaint's liability; None: nothing.

    `level` is what `of_complaint` says, `hands` everybody who proposed, decided on or carried out a remedy of the
    case, whoever has it now.
    """
    if (_appealed(last) or arbiter.level > 0) and arbiter.level < level:  # else, without a level, the table has decided
        return _but(Reason("您的级别不足", "your level does not decide this"), level)
    tied = _tied(facts, arbiter, shares, last, hands)
    return _but(tied, level) if tied else None


def party(facts: CaseFacts, one: StaffFacts, shares: Iterable[Share] = ()) -> bool:
    """Whether somebody's unit is one an incident concerns: by the report, the last finding, or the shares to come."""
    units = {facts.unit, facts.details.get("counterpart"), *facts.liable_units, *(share.party for share in shares)}
    return one.unit is not None and one.unit in units


def barred(facts: CaseFacts, one: StaffFacts, policy: Policy, shares: Iterable[Share] = ()) -> Reason | None:
    """What keeps somebody from finding who is liable for an incident; None: nothing.

    Nobody of a unit concerned, save the highest level: it is the last instance, and may be the only one left, where
    everybody of the centre is of the unit concerned (what it finds about its own unit is final). Not even the highest
    decides on an appeal about what its own unit was found to bear. Who found, or filed the appeal, does not decide it.
    """
    filer = facts.details.get("appealed_by")
    if filer is not None and one.id in (filer, facts.proposer_id):
        why = Reason("申诉须由他人复核", "an appeal is decided by somebody else than who found or who filed it")
        return _but(why, facts.level)
    own_appeal = filer is not None and facts.proposer_id is not None and one.unit in facts.liable_units
    last_instance = one.level >= policy.top_level and not own_appeal
    if party(facts, one, shares) and not last_instance:
        why = Reason("责任认定人不得属于涉事单位", "whoever finds the liability is of none of the units concerned")
        return _but(why, facts.level)
    return None


def appeal_level(facts: CaseFacts, found_level: int, policy: Policy) -> int:
    """Who decides on an appeal about an incident: one level higher.

    Above the highest there is nobody: what that found, somebody else reviews, of the highest or of the level below it.
    """
    top = policy.top_level
    return top - 1 if found_level >= top else max(facts.level, found_level + 1)


def _tied(
    facts: CaseFacts, arbiter: StaffFacts, shares: Iterable[Share], last: Finding | None, hands: Collection[int]
) -> Reason | None:
    """What ties somebody to a complaint, whatever his level."""
    parties = {share.party for share in (*shares, *(last.shares if last else ()))} | {facts.unit}
    if arbiter.unit is not None and arbiter.unit in parties:
        return Reason("裁定人不得来自责任单位", "the arbiter must come from none of the units concerned")
    if arbiter.id in {facts.owner_id, facts.handler_id, facts.proposer_id, *hands}:
        return Reason("经办人不得裁定责任", "who handled the case does not decide who is liable")
    if last is not None and _appealed(last) and arbiter.id in (last.decided_by, last.appealed_by):
        return Reason("申诉须由他人裁定", "an appeal is decided by somebody else than who found or who filed it")
    return None


def _appealed(last: Finding | None) -> bool:
    return last is not None and last.appealed_at is not None


def _but(why: Reason, level: int) -> Reason:
    then = who(level)
    return Reason(f"{why.zh}；{then.zh}", f"{why.en}; {then.en}")
