"""The rulebook's sections on revisits; a rulebook older than one is complemented by the shipped one."""

from flows.rulebook.loading import load, read
from models.values.course_policy import Revisits
from models.values.policy import Policy
from models.values.questionnaire import Questionnaire


def revisits_of(policy: Policy) -> Revisits:
    section = policy.rulebook.revisits or load(read()).rulebook.revisits
    assert section is not None  # noqa: S101 - the shipped rulebook has it
    return section


def questionnaire_of(policy: Policy) -> Questionnaire:
    section = policy.rulebook.questionnaire or load(read()).rulebook.questionnaire
    assert section is not None  # noqa: S101 - the shipped rulebook has it
    return section
