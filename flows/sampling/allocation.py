"""How many of each stratum: proportional or Neyman, never more than there are, never fewer than the floor.

Remainders are shared out in exact arithmetic, with ties by number: whoever draws again elsewhere must get the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from math import ceil, floor

from models.values.rounds import Stratum
from models.values.sampling import Sampling


def allocated(strata: Sequence[Stratum], release: int, policy: Sampling) -> tuple[Stratum, ...]:
    """`release` draws over the strata that are no census (those are drawn whole), then the floor added where needed.

    Proportional: by population; Neyman: by population × expected standard deviation (Cochran 1977, § 5.5). The floor
    adds to `release`, so that it takes nothing from the precision of the total. Reserves: each a share of the
    sample, rounded up, as far as customers are left.
    """
    weights = {one.number: Fraction(one.population) * _spread(one, policy) for one in strata if not one.census}
    shares = shared_out(release, weights, {one.number: one.population for one in strata})
    sized = []
    for one in strata:
        wanted = one.population if one.census else max(shares[one.number], policy.floor)
        drawn = min(wanted, one.population)
        sized.append(replace(one, drawn=drawn, reserves=_reserves(drawn, one.population - drawn, policy)))
    return tuple(sized)


def whole(strata: Sequence[Stratum]) -> tuple[Stratum, ...]:
    """Everybody: rounds that are no sample."""
    return tuple(replace(one, census=True, drawn=one.population, reserves=()) for one in strata)


def shared_out(total: int, weights: Mapping[int, Fraction], at_most: Mapping[int, int]) -> dict[int, int]:
    """`total` by weight, by largest remainders (Hamilton); what goes beyond `at_most` goes to the others by weight."""
    shares = dict.fromkeys(weights, 0)
    open_, left = dict(weights), min(total, sum(at_most[number] for number in weights))
    while open_ and left:
        whole_ = sum(open_.values())
        exact = {number: left * weight / whole_ for number, weight in open_.items()}
        full = [number for number in open_ if exact[number] >= at_most[number]]
        if not full:
            return shares | _rounded(left, exact)
        for number in full:
            shares[number] = at_most[number]
            left -= at_most[number]
            del open_[number]
    return shares


def _rounded(total: int, exact: Mapping[int, Fraction]) -> dict[int, int]:
    """No share is rounded up beyond its limit: limits are whole, and what is exact lies below."""
    shares = {number: floor(share) for number, share in exact.items()}
    by_remainder = sorted(exact, key=lambda number: (shares[number] - exact[number], number))
    for number in by_remainder[: total - sum(shares.values())]:
        shares[number] += 1
    return shares


def _spread(stratum: Stratum, policy: Sampling) -> Fraction:
    if policy.allocation == "proportional":
        return Fraction(1)
    known = {str(name): Fraction(str(sd)) for name, sd in policy.expected_sd.items()}
    return known.get(stratum.cell.customer_class, max(known.values()))


def _reserves(drawn: int, left: int, policy: Sampling) -> tuple[int, ...]:
    each, sizes = ceil(drawn * Fraction(str(policy.reserve_share))), []
    for _ in range(policy.reserves):
        sizes.append(min(each, left))
        left -= sizes[-1]
    return tuple(sizes)
