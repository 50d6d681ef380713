"""Incidents by unit: each unit by its own marks."""

from dataclasses import replace
from uuid import UUID

from flows.rules.incident_figures import by_unit
from flows.rules.incident_scoring import weighted
from models.values.incident import Incident
from models.values.incident_terms import IncidentKind
from models.values.stage_terms import Stage
from models.values.vocabulary import Procedure
from tests.flows.rules.making import NOW, POLICY, case

DETAILS = Incident(IncidentKind.DAMAGE, NOW).as_json()
CLOSED = case(Stage.CLOSED, procedure=Procedure.INCIDENT, unit="hub", liable="linehaul", details=DETAILS, score=10.0)


def test_another_units_repeats_do_not_lower_the_score_of_whoever_reported() -> None:
    marks = {CLOSED.id: {"reporting": 1.0, "completeness": 1.0, "containment": None, "repeats": 0.0}}
    hub, linehaul = by_unit([CLOSED], marks, POLICY)
    assert (hub.unit, hub.score, hub.marks["repeats"]) == ("hub", 100.0, None)
    assert (linehaul.unit, linehaul.score, linehaul.marks["reporting"]) == ("linehaul", 0.0, None)


def test_the_score_of_a_unit_weighs_its_means_as_the_rulebook_weighs_marks() -> None:
    other = replace(CLOSED, id=UUID(int=8), liable=None)
    marks = {
        CLOSED.id: {"reporting": 1.0, "completeness": 0.5, "repeats": 0.0},
        other.id: {"reporting": 0.0, "completeness": 0.5},
    }
    hub = by_unit([CLOSED, other], marks, POLICY)[0]
    assert hub.score == weighted({"reporting": 0.5, "completeness": 0.5}, POLICY) == 50.0


def test_what_was_never_scored_has_no_score() -> None:
    assert by_unit([CLOSED], {}, POLICY)[0].score is None


def test_every_figure_lists_its_cases() -> None:
    other = replace(CLOSED, id=UUID(int=8), liable="hub")
    hub, linehaul = by_unit([CLOSED, other], {}, POLICY)
    assert (hub.reported, hub.cases) == (2, (CLOSED.id, other.id))
    assert (hub.liable, hub.liable_cases) == (1, (other.id,))
    assert (linehaul.liable, linehaul.liable_cases, linehaul.cases) == (1, (CLOSED.id,), ())
