"""Response, cooperation, refusal and contact rates over all released, by the AAPOR's Standard Definitions.

The frame lists customers who were served, so everybody released is eligible unless found otherwise: nobody is left
out because he was not reached. Whom the centre's own rules kept from being called was not contacted; whoever asked
not to be called has refused. Draws not worked count as of unknown eligibility (code 3.11), in full.

Source: AAPOR, Standard Definitions: Final Dispositions of Case Codes and Outcome Rates for Surveys (surveys of
specifically named persons).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from models.values.round_terms import Disposition

CODES: Mapping[Disposition, tuple[str, str]] = {
    Disposition.COMPLETE: ("I", "1.1"),
    Disposition.PARTIAL: ("P", "1.2"),
    Disposition.REFUSED: ("R", "2.11"),
    Disposition.DO_NOT_CALL: ("R", "2.11"),
    Disposition.BROKEN_OFF: ("R", "2.12"),
    Disposition.NO_ANSWER: ("NC", "2.20"),
    Disposition.BUSY: ("NC", "2.20"),
    Disposition.CALL_BACK: ("NC", "2.21"),
    Disposition.WRONG_NUMBER: ("NC", "2.20"),
    Disposition.NO_PHONE: ("NC", "2.20"),
    Disposition.COOL_DOWN: ("NC", "2.20"),
    Disposition.OPEN_COMPLAINT: ("NC", "2.20"),
    Disposition.UNABLE: ("O", "2.30"),
    Disposition.NOT_WORKED: ("U", "3.11"),
    Disposition.NOT_ELIGIBLE: ("NE", "4.70"),
}
"""Letter of the formulas and final disposition code."""

ALL = "(I + P) + (R + NC + O) + U"
KNOWN = "(I + P) + (R + NC + O)"
FORMULAS: Mapping[str, tuple[str, str, str, str]] = {
    "RR1": ("I", ALL, "应答率 1：完整访问占全部(含未执行)", "response rate 1: complete interviews of all"),
    "RR2": ("I + P", ALL, "应答率 2：部分访问也算应答", "response rate 2: partial interviews count as answers"),
    "RR5": ("I", KNOWN, "应答率 5：只算已执行的", "response rate 5: complete interviews of those worked"),
    "RR6": (
        "I + P",
        KNOWN,
        "应答率 6：只算已执行的，部分访问也算",
        "response rate 6: with partial interviews, of those worked",
    ),
    "COOP1": (
        "I",
        "(I + P) + R + O",
        "合作率 1：完整访问占全部已接触者",
        "cooperation rate 1: complete interviews of all contacted",
    ),
    "COOP2": ("I + P", "(I + P) + R + O", "合作率 2：部分访问也算", "cooperation rate 2: with partial interviews"),
    "COOP3": ("I", "(I + P) + R", "合作率 3：不计无法应答者", "cooperation rate 3: without those unable to answer"),
    "COOP4": ("I + P", "(I + P) + R", "合作率 4：不计无法应答者，部分访问也算", "cooperation rate 4: both"),
    "REF1": ("R", ALL, "拒访率 1：拒访与中断占全部", "refusal rate 1: refusals and break-offs of all"),
    "REF3": ("R", KNOWN, "拒访率 3：只算已执行的", "refusal rate 3: of those worked"),
    "CON1": ("(I + P) + R + O", ALL, "接触率 1：接触到的占全部", "contact rate 1: contacted of all"),
    "CON3": ("(I + P) + R + O", KNOWN, "接触率 3：只算已执行的", "contact rate 3: contacted of those worked"),
}
"""Numerator, denominator, what it is. The AAPOR's rates with an estimated share of eligible cases (RR3, RR4, REF2,
CON2) are those without, since the share is known from the frame to be 1."""


@dataclass(frozen=True)
class Rate:
    """`value` None: nobody to divide by."""

    name: str
    value: float | None
    formula: str
    zh: str
    en: str


@dataclass(frozen=True)
class Rates:
    """`counts` by AAPOR's letters (I, P, R, NC, O, U, NE); `codes` by final code; every rate with its definition."""

    released: int
    counts: Mapping[str, int]
    codes: Mapping[str, int]
    rates: tuple[Rate, ...]

    def __getitem__(self, name: str) -> float | None:
        return next(rate.value for rate in self.rates if rate.name == name)


def rates(dispositions: Iterable[Disposition | None]) -> Rates:
    """RR1, RR2, RR5, RR6, COOP1–4, REF1, REF3, CON1, CON3; a released draw without a disposition was not worked."""
    found = Counter(one or Disposition.NOT_WORKED for one in dispositions)
    counts = dict.fromkeys(("I", "P", "R", "NC", "O", "U", "NE"), 0)
    codes: Counter[str] = Counter()
    for disposition, number in found.items():
        letter, code = CODES[disposition]
        counts[letter] += number
        codes[code] += number
    return Rates(found.total(), counts, dict(sorted(codes.items())), tuple(_rate(name, counts) for name in FORMULAS))


def _rate(name: str, counts: Mapping[str, int]) -> Rate:
    above, below, zh, en = FORMULAS[name]
    whole = _sum(below, counts)
    return Rate(name, _sum(above, counts) / whole if whole else None, f"({above}) / ({below})", zh, en)


def _sum(terms: str, counts: Mapping[str, int]) -> int:
    """A sum of letters, written as the AAPOR writes it."""
    return sum(counts[term] for term in terms.replace("(", "").replace(")", "").split(" + "))
