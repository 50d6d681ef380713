"""How many answers a wanted margin asks for, and how many must be drawn for them."""

import math
from dataclasses import dataclass
from typing import Any

from models.values.sampling import Sampling


@dataclass(frozen=True)
class Size:
    answers: int
    release: int


def needed(population: int, policy: Sampling) -> Size:
    """For a share, by the normal approximation with finite-population correction (Cochran 1977, § 4.4).

    `release`: at the response expected, and never more than there are.
    """
    import svy  # loads for half a second: only when a round is drawn

    sized: Any = svy.SampleSize()  # type: ignore[no-untyped-call]
    found = sized.estimate_prop(
        p=policy.expected_proportion,
        moe=policy.margin,
        pop_size=population,
        alpha=1 - policy.confidence,
        resp_rate=policy.expected_response,
    )
    size = found.size
    return Size(min(math.ceil(size.n2_fpc), population), min(math.ceil(size.n), population))
