"""The rulebook on money: settlement with customers, liability inside the firm, the regulator."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from models.values.section import Name, Section, Term
from models.values.vocabulary import Category


class SettlementTerms(Section):
    """What is owed to a customer at most, and how it is paid."""

    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    """The currency of every amount of a settlement, and of the limits of approval."""
    freight_multiple: Annotated[Decimal, Field(ge=0, le=1000, decimal_places=2)]
    """Without a declared value, at most so many times the freight is owed."""
    freight_multiples: Mapping[Category, Annotated[Decimal, Field(ge=0, le=1000, decimal_places=2)]]
    """The same for categories that differ."""
    goodwill_level: Annotated[int, Field(ge=0, le=9)]
    """Who pays more than is owed, of good will, or beside money in another currency, needs approval of at least this
    level; of it must be who raises what is owed once money was promised or paid by it."""
    pay_within: Term
    """The voucher with finance to paid."""


class LiabilityTerms(Section):
    """Who decides which unit or carrier bears what a case cost."""

    arbiter_level: Annotated[int, Field(ge=0, le=9)]
    """The level that decides first."""
    appeal_level: Annotated[int, Field(ge=0, le=9)]
    """The level that decides on an appeal."""
    appeal_within: Term
    """From the decision, how long a party may appeal."""
    carriers: Mapping[Name, tuple[str, str]]
    """Outside carriers that can be liable, by code, with their names in Chinese and English."""


class RegulatorTerms(Section):
    """Referrals of the regulator (12305)."""

    answer: Term
    """From the referral to the answer, unless the referral names its own date."""
