"""Sections that a rulebook in force may be older than: then the shipped one's hold."""

from flows.rulebook.loading import load, read
from models.values.policy import Policy
from models.values.rulebook import LiabilityTerms, RegulatorTerms, Rulebook, SettlementTerms


def settlement_of(policy: Policy) -> SettlementTerms:
    section = policy.rulebook.settlement or _shipped().settlement
    assert section is not None  # noqa: S101 - the shipped rulebook has it
    return section


def liability_of(policy: Policy) -> LiabilityTerms:
    section = policy.rulebook.liability or _shipped().liability
    assert section is not None  # noqa: S101 - the shipped rulebook has it
    return section


def regulator_of(policy: Policy) -> RegulatorTerms:
    section = policy.rulebook.regulator or _shipped().regulator
    assert section is not None  # noqa: S101 - the shipped rulebook has it
    return section


def _shipped() -> Rulebook:
    return load(read()).rulebook
