"""The rulebook's section on rounds; a rulebook older than it is complemented by the shipped one."""

from flows.rulebook.loading import load, read
from models.values.policy import Policy
from models.values.sampling import Sampling


def sampling_of(policy: Policy) -> Sampling:
    sampling = policy.rulebook.sampling or load(read()).rulebook.sampling
    assert sampling is not None  # noqa: S101 - the shipped rulebook has it
    return sampling
