"""The rulebook's section on customers."""

from flows.rulebook.loading import load, read
from models.values.customers import Customers
from models.values.policy import Policy


def customers_of(policy: Policy) -> Customers:
    """A rulebook older than the section is complemented by the shipped one."""
    section = policy.rulebook.customers or load(read()).rulebook.customers
    assert section is not None  # noqa: S101 - the shipped rulebook has it
    return section
