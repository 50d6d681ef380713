"""The examples a demo gives for its decisions."""

from deployments.demo.record import Record
from deployments.demo.why import SORTS, examples
from models.values.stage_terms import EventKind, Stage
from tests.deployments.demo.test_tally import ANSWERED, case, happened
from tests.flows.rules.making import POLICY

SAID = [{"zh": "内部办结已超时", "en": "resolve is missed"}]


def test_one_of_each_sort_is_told_with_its_reason_in_chinese() -> None:
    given = {"behind": [{"staff": 5, "zh": "匹配度 0.60 较低"}], "passed": [{"staff": 6, "zh": "不在岗"}]}
    taken = {"clocks": ["resolve"], "level": 2, "taken_over": True, "reasons": SAID}
    events = [
        happened(EventKind.CLASSIFIED, Stage.TRIAGE, 0, sure=False, confidence=0.41),
        happened(EventKind.ASSIGNED, Stage.TRIAGE, 1, reasons=SAID, passed_count=9, **given),
        happened(EventKind.REMINDED, Stage.CARRY_OUT, 2, clocks=["resolve"], reasons=SAID),
        happened(EventKind.OVERDUE, Stage.CARRY_OUT, 3, clocks=["resolve"], reasons=SAID),
        happened(EventKind.ESCALATED, Stage.CARRY_OUT, 3, **(taken | {"level": 1, "taken_over": False})),
        happened(EventKind.ESCALATED, Stage.CARRY_OUT, 4, **taken),
        happened(EventKind.REASSIGNED, Stage.CARRY_OUT, 5, absent=True, reasons=SAID),
        happened(EventKind.SURVEYED, Stage.CARRY_OUT, 6, solved=False, reasons=SAID),
        happened(EventKind.REOPENED, Stage.CARRY_OUT, 7, level=1),
    ]
    found = examples(Record([case(1)], {case(1).id: events}), POLICY)
    assert [one.en for one in found] == [en for _, en, _ in SORTS]
    told = {one.en: one.reason for one in found}
    assert told["assigned"] == "内部办结已超时;次选 员工 5(匹配度 0.60 较低);未选 员工 6(不在岗) 等 9 人"
    assert told["triage"].startswith("把握度 0.41，低于规则手册的 0.")
    assert told["missed"] == "内部办结已超时"


def test_what_did_not_happen_has_no_example_and_what_people_did_is_not_the_systems() -> None:
    by_hand = [
        happened(EventKind.ESCALATED, Stage.CARRY_OUT, 1, level=1),
        happened(EventKind.REASSIGNED, Stage.ANSWER, 2),
    ]
    record = Record([case(1), case(2)], {case(1).id: by_hand, case(2).id: [ANSWERED[0]]})
    assert examples(record, POLICY) == []
