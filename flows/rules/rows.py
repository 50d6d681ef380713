"""The cells of an imported row: text to value, or a sentence. A sentence names the column, never what stood in it."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from models.values.case import Reason
from models.values.vehicles import normal_vehicle

_MONEY = re.compile(r"[+-]?[0-9]{1,14}(\.[0-9]+)?", re.ASCII)
_DAY = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})([ T][0-9:.+Zz -]*)?", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_YES = frozenset({"1", "yes", "true", "y", "是"})
_NO = frozenset({"0", "no", "false", "n", "否"})
CENTS = 2


class BadCell(Exception):
    """A cell that is not what its column holds."""

    def __init__(self, column: str, zh: str, en: str) -> None:
        super().__init__(f"{column} {en}")
        self.reason = Reason(f"{column} {zh}", f"{column} {en}")


Parse = Callable[[str], Any]
"""A stripped cell that is not empty to its value; raises BadCell."""


def words(column: str, at_most: int) -> Parse:
    def parse(cell: str) -> str:
        if len(cell) > at_most:
            raise BadCell(column, f"超过 {at_most} 个字符", f"is longer than {at_most} characters")
        if _CONTROL.search(cell):
            raise BadCell(column, "含有控制字符", "holds control characters")
        return cell

    return parse


def waybill(column: str, at_most: int) -> Parse:
    """As a complaint's waybill is stored, so that the two meet."""
    parse = words(column, at_most)
    return lambda cell: parse(cell).upper()


def vehicle(column: str, at_most: int) -> Parse:
    """As an incident's vehicle is stored, so that the two meet."""
    parse = words(column, at_most)
    return lambda cell: parse(normal_vehicle(parse(cell)))


def money(column: str) -> Parse:
    def parse(cell: str) -> Decimal:
        if not _MONEY.fullmatch(cell):
            raise BadCell(column, "不是金额(如 1234.50)", "is not an amount such as 1234.50")
        value = Decimal(cell)
        if cell.partition(".")[2][CENTS:].strip("0"):
            raise BadCell(column, "小数超过两位", "has more than two decimals; money is kept exactly")
        return value

    return parse


def day(column: str) -> Parse:
    def parse(cell: str) -> date:
        try:
            value = date.fromisoformat(cell) if len(cell) == 10 and cell[4] == "-" else _other_day(cell)
        except ValueError:
            raise BadCell(column, "不是日期(如 2024-03-31)", "is not a day such as 2024-03-31") from None
        if not 1900 <= value.year <= 2200:
            raise BadCell(column, "不在 1900 至 2200 年之间", "does not lie between the years 1900 and 2200")
        return value

    return parse


def _other_day(cell: str) -> date:
    """2024/3/31, or with a time of day, which is dropped."""
    found = _DAY.fullmatch(cell)
    if found is None:
        raise ValueError
    return date(int(found[1]), int(found[2]), int(found[3]))


def number(column: str, low: int, high: int) -> Parse:
    def parse(cell: str) -> int:
        whole = cell.removesuffix(".0")
        if not (whole.isascii() and whole.isdecimal() and len(whole) <= 10 and low <= int(whole) <= high):
            raise BadCell(column, f"不是 {low} 至 {high} 的整数", f"is not a whole number from {low} to {high}")
        return int(whole)

    return parse


def currency(column: str) -> Parse:
    def parse(cell: str) -> str:
        code = cell.upper()
        if not (len(code) == 3 and code.isascii() and code.isalpha()):
            raise BadCell(column, "不是三个字母的币种(如 CNY)", "is not a currency of three letters such as CNY")
        return code

    return parse


def yes_or_no(column: str) -> Parse:
    def parse(cell: str) -> bool:
        said = cell.casefold()
        if said not in _YES | _NO:
            raise BadCell(column, "须为 1/0、yes/no 或 是/否", "is neither yes nor no (1 or 0)")
        return said in _YES

    return parse


def delivered_before_ordered(ordered: date | None, delivered: date | None) -> Reason | None:
    """Warned about and kept: the amount counts, the dates do not."""
    if ordered is None or delivered is None or delivered >= ordered:
        return None
    return Reason(
        "签收早于下单：金额计入，时效不计",
        "it was delivered before it was ordered: the amount counts, the dates do not",
    )


def without_a_day(ordered: date | None, delivered: date | None) -> Reason | None:
    if ordered is not None or delivered is not None:
        return None
    return Reason("无下单与签收日期，不计入任何期间", "it has neither day, so it counts in no period")
