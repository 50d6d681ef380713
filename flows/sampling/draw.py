"""Drawing without replacement from a recorded seed: one random number for each row of the frame, the smallest drawn.

The numbers are the raw 64-bit stream of PCG64, which numpy guarantees to stay the same for a seed, in order of
position; within a stratum rows are ordered by their number. The first `drawn` are the sample, the next ones the
reserves: every such stretch is a simple random sample of the stratum, and so are stretches together.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.values.rounds import Plan

Numbers = NDArray[np.int64]


@dataclass(frozen=True, order=True)
class Drawn:
    """`position` of the frame (from 1), `place` in the random order of the stratum (from 1)."""

    stratum: int
    place: int
    replicate: int
    position: int


def drawn(cells: Numbers, plan: Plan, seed: int) -> list[Drawn]:
    """`cells`: the cell of each row of the frame, in order of position. Same frame, plan and seed: same draws."""
    strata = stratum_of_cell(plan)[cells]
    random = np.random.PCG64(seed).random_raw(len(cells))
    order = np.lexsort((random, strata))  # stable: equal numbers stand by position
    ends = np.cumsum(np.bincount(strata, minlength=len(plan.strata)))
    found = []
    for stratum in plan.strata:
        begins = int(ends[stratum.number]) - stratum.population
        sizes = (stratum.drawn, *stratum.reserves)
        positions = order[begins : begins + sum(sizes)] + 1
        replicates = np.repeat(np.arange(len(sizes)), sizes)
        found += [
            Drawn(stratum.number, place, replicate, position)
            for place, (replicate, position) in enumerate(
                zip(replicates.tolist(), positions.tolist(), strict=True), start=1
            )
        ]
    return found


def stratum_of_cell(plan: Plan) -> Numbers:
    """The stratum of each of the plan's cells."""
    strata = np.zeros(len(plan.cells), dtype=np.int64)
    for stratum in plan.strata:
        strata[list(stratum.cells)] = stratum.number
    return strata


def draw_hash(draws: Iterable[Drawn]) -> str:
    """SHA-256 of the draws, a line each in order of stratum and place: stratum, place, replicate, position."""
    digest = hashlib.sha256()
    for one in sorted(draws):
        digest.update(f"{one.stratum}\t{one.place}\t{one.replicate}\t{one.position}\n".encode())
    return digest.hexdigest()


def as_numbers(cells: Sequence[int]) -> Numbers:
    return np.asarray(cells, dtype=np.int64)
