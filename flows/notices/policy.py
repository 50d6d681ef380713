"""The rulebook's section on notices."""

from flows.rulebook.loading import load, read
from models.values.policy import Policy
from models.values.rulebook import Notices


def notices_of(policy: Policy) -> Notices:
    """A rulebook older than the section is complemented by the shipped one."""
    notices = policy.rulebook.notices or load(read()).rulebook.notices
    assert notices is not None  # noqa: S101 - the shipped rulebook has it
    return notices
