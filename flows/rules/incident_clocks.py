"""The terms behind the clocks of incidents and of the notice tasks about them; `clocks.term_of` asks here."""

from models.values.case import CaseFacts
from models.values.incident import Incident
from models.values.incident_terms import IncidentGrade
from models.values.policy import Policy
from models.values.section import Term
from models.values.stage_terms import ClockName

_AS_NAMED = frozenset(
    {
        ClockName.FORM,
        ClockName.CONTAIN,
        ClockName.INVESTIGATE,
        ClockName.DELIVER,
        ClockName.FINDING,
        ClockName.PLAN,
        ClockName.EFFECT,
        ClockName.CONCLUDE,
        ClockName.CUSTOMER_NOTICE,
    }
)
"""Clocks whose term has their name in `incidents.clocks`."""

OF_INCIDENTS = _AS_NAMED - {ClockName.CUSTOMER_NOTICE} | {
    ClockName.INCIDENT_ACKNOWLEDGE,
    ClockName.AUTHORITY,
    ClockName.COUNTERPART,
    ClockName.CORRECTION,
}
"""Clocks of the incident itself: an accident is contained, told and investigated whoever else is waited for. Only the
notice task calls a customer, and may wait for him."""


def term_of(name: ClockName, facts: CaseFacts, policy: Policy) -> Term | None:
    """None: it is none of an incident's, or its moment is agreed, or owed to an authority by law."""
    if name in _AS_NAMED:
        term: Term = getattr(policy.incidents.clocks, name.value)
        return term
    match name:
        case ClockName.INCIDENT_ACKNOWLEDGE:
            grade = Incident.of(facts.details).grade or IncidentGrade.MAJOR
            return policy.incidents.grades[grade].acknowledge
        case ClockName.COUNTERPART:
            return counterpart(Incident.of(facts.details), policy)
    return None


def counterpart(incident: Incident, policy: Policy) -> Term:
    """In the unit's own hours; less time for more value, and an unknown value counts as more."""
    terms = policy.incidents.clocks
    small = incident.value is not None and incident.value < terms.counterpart_from
    term = terms.counterpart_below if small else terms.counterpart
    hours = policy.rulebook.clocks.unit_hours.get(incident.counterpart or "", term.calendar)
    return term.model_copy(update={"calendar": hours})
