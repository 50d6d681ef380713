"""The figures of a demo, from a record made by hand."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from deployments.demo.record import Happened, Record, contradictions
from deployments.demo.report import report
from deployments.demo.request import Labels
from deployments.demo.tally import Share, figures, right, spread, visits
from models.values.case import CaseFacts, Deadline, Reason
from models.values.stage_terms import ClockName, EventKind, Stage
from models.values.vocabulary import Category, Channel, Kind
from tests.flows.rules.making import POLICY

BEGAN = datetime(2026, 3, 18, 1, 0, tzinfo=UTC)
WHY = Reason("", "")


def at(hours: float) -> datetime:
    return BEGAN + timedelta(hours=hours)


def case(number: int, **facts: object) -> CaseFacts:
    values = {"stage": Stage.CLOSED, "channel": Channel.WEB, "reference": f"R{number}"}
    values |= {"received_at": BEGAN, "recorded_at": BEGAN}
    return CaseFacts(UUID(int=number), number=number, **(values | facts))  # type: ignore[arg-type]


def happened(event: EventKind, stage: Stage, hours: float, **data: object) -> Happened:
    return Happened(event, stage, at(hours), data)


ANSWERED = [
    happened(EventKind.RECEIVED, Stage.RECEIVED, 0),
    happened(EventKind.CLASSIFIED, Stage.TRIAGE, 0, sure=False, kind="enquiry", confidence=0.41),
    happened(EventKind.ASSIGNED, Stage.TRIAGE, 0.1),
    happened(EventKind.CLASSIFIED, Stage.ANSWER, 2, sure=True, kind="enquiry"),
    happened(EventKind.ANSWERED, Stage.SCORING, 5, direct=True),
    happened(EventKind.SCORED, Stage.CLOSED, 5),
]


def test_a_stay_lasts_from_arriving_to_leaving_whatever_happens_between() -> None:
    stays = {stage: stay / timedelta(hours=1) for stage, stay in visits(ANSWERED)}
    assert stays == {Stage.RECEIVED: 0, Stage.TRIAGE: 2, Stage.ANSWER: 3, Stage.SCORING: 0}


def test_resting_closed_before_it_is_opened_again_is_no_step() -> None:
    again = [*ANSWERED, happened(EventKind.REOPENED, Stage.CARRY_OUT, 30)]
    assert Stage.CLOSED not in dict(visits(again))


def test_nothing_gives_no_figures() -> None:
    empty = figures(Record([], {}), BEGAN)
    assert (empty.scores, empty.steps, empty.missed, empty.triage.value) == (None, {}, {}, None)
    assert list(visits([])) == []


@pytest.mark.parametrize(("values", "median", "p90"), [([7], 7, 7), ([1, 3], 2, 2.8), (range(11), 5, 9)])
def test_a_spread_has_the_median_and_the_ninth_tenth(values: list[float], median: float, p90: float) -> None:
    found = spread(values)
    assert found is not None
    assert (found.n, found.median, found.p90) == (len(values), median, pytest.approx(p90))


def test_triage_is_counted_by_the_first_reading() -> None:
    sure = [ANSWERED[0], happened(EventKind.CLASSIFIED, Stage.ANSWER, 0, sure=True, kind="enquiry")]
    record = Record([case(1), case(2)], {UUID(int=1): ANSWERED, UUID(int=2): sure})
    assert figures(record, at(9)).triage == Share(of=2, count=1)


def test_missed_deadlines_are_counted_by_clock_and_timers_are_none() -> None:
    def clock(name: ClockName, due: float, met: float | None) -> Deadline:
        return Deadline(name, BEGAN, at(due), "centre", WHY, met_at=at(met) if met is not None else None)

    in_time, late = clock(ClockName.RESOLVE, 5, 4), clock(ClockName.RESOLVE, 5, 6)
    still, timer = clock(ClockName.REVISIT, 5, None), clock(ClockName.CALL_BACK, 1, 9)
    record = Record([case(1, clocks=(in_time, timer)), case(2, clocks=(late, still))], {})
    assert figures(record, at(9)).missed == {
        ClockName.RESOLVE: Share(of=2, count=1),
        ClockName.REVISIT: Share(of=1, count=1),
    }


def test_the_systems_own_answer_is_judged_by_the_labels_where_there_are_any() -> None:
    delay, loss = Category.DELAY, Category.LOSS
    facts = [
        case(1, proposed_kind=Kind.COMPLAINT, proposed_category=delay),
        case(2, proposed_kind=Kind.COMPLAINT, proposed_category=loss),
        case(3, proposed_kind=Kind.ENQUIRY, proposed_category=None),
        case(4, proposed_kind=Kind.ENQUIRY),
    ]
    labels = {
        "R1": Labels(kind=Kind.COMPLAINT, category=delay),
        "R2": Labels(kind=Kind.COMPLAINT, category=delay, secondary=loss),
        "R3": Labels(kind=Kind.COMPLAINT, category=delay),
        "R9": Labels(kind=Kind.ENQUIRY),
    }
    assert right(Record(facts, {}), labels) == {
        "kind": Share(3, 2),
        "main": Share(3, 1),
        "main_or_secondary": Share(3, 2),
    }


def test_a_stage_or_a_count_that_the_ledger_does_not_bear_out_is_named() -> None:
    events = {UUID(int=number): ANSWERED for number in (1, 2, 3)}
    sound = case(1, events=6)
    record = Record([sound, case(2, events=5), case(3, events=6, stage=Stage.ANSWER)], events)
    assert contradictions(record) == [
        "case 2 counts 5 events, its ledger holds 6",
        "case 3 stands at answer, its ledger leads to closed",
    ]


def test_the_report_has_one_entry_a_case_under_the_callers_reference() -> None:
    record = Record([case(1, events=6, owner_id=4, score=88.0)], {UUID(int=1): ANSWERED})
    made = report(record, figures(record, at(9)), {}, {"5xx": 0}, {"auditor": {"reads": 3}}, 1.26, POLICY)
    assert made["cases"] == [
        {
            "reference": "R1",
            "case_id": str(UUID(int=1)),
            "kind": None,
            "category": None,
            "secondary": None,
            "severity": None,
            "business_line": "unknown",
            "stage": "closed",
            "score": 88.0,
            "events": 6,
            "proposed_kind": None,
            "proposed_category": None,
            "owner": 4,
        }
    ]
    assert (made["totals"]["cases"], made["totals"]["quarantined"], made["seconds"]) == (1, 0, 1.3)
