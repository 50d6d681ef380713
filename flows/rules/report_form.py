"""What is written into the report form 商务事故上报单: checked against the form of the rulebook."""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation

from models.values.case import Reason
from models.values.incident_policy import FieldKind, Form, FormField

LINE_AT_MOST, TEXT_AT_MOST = 200, 4000
"""Characters: a line of a paper, and a page."""
PLACES = {FieldKind.COUNT: 0, FieldKind.MONEY: 2, FieldKind.NUMBER: 3}
DIGITS = re.compile(r"\+?\d+(?:\.(?P<decimals>\d+))?")
"""How people write a number: no powers of ten, no groups."""


def mistakes(values: Mapping[str, str | None], form: Form, until: datetime) -> list[Reason]:
    """What is wrong, by field; what was written is never repeated. Nothing can have happened after `until`."""
    known = {field.name: field for field in form.fields}
    found = []
    if set(values) - set(known):
        names = ", ".join(known)
        found.append(Reason(f"表单没有这样的栏目；栏目：{names}", f"the form has no such field; its fields: {names}"))
    for name, value in values.items():
        if name in known and value is not None and (why := _mistake(known[name], value, until)):
            found.append(Reason(f"{known[name].zh}:{why.zh}", f"{name}: {why.en}"))
    return found


def filled(before: tuple[str, ...], values: Mapping[str, str | None], form: Form) -> tuple[str, ...]:
    """The fields that are filled now, in the form's order; None empties one."""
    now = (set(before) | {name for name, value in values.items() if value is not None}) - {
        name for name, value in values.items() if value is None
    }
    return tuple(field.name for field in form.fields if field.name in now)


def completeness(names: tuple[str, ...], form: Form) -> float:
    """The share of the required fields that is filled (0–1)."""
    return len(form.required & set(names)) / len(form.required) if form.required else 1.0


def _mistake(field: FormField, value: str, until: datetime) -> Reason | None:
    if not value.strip():
        return Reason("不能为空白", "must not be blank; send null to empty it")
    match field.kind:
        case FieldKind.LINE | FieldKind.TEXT:
            most = LINE_AT_MOST if field.kind is FieldKind.LINE else TEXT_AT_MOST
            return Reason(f"最多 {most} 字", f"has more than {most} characters") if len(value) > most else None
        case FieldKind.NUMBER | FieldKind.MONEY | FieldKind.COUNT:
            return _number(value, PLACES[field.kind])
        case FieldKind.MOMENT:
            return _moment(value, until)
        case FieldKind.CHOICE if value not in field.choices:
            choices = ", ".join(field.choices)
            return Reason(f"须为以下之一：{choices}", f"must be one of {choices}")
    return None


def _number(value: str, places: int) -> Reason | None:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return Reason("须为数字", "must be a number")
    if not number.is_finite() or not 0 <= number <= Decimal("1e9"):
        return Reason("须在 0 至 10 亿之间", "must lie between 0 and 1 000 000 000")
    written = DIGITS.fullmatch(value.strip())
    if written is None:
        return Reason("须以数字写明，如 1000", "must be written in digits, such as 1000")
    if len(written["decimals"] or "") > places:
        if places == 0:
            return Reason("须为整数", "must be a whole number")
        return Reason(f"小数最多 {places} 位", f"has more than {places} decimal places")
    return None


def _moment(value: str, until: datetime) -> Reason | None:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not 2000 <= moment.year <= 2200:
        return Reason(
            "须为日期时间并注明时区，如 2026-03-04T10:00:00+08:00",
            "must be a date and time with its zone, such as 2026-03-04T10:00:00+08:00",
        )
    return Reason("不能在将来", "must not lie in the future") if moment > until else None
