"""What is wrong with a field, in both languages: from pydantic's kinds of error, never from the value."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

UNKNOWN_FIELD = "extra_forbidden"

SENTENCES: dict[str, tuple[str, str]] = {
    "missing": ("is missing", "缺少该项"),
    UNKNOWN_FIELD: ("is not known here", "未知字段"),
    "json_invalid": ("is not valid JSON", "不是有效的 JSON"),
    "model_attributes_type": ("must be a JSON object, sent as application/json", "须为 JSON 对象(application/json)"),
    "model_type": ("must be a JSON object", "须为 JSON 对象"),
    "tuple_type": ("must be a list", "须为列表"),
    "too_long": ("has more than {max_length} entries", "最多 {max_length} 项"),
    "string_type": ("must be a text", "须为文本"),
    "string_unicode": ("must be valid Unicode", "须为有效的 Unicode 文本"),
    "string_too_short": ("must not be empty", "不能为空"),
    "string_too_long": ("has more than {max_length} characters", "最多 {max_length} 个字符"),
    "string_pattern_mismatch": ("must match {pattern}", "须符合 {pattern}"),
    "enum": ("must be one of {expected}", "须为以下之一：{expected}"),
    "greater_than_equal": ("must be at least {ge}", "不得小于 {ge}"),
    "less_than_equal": ("must be at most {le}", "不得大于 {le}"),
    "decimal_max_places": ("has more than {decimal_places} decimal places", "小数最多 {decimal_places} 位"),
    "timezone_aware": ("must name its time zone, such as +08:00", "须注明时区，如 +08:00"),
    "empty_text": ("must not be empty", "不能为空"),
    "nul": ("must not hold NUL characters", "不能含空字符(NUL)"),
    "half_surrogate": ("must be valid Unicode (it holds half a surrogate pair)", "须为有效的 Unicode 文本"),
    "implausible_year": ("must lie between the years 2000 and 2200", "须在 2000 年至 2200 年之间"),
    "written_date": ("must be a date and time in a text", "须为日期时间文本"),
    "written_day": ("must be a day in a text, such as 2026-03-04", "须为日期文本，如 2026-03-04"),
    "greater_than": ("must be more than {gt}", "须大于 {gt}"),
    "less_than": ("must be less than {lt}", "须小于 {lt}"),
    "dict_type": ("must be a JSON object", "须为 JSON 对象"),
    "cursor": ("must be the `next` of an earlier page", "须为上一页的 next"),
    "given_twice": ("is given more than once; send one", "只能有一个，请勿重复"),
    "repeated": ("names something twice", "有重复项"),
}
"""By pydantic's type of error (docs.pydantic.dev/latest/errors) or our own (`flows.acts.inputs`)."""

FAMILIES: dict[str, tuple[str, str]] = {
    "uuid": ("must be a UUID", "须为 UUID"),
    "datetime": (
        "must be a date and time, such as 2026-03-04T10:00:00+08:00",
        "须为日期时间，如 2026-03-04T10:00:00+08:00",
    ),
    "date": ("must be a day, such as 2026-03-04", "须为日期，如 2026-03-04"),
    "int": ("must be a whole number", "须为整数"),
    "float": ("must be a number", "须为数字"),
    "bool": ("must be true or false", "须为 true 或 false"),
    "decimal": ("must be an amount of money", "须为金额"),
    "finite": ("must be a number with an end", "须为有限数"),
}
"""By the first word of the type."""

OTHERWISE = ("is invalid", "内容不合要求")


def fault(error: Mapping[str, Any]) -> tuple[str, str]:
    """One error of pydantic as a sentence in English and in Chinese."""
    kind = str(error["type"])
    english, chinese = SENTENCES.get(kind) or FAMILIES.get(kind.split("_")[0], OTHERWISE)
    bounds = error.get("ctx") or {}
    return english.format_map(bounds), chinese.format_map(bounds)


def where(error: Mapping[str, Any]) -> str:
    """The field, by names of ours only: a caller's own key could hold anything."""
    location: Sequence[Any] = error["loc"]
    parts = [str(part) for part in location if part not in ("body", "query", "path", "header")]
    if error["type"] == "json_invalid":
        parts = []
    if error["type"] == UNKNOWN_FIELD:
        parts[-1] = "(a field)"
    ours = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,40}|\d{1,6}|\(a field\)")
    return ".".join(part if ours.fullmatch(part) else "(a field)" for part in parts) or "body"
