"""Internal liability: what shares are, findings and appeals, what each party is charged.

The customer never waits for it. Who decides: `flows.rules.arbiters`.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import ROUND_DOWN, Decimal

from flows.rules import clocks, derivation
from models.values.case import CaseFacts, Reason, Row
from models.values.chinese import chinese
from models.values.money_policy import LiabilityTerms
from models.values.money_terms import LiableKind
from models.values.policy import Policy
from models.values.settlement import CENT, WHOLE, Finding, Share

PRESUMED, FIRST, FINAL = 0, 1, 2
"""Rounds: presumed on whoever kept silent, the finding, and the one after the only appeal."""


def faulty(firm_liable: bool, shares: Sequence[Share], policy: Policy, terms: LiabilityTerms) -> Reason | None:
    """What is wrong with the shares; None: nothing. Parties are named by code: they stay in the ledger for ever."""
    if not firm_liable:
        return Reason("公司无责时不得划分责任", "where the firm is not liable there are no shares") if shares else None
    if len({share.party for share in shares}) < len(shares):
        return Reason("同一责任方出现两次", "a party stands twice among the shares")
    units = policy.units()
    for kind, known in ((LiableKind.UNIT, units), (LiableKind.CARRIER, set(terms.carriers))):
        if any(share.kind is kind and share.party not in known for share in shares):
            names = ", ".join(sorted(known))
            return Reason(f"责任方须为规则手册中的{chinese(kind)}：{names}", f"a {kind} must be one of: {names}")
    total = sum((share.percent for share in shares), Decimal(0))
    if total != WHOLE:
        return Reason(f"责任比例合计须为 100%，现为 {total:f}%", f"the shares must add up to 100 %, not {total:f} %")
    return None


def find(
    facts: CaseFacts,
    last: Finding | None,
    firm_liable: bool,
    shares: Sequence[Share],
    arbiter_id: int,
    terms: LiabilityTerms,
    policy: Policy,
    now: datetime,
    *,
    final: bool = False,
) -> Finding:
    """The finding: the first can be appealed within the term, the one after an appeal (or of `final`) is final."""
    number = FINAL if final or (last is not None and last.appealed_at is not None) else FIRST
    until = clocks.after(terms.appeal_within, now, policy) if number < FINAL else None
    return Finding(facts.id, number, firm_liable, tuple(shares), arbiter_id, now, until)


def presume(facts: CaseFacts, unit: str, terms: LiabilityTerms, policy: Policy, now: datetime) -> Finding:
    """Silence: the whole of it is presumed on the unit that was asked; it may appeal."""
    until = clocks.after(terms.appeal_within, now, policy)
    return Finding(facts.id, PRESUMED, True, (Share(LiableKind.UNIT, unit, WHOLE),), None, now, until)


def settled(last: Finding | None) -> Reason | None:
    """Why nothing is to be decided now; None: something is."""
    if last is not None and last.round >= FINAL:
        return Reason("责任认定已终局", "the finding after the appeal is final")
    if last is not None and last.round > PRESUMED and last.appealed_at is None:
        return Reason("已有责任认定；如有异议须先申诉", "there is a finding already: it changes only by an appeal")
    return None


def unappealable(last: Finding | None, party: str, now: datetime) -> Reason | None:
    """Why this party cannot appeal; None: it can."""
    if last is None:
        return Reason("尚无责任认定", "there is no finding yet")
    if last.round >= FINAL or last.appealed_at is not None:
        return Reason(
            "责任认定只能申诉一次，且已终局者不得申诉", "liability is appealed once, and what is final is not"
        )
    if party not in {share.party for share in last.shares}:
        return Reason("仅责任方可以申诉", "only a party that bears a share appeals")
    if last.appeal_until is not None and now > last.appeal_until:
        return Reason(
            f"申诉期限已于 {derivation.local(last.appeal_until)} 届满",
            f"the term ended on {derivation.local(last.appeal_until)}",
        )
    return None


def appealed(last: Finding, party: str, by: int, now: datetime) -> Finding:
    return replace(last, appealed_at=now, appealed_by=by, appellant=party)


def standing(finding: Finding, now: datetime) -> str:
    """`final`, `appealed` (and not decided again yet) or `open` to an appeal."""
    if finding.appealed_at is not None:
        return "appealed"
    return "final" if finding.appeal_until is None or now > finding.appeal_until else "open"


def charges(amount: Decimal, shares: Sequence[Share]) -> dict[str, Decimal]:
    """What each party is charged of an amount, to the cent, adding up to it exactly.

    By largest remainder (Hamilton); of equal remainders the party that comes first by name gets the cent.
    """
    exact = {share.party: amount * share.percent / WHOLE for share in shares}
    down = {party: part.quantize(CENT, ROUND_DOWN) for party, part in exact.items()}
    if not down:
        return {}
    cents = int((amount - sum(down.values())) / CENT)
    by_remainder = sorted(exact, key=lambda party: (down[party] - exact[party], party))
    return down | {party: down[party] + CENT for party in by_remainder[:cents]}


def rows(finding: Finding) -> tuple[Row, ...]:
    """The rows of a finding, written beside its case."""
    values = {name: value for name, value in vars(finding).items() if name != "shares"}
    shares = (
        {
            "case_id": finding.case_id,
            "round": finding.round,
            "party": one.party,
            "kind": one.kind,
            "percent": one.percent,
        }
        for one in finding.shares
    )
    return (Row("liability_findings", values), *(Row("liability_shares", share) for share in shares))


def units(shares: Sequence[Share]) -> tuple[str, ...]:
    """The units of the firm among those who bear something, by name."""
    return tuple(sorted(one.party for one in shares if one.kind is LiableKind.UNIT))


def chief(shares: Sequence[Share]) -> str | None:
    """Who bears most; None: nobody does. Of equals the first by name."""
    return min(shares, key=lambda one: (-one.percent, one.party)).party if shares else None
