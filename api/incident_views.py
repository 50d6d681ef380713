"""From an incident's facts and papers to what the API answers, and to the form as a page and as a PDF."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from api.incident_schemas import AffectedShipment, FormFieldView, FormView, IncidentView, LiableShare
from api.pages import PAGES
from api.schemas import ReasonView
from api.views import summary
from flows.acts.liability import borne
from flows.incidents.forms import Filled, veiled
from flows.incidents.standing import Standing
from flows.papers.masking import Mask
from flows.papers.paper import Pairs, Paper, Section
from flows.rules import derivation, liability
from models.values.case import CaseFacts
from models.values.chinese import chinese
from models.values.incident import PLACES, Incident
from models.values.incident_policy import FieldKind, FormField
from models.values.policy import Policy
from models.values.settlement import Finding

UNKNOWN = ReasonView(zh="不详", en="not known")
NOT_PHONED = ReasonView(zh="未电话报告", en="not phoned")
SIGNED = {
    "zh": ("签字", ("填报人签字", "单位负责人签字", "日期")),
    "en": ("Signatures", ("Signature of the reporter", "Signature of the head of the unit", "Date")),
}
"""What is filled in by hand once it is printed."""


def incident_view(
    facts: CaseFacts, held: bool, around: Standing, mask: Mask | None, policy: Policy, now: datetime
) -> IncidentView:
    form = veiled(around.form, mask)
    incident, finding = Incident.of(facts.details), around.finding
    same = set(IncidentView.model_fields) & set(incident.__dataclass_fields__)
    values = {name: getattr(incident, name) for name in same}
    values |= {name: list(values[name]) for name in ("waybills", "duties")}
    values |= {name: _joined(values[name]) for name in PLACES}
    return IncidentView(
        **values,
        case=summary(facts, quarantined=held),
        unit=facts.unit,
        what=form.what,
        where=form.where,
        liable=facts.liable,
        shares=[LiableShare(**vars(one)) for one in finding.shares] if finding else [],
        standing=liability.standing(finding, now) if finding else None,
        appeal_until=finding.appeal_until if finding else None,
        missing=sorted(policy.incidents.form.required - set(incident.filled)),
        attachments=around.attached,
        complaints=list(around.complaints),
        notices=around.notices,
    )


def affected_view(row: Mapping[Any, Any]) -> AffectedShipment:
    return AffectedShipment(
        **{name: row[name] for name in ("order_id", "ordered_at", "promised_at", "delivered_at")},
        waybill=row["waybill_no"],
        customer=row["customer_id"],
        customer_code=row["code"],
        complaint=row["complaint"],
        notice=row["notice"],
    )


def form_view(facts: CaseFacts, form: Filled, found: Finding | None, policy: Policy) -> FormView:
    """`found`: the last finding, or the presumption."""
    asked, incident = policy.incidents.form, Incident.of(facts.details)
    missing = sorted(asked.required - set(form.values))
    return FormView(
        title=_both(asked.title),
        version=asked.version,
        number=facts.number,
        complete=not missing,
        missing=missing,
        filled_at=form.filled_at,
        facts=_facts(facts, incident, form, found, policy),
        fields=[_field(one, _both(asked.parts[one.part]), form.values.get(one.name)) for one in asked.fields],
    )


def form_page(view: FormView, language: str) -> str:
    """The form as a page, in one of the users' languages."""
    return PAGES.get_template("incident_form.html").render(form=view, language=language, parts=_parts(view, language))


def form_paper(view: FormView, language: str, made_at: datetime) -> Paper:
    """The form as a paper to print."""
    sections = [Section(title, [Pairs(rows)]) for title, rows in _parts(view, language)]
    state = {"zh": "已填完" if view.complete else "未填完", "en": "complete" if view.complete else "not complete"}
    subtitle = f"No. {view.number} · v{view.version} · {state[language]}"
    return Paper(_said(view.title, language), made_at, subtitle, f"No. {view.number}", sections)


