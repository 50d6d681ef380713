"""What was promised in an incident counts in its score, where anything was."""

from dataclasses import replace
from datetime import timedelta

import pytest

from flows.rules import clocks
from flows.rules.incident_scoring import decide, measure, weighted
from models.values.case import CaseFacts, Reason
from models.values.incident import Incident
from models.values.incident_terms import IncidentKind
from models.values.stage_terms import ClockName, EventKind, Stage
from models.values.vocabulary import Procedure
from tests.flows.rules.making import NOW, POLICY, case

DETAILS = Incident(IncidentKind.DAMAGE, NOW, filled=tuple(POLICY.incidents.form.required)).as_json()
DONE = case(Stage.SCORING, procedure=Procedure.INCIDENT, unit="hub", handler_id=3, details=DETAILS)
HOUR = timedelta(hours=1)


def promised(facts: CaseFacts, ref: int, kept: float | None) -> CaseFacts:
    """Something due in two hours, kept so many hours from now."""
    made = clocks.timer(ClockName.PROMISE, NOW, NOW + 2 * HOUR, Reason("承诺", "promised"), ref=ref)
    return replace(facts, clocks=(*facts.clocks, replace(made, met_at=NOW + kept * HOUR if kept else None)))


@pytest.mark.parametrize(("kept", "mark"), [((), None), ((1,), 1.0), ((3,), 0.0), ((1, 3), 0.5)])
def test_what_was_promised_counts_as_in_other_cases(kept: tuple[float, ...], mark: float | None) -> None:
    facts = DONE
    for ref, hours in enumerate(kept, 4):
        facts = promised(facts, ref, hours)
    assert measure(facts, 0, POLICY, NOW + 9 * HOUR)["promises"] == mark


def test_it_lowers_the_score_of_an_incident_and_is_in_its_entry() -> None:
    late, now = promised(DONE, 4, 3), NOW + 9 * HOUR
    decision, without = decide(late, 0, POLICY, now), decide(DONE, 0, POLICY, now)
    assert (decision.event, decision.data["marks"]["promises"], decision.data["missed"]) == (
        EventKind.SCORED,
        0.0,
        ["promise"],
    )
    assert "承诺兑现 0.00" in decision.reasons[0].zh
    assert (without.data["marks"]["promises"], without.data["score"]) == (None, 100.0)
    marks = {**without.data["marks"], "promises": 0.0}
    assert decision.changes["score"] == weighted(marks, POLICY) < 100


def test_what_is_still_owed_is_kept_first() -> None:
    assert decide(promised(DONE, 4, None), 0, POLICY, NOW).event is EventKind.PROMISES_AWAITED
