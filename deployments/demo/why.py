"""A few of the demo's decisions with the reasons they were given, one of each sort; nothing that a customer said."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from models.values.case import CaseFacts
from models.values.policy import Policy
from models.values.stage_terms import EventKind

from .record import Happened, Record


@dataclass(frozen=True)
class Example:
    """What happened to which case when, and why, in Chinese."""

    zh: str
    en: str
    number: int
    at: datetime
    reason: str


Fits = Callable[[Happened], bool]

SORTS: tuple[tuple[str, str, Fits], ...] = (
    ("指派", "assigned", lambda one: one.kind is EventKind.ASSIGNED and bool(one.data.get("behind"))),
    ("人工分类", "triage", lambda one: one.kind is EventKind.CLASSIFIED and not one.data["sure"]),
    ("临期提醒", "warned", lambda one: one.kind is EventKind.REMINDED and "resolve" in one.data["clocks"]),
    ("超时", "missed", lambda one: one.kind is EventKind.OVERDUE and "call_back" not in one.data["clocks"]),
    ("督办", "climbed", lambda one: _climbed(one) and not one.data["taken_over"]),
    ("上级接办", "taken over", lambda one: _climbed(one) and bool(one.data["taken_over"])),
    ("缺勤改派", "owner away", lambda one: one.kind is EventKind.REASSIGNED and "absent" in one.data),
    ("回访未解决", "unsolved", lambda one: one.kind is EventKind.SURVEYED and not one.data["solved"]),
    ("重新打开", "reopened", lambda one: one.kind is EventKind.REOPENED),
)


def examples(record: Record, policy: Policy) -> list[Example]:
    """The first of each sort that happened at all."""
    found = []
    for zh, en, fits in SORTS:
        if (first := next(_happened(record, fits), None)) is not None:
            case, one = first
            found.append(Example(zh, en, case.number, one.at, _reason(one, policy)))
    return found


def _happened(record: Record, fits: Fits) -> Iterator[tuple[CaseFacts, Happened]]:
    for case in record.cases:
        yield from ((case, one) for one in record.events.get(case.id, ()) if fits(one))


def _climbed(one: Happened) -> bool:
    return one.kind is EventKind.ESCALATED and "clocks" in one.data


def _reason(one: Happened, policy: Policy) -> str:
    """The reasons of the ledger; a classification's quote the customer and are sealed, so its figures speak."""
    if one.kind is EventKind.CLASSIFIED:
        sure = policy.rulebook.taxonomy.bounds.sure_at
        return f"把握度 {one.data['confidence']:.2f}，低于规则手册的 {sure:g}，由人工判定"
    if one.kind is EventKind.REOPENED:
        return f"客户再次来电，工单重新打开，升至 {one.data['level']} 级，各时限重新起算"
    said: Sequence[dict[str, str]] = one.data.get("reasons", ())
    reason = ";".join(each["zh"] for each in said)
    behind = "、".join(f"员工 {each['staff']}({each['zh']})" for each in one.data.get("behind", ())[:2])
    passed = "、".join(f"员工 {each['staff']}({each['zh']})" for each in one.data.get("passed", ())[:2])
    more = [f"次选 {behind}"] if behind else []
    more += [f"未选 {passed} 等 {one.data['passed_count']} 人"] if passed else []
    return ";".join([reason, *more])
