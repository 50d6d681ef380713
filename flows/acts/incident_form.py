"""The centre completes the report form 商务事故上报单."""

from typing import Annotated

from pydantic import Field

from flows.acts.act import Act, Setting
from flows.acts.inputs import ActInput, Text
from flows.acts.receive import SKEW
from flows.acts.refusals import Implausible
from flows.rules import clocks, follow_up, incident_course, report_form
from models.values.case import CaseFacts, Decision
from models.values.incident import Incident
from models.values.stage_terms import ClockName, EventKind

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Written = Annotated[Text, Field(max_length=4000)]


class FillForm(ActInput):
    """Fields of the report form by name, as written on paper; null empties one. The rulebook names the fields."""

    fields: Annotated[dict[Name, Written | None], Field(min_length=1, max_length=100)]


def fill_form(facts: CaseFacts, said: FillForm, setting: Setting) -> Decision:
    form, incident = setting.policy.incidents.form, Incident.of(facts.details)
    if found := report_form.mistakes(said.fields, form, setting.now + SKEW):
        raise Implausible(";".join(one.zh for one in found[:5]), "; ".join(one.en for one in found[:5]))
    filled = report_form.filled(incident.filled, said.fields, form)
    complete = form.required <= set(filled)
    left = clocks.meet(facts.clocks, ClockName.FORM, setting.now) if complete else facts.clocks
    data = {
        "form": form.version,
        "fields": sorted(said.fields),
        "complete": complete,
        "missing": sorted(form.required - set(filled)),
    }
    late = follow_up.overdue(left, setting.now)
    changes = {"details": incident.but(filled=filled), "clocks": left, "overdue": late}
    return Decision(EventKind.FORM_FILLED, changes, (), data, {"fields": said.fields}, overwrites=True)


ACTS = (
    Act("fill-form", "填写上报单 · fill in the report form", FillForm, fill_form, incident_course.GRADED, on_hold=True),
)