def _parts(view: FormView, language: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """What the page and the paper show, part by part; an empty field is shown as empty."""
    parts: dict[str, list[tuple[str, str]]] = {}
    for one in (*view.facts, *view.fields):
        label = _said(one.label, language) + (" *" if one.required else "")
        parts.setdefault(_said(one.part, language), []).append((label, _said(one.shown, language)))
    title, lines = SIGNED[language]
    return [*parts.items(), (title, [(line, "\n\n") for line in lines])]


def _facts(
    facts: CaseFacts, incident: Incident, form: Filled, found: Finding | None, policy: Policy
) -> list[FormFieldView]:
    """What the first report, the grading and the finding say: nobody writes it twice."""
    part = ReasonView(zh="首报", en="First report")
    rows: list[tuple[str, str, str, ReasonView]] = [
        ("number", "编号", "Number", _same(str(facts.number))),
        ("unit", "上报单位", "Reporting unit", _unit(facts.unit, policy)),
        ("kind", "事故类别", "Kind", _term(incident.kind)),
        ("grade", "等级", "Grade", _term(incident.grade) if incident.grade else UNKNOWN),
        ("business_line", "业务线", "Business line", _term(facts.business_line)),
        ("discovered_at", "发现时间", "Discovered at", _moment(incident.discovered_at)),
        ("phoned_at", "电话报告时间", "Phoned at", _moment(incident.phoned_at) if incident.phoned_at else NOT_PHONED),
        ("recorded_at", "上报时间", "Reported at", _moment(facts.recorded_at)),
        ("where", "地点", "Place", _same(form.where)),
        ("what", "情况", "What happened", _same(form.what)),
        ("waybills", "运单", "Waybills", _same(_joined(incident.waybills))),
        ("vehicle", "车辆", "Vehicle", _same(_joined(incident.vehicle))),
        ("hub", "场站", "Hub", _same(_joined(incident.hub))),
        ("batch", "批次", "Batch", _same(_joined(incident.batch))),
        ("value", "估计货损(元)", "Estimated loss (CNY)", _same(_money(incident.value))),
        ("casualties", "伤亡人数", "Casualties", _same(_number(incident.casualties))),
        ("dangerous_goods", "危险货物", "Dangerous goods", _yes_no(incident.dangerous_goods)),
        ("liable", "责任单位", "Liable", _liable(found, policy)),
    ]
    return [
        FormFieldView(
            name=name, label=ReasonView(zh=zh, en=en), part=part, kind="line", required=False, value=None, shown=shown
        )
        for name, zh, en, shown in rows
    ]


def _field(field: FormField, part: ReasonView, value: str | None) -> FormFieldView:
    shown = ReasonView(zh="", en="")
    if value is not None:
        shown = _same(value)
        if field.kind is FieldKind.CHOICE:
            shown = _both(field.choices[value]) if value in field.choices else shown
        elif field.kind is FieldKind.MOMENT:
            shown = _moment(datetime.fromisoformat(value))
    return FormFieldView(
        name=field.name,
        label=ReasonView(zh=field.zh, en=field.en),
        part=part,
        kind=field.kind,
        required=field.required,
        value=value,
        shown=shown,
    )


def _said(words: ReasonView, language: str) -> str:
    return words.zh if language == "zh" else words.en


def _both(words: tuple[str, str]) -> ReasonView:
    return ReasonView(zh=words[0], en=words[1])


def _same(value: str | None) -> ReasonView:
    return UNKNOWN if value is None else ReasonView(zh=value, en=value)


def _joined(names: Sequence[str]) -> str | None:
    return "、".join(names) or None


def _moment(moment: datetime | None) -> ReasonView:
    return _same(derivation.local(moment) if moment else None)


def _money(value: Decimal | None) -> str | None:
    return f"{value:f}" if value is not None else None


def _number(value: int | None) -> str | None:
    return str(value) if value is not None else None


def _yes_no(value: bool | None) -> ReasonView:
    return UNKNOWN if value is None else ReasonView(zh="是" if value else "否", en="yes" if value else "no")


def _term(term: StrEnum) -> ReasonView:
    return ReasonView(zh=chinese(term), en=term.value)


def _unit(code: str | None, policy: Policy) -> ReasonView:
    return UNKNOWN if code is None else ReasonView(zh=policy.rulebook.wording.unit(code), en=code)


def _liable(found: Finding | None, policy: Policy) -> ReasonView:
    """Every unit and outside carrier that bears a share, with its share."""
    return UNKNOWN if found is None else ReasonView(**vars(borne(found, policy)))
