"""The marks of an incident: what lateness costs is the rulebook's."""

from datetime import timedelta
from typing import Any

import pytest

from flows.rulebook.loading import RulebookError
from flows.rules import clocks
from flows.rules.incident_scoring import measure
from models.values.case import CaseFacts
from models.values.incident import Incident
from models.values.incident_terms import IncidentKind
from models.values.policy import Policy
from models.values.stage_terms import ClockName, Stage
from tests.flows.rules.making import NOW, POLICY, case, policy

TERMS = POLICY.incidents.clocks


def scoring(**settings: Any) -> Policy:
    return policy(lambda book: book["incidents"]["scoring"].update(settings))


def closed(contained_after: float | None = None, form_after: float = 0.5) -> CaseFacts:
    """An incident with its form filled and contained after so many times what each may take."""
    begun = clocks.start(ClockName.CONTAIN, TERMS.contain, NOW, POLICY)
    form = clocks.start(ClockName.FORM, TERMS.form, NOW, POLICY)
    contained_at = NOW + (begun.due_at - NOW) * contained_after if contained_after is not None else None
    filled = clocks.meet((form,), ClockName.FORM, NOW + (form.due_at - NOW) * form_after)
    incident = Incident(
        IncidentKind.DAMAGE, NOW, filled=tuple(POLICY.incidents.form.required), contained_at=contained_at
    )
    left = (*filled, *clocks.meet((begun,), ClockName.CONTAIN, contained_at or NOW))
    return case(Stage.SCORING, details=incident.as_json(), clocks=left)


@pytest.mark.parametrize(("after", "costs", "mark"), [(0.5, 0.5, 1.0), (2, 0.5, 0.5), (2, 0.2, 0.8), (2, 1.0, 0.0)])
def test_a_form_that_was_late_costs_what_the_rulebook_says(after: float, costs: float, mark: float) -> None:
    marks = measure(closed(form_after=after), 0, scoring(late_form_costs=costs), NOW + timedelta(days=90))
    assert marks["completeness"] == pytest.approx(mark)


@pytest.mark.parametrize(
    ("after", "lost_at", "mark"), [(None, 2, None), (1, 2, 1.0), (1.5, 2, 0.5), (2, 2, 0.0), (2, 5, 0.75), (9, 5, 0.0)]
)
def test_containment_falls_from_its_time_on_to_nothing_at_so_many_times_of_it(
    after: float | None, lost_at: float, mark: float | None
) -> None:
    marks = measure(closed(after), 0, scoring(containment_lost_at=lost_at), NOW + timedelta(days=90))
    assert marks["containment"] == (pytest.approx(mark) if mark is not None else None)


@pytest.mark.parametrize("settings", [{"containment_lost_at": 1}, {"late_form_costs": 1.1}])
def test_what_would_turn_the_marks_around_is_no_setting(settings: dict[str, float]) -> None:
    with pytest.raises(RulebookError, match="incidents › scoring"):
        scoring(**settings)
