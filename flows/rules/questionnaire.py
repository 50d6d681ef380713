"""Answers to a questionnaire: whether they are answers to its questions, and the figures they stand for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.values.case import Reason
from models.values.questionnaire import Question, Questionnaire

TEXT_AT_MOST = 2000


@dataclass(frozen=True)
class Answers:
    """`coded` is of the questionnaire's own terms and may stand in the ledger; `texts` are the customer's words."""

    version: str
    coded: Mapping[str, Any]
    texts: Mapping[str, str]


@dataclass(frozen=True)
class Fault:
    """What is wrong with the answer to one question; None: with all of them."""

    question: str | None
    why: Reason


def read(questionnaire: Questionnaire, given: Mapping[str, Any]) -> tuple[Answers, tuple[Fault, ...]]:
    """The answers given by question, and what is wrong with them; what is None or empty was not answered.

    An unknown question is one fault and is not named: it could hold anything.
    """
    coded: dict[str, Any] = {}
    texts: dict[str, str] = {}
    faults = [Fault(None, _UNKNOWN)] if set(given) - set(questionnaire.questions) else []
    for name, question in questionnaire.questions.items():
        value = given.get(name)
        if value is None or value in ("", [], ()):
            faults += [Fault(name, _MISSING)] if question.required else []
        elif why := _fault(question, value):
            faults.append(Fault(name, why))
        elif question.kind == "text":
            texts[name] = value
        else:
            coded[name] = sorted(value, key=list(question.options).index) if question.kind == "choices" else value
    return Answers(questionnaire.version, coded, texts), tuple(faults)


def figures(questionnaire: Questionnaire, coded: Mapping[str, Any]) -> dict[str, float]:
    """What an answered questionnaire adds to the estimates, by measure; what was not answered is not there.

    Scales as they are, yes as 1 and no as 0, a choice 1 when it was taken; `gap` is satisfaction less expectation.
    """
    found: dict[str, float] = {}
    for name, question in questionnaire.questions.items():
        if question.kind == "choices":
            found |= {f"{name}_{one}": float(one in coded.get(name, ())) for one in question.options}
        elif name in coded and question.kind != "text":
            found[name] = float(coded[name])
    if "satisfaction" in coded and "expectation" in coded:
        found["gap"] = float(coded["satisfaction"] - coded["expectation"])
    return found


def _fault(question: Question, value: Any) -> Reason | None:
    match question.kind:
        case "scale":
            if type(value) is not int or value not in question.scale:
                low, high = question.low, question.high
                return Reason(f"须为 {low} 到 {high} 的整数", f"must be a whole number from {low} to {high}")
        case "yes_no":
            if type(value) is not bool:
                return Reason("须为是或否", "must be true or false")
        case "choices":
            known = isinstance(value, list | tuple) and all(isinstance(one, str) for one in value)
            if not known or set(value) - set(question.options) or len(set(value)) < len(value):
                options = ", ".join(question.options)
                return Reason(f"须从以下选项中选择，每项一次：{options}", f"must be some of {options}, each once")
        case "text":
            if not isinstance(value, str) or len(value) > TEXT_AT_MOST:
                return Reason(
                    f"须为不超过 {TEXT_AT_MOST} 字的文本", f"must be a text of at most {TEXT_AT_MOST} characters"
                )
    return None


_MISSING = Reason("请回答", "is missing")
_UNKNOWN = Reason("含有问卷中没有的问题", "there is an answer to a question that the questionnaire does not have")
