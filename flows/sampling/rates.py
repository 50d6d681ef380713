"""Response, cooperation, refusal and contact rates over all released, by the AAPOR's Standard Definitions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from models.values.vocabulary import Disposition


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
    raise NotImplementedError
