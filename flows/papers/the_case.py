"""What a dossier begins with: the case, and the words it came in with."""

from collections.abc import Sequence
from datetime import datetime

from flows.papers.compiling import Compiled
from flows.papers.masking import mask_name, mask_phone
from flows.papers.paper import Pairs, Paragraph, Section
from flows.papers.words import word
from flows.rules import incident_course
from models.values.calendar import SHANGHAI
from models.values.case import CaseFacts
from models.values.chinese import FLAGS
from models.values.incident import Incident
from models.values.policy import Policy

NONE = "—"
Rows = Sequence[tuple[str, str]]


def the_case(compiled: Compiled) -> Section:
    facts, policy = compiled.facts, compiled.policy
    first = compiled.happened[0]
    said = first.said or {}
    caller = said.get("caller") or {}
    shown = compiled.mask is None
    name = caller.get("name") if shown else mask_name(caller.get("name"))
    phone = caller.get("phone") if shown else mask_phone(caller.get("phone"))
    stage = policy.rulebook.wording.stages.get(facts.stage)
    rows = [
        ("阶段 stage", f"{stage[0]} {stage[1]}" if stage else facts.stage),
        *(_of_incident(facts, policy) if incident_course.is_incident(facts) else _of_complaint(facts, policy)),
        ("严重程度 severity", word(facts.severity) if facts.severity else NONE),
        ("业务线 business line", word(facts.business_line)),
        ("渠道 channel", word(facts.channel)),
        ("接到 received", moment(facts.received_at)),
        ("登记 recorded", moment(facts.recorded_at)),
        ("运单号 waybill", facts.waybill or NONE),
        ("外部编号 reference", masked(compiled, facts.reference or NONE)),
        ("客户等级 class", facts.customer_class or NONE),
        ("投诉人 caller", " ".join(one for one in (name, phone) if one) or NONE),
        ("紧急 urgent", "、".join(f"{FLAGS.get(one, one)} {one}" for one in facts.urgent) or NONE),
        ("结果 outcome", word(facts.outcome) if facts.outcome else NONE),
        ("结案 closed", moment(facts.closed_at) if facts.closed_at else NONE),
    ]
    words = masked(compiled, said.get("text") or ("(已删除 erased)" if first.erased else NONE))
    whose = "上报内容 As reported" if incident_course.is_incident(facts) else "客户原话 In the customer's words"
    return Section("一、基本情况 The case", (Pairs(rows), Paragraph(f"{whose}:{words}")))


def _of_complaint(facts: CaseFacts, policy: Policy) -> Rows:
    return [
        ("类型 kind", f"{policy.called(facts.kind)} {facts.kind}" if facts.kind else NONE),
        ("类别 category", f"{policy.called(facts.category)} {facts.category}" if facts.category else NONE),
    ]


def _of_incident(facts: CaseFacts, policy: Policy) -> Rows:
    incident = Incident.of(facts.details)
    places = (*incident.vehicle, *incident.hub, *incident.batch, *incident.waybills)
    return [
        ("事故类别 kind", word(incident.kind)),
        ("等级 grade", word(incident.grade) if incident.grade else NONE),
        ("上报单位 reported by", f"{policy.rulebook.wording.unit(facts.unit)} {facts.unit}" if facts.unit else NONE),
        ("发现 discovered", moment(incident.discovered_at)),
        ("车辆、场站、批次、运单 where", "、".join(places) or NONE),
        ("货损 loss of cargo", "不详 not known" if incident.value is None else f"{incident.value:f} CNY"),
        ("伤亡 casualties", "不详 not known" if incident.casualties is None else str(incident.casualties)),
    ]


def masked(compiled: Compiled, words: str) -> str:
    return compiled.mask.text(words) if compiled.mask is not None else words


def moment(at: datetime | None) -> str:
    """In Shanghai."""
    return NONE if at is None else f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
