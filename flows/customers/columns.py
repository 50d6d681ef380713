"""The columns an import knows, what each holds, and the header checked against them."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from flows.customers.table_file import Unusable
from flows.rules.rows import Parse, currency, day, money, number, vehicle, waybill, words, yes_or_no

MANY = 2**31 - 1


class What(StrEnum):
    CUSTOMERS = "customers"
    SHIPMENTS = "shipments"


@dataclass(frozen=True)
class Kind:
    """What a column holds, and the type it is staged as."""

    parse: Parse
    type: str


CODE = Kind(words("customer_id", 64), "text")

PERSON = {
    "name": Kind(words("name", 200), "text"),
    "phone": Kind(words("phone", 400), "text"),
    "line": Kind(words("line", 40), "text"),
    "branch": Kind(words("branch", 80), "text"),
    "prospect": Kind(yes_or_no("prospect"), "boolean"),
    "do_not_call": Kind(yes_or_no("do_not_call"), "boolean"),
}
"""What is known of a customer; a file of shipments may hold it as well."""

SHIPMENT = {
    "order_id": Kind(words("order_id", 64), "text"),
    "ordered_at": Kind(day("ordered_at"), "date"),
    "promised_at": Kind(day("promised_at"), "date"),
    "delivered_at": Kind(day("delivered_at"), "date"),
    "amount": Kind(money("amount"), "numeric(16, 2)"),
    "currency": Kind(currency("currency"), "text"),
    "profit": Kind(money("profit"), "numeric(16, 2)"),
    "billed_amount": Kind(money("billed_amount"), "numeric(16, 2)"),
    "review_score": Kind(number("review_score", 1, 5), "integer"),
    "waybill_no": Kind(waybill("waybill_no", 60), "text"),
    "consignor": Kind(words("consignor", 200), "text"),
    "consignee": Kind(words("consignee", 200), "text"),
    "route": Kind(words("route", 80), "text"),
    "hub": Kind(words("hub", 80), "text"),
    "vehicle": Kind(vehicle("vehicle", 40), "text"),
    "batch": Kind(words("batch", 40), "text"),
    "pieces_ordered": Kind(number("pieces_ordered", 0, MANY), "integer"),
    "pieces_delivered": Kind(number("pieces_delivered", 0, MANY), "integer"),
    "damaged": Kind(number("damaged", 0, MANY), "integer"),
}

NEEDED = {What.CUSTOMERS: ("customer_id",), What.SHIPMENTS: ("customer_id", "order_id", "amount")}
DAYS = ("ordered_at", "delivered_at")
_OURS = re.compile(r"[a-z_][a-z0-9_ -]{0,40}")


@dataclass(frozen=True)
class Layout:
    """Where the columns stand: of the customer, of the shipment; and which are not ours."""

    width: int
    code: int
    person: tuple[tuple[str, int], ...]
    shipment: tuple[tuple[str, int], ...]
    ignored: tuple[str, ...]


def layout(what: What, header: Sequence[str]) -> Layout:
    """Raises Unusable with a sentence that lists what is missing."""
    if doubled := sorted({name for name in header if name and header.count(name) > 1}):
        raise Unusable(f"the header names a column twice: {_listed(doubled)}")
    at = {name: place for place, name in enumerate(header)}
    known = {"customer_id", *PERSON, *(SHIPMENT if what is What.SHIPMENTS else ())}
    unknown = [name for name in header if name not in known]
    missing = [name for name in NEEDED[what] if name not in at]
    if what is What.SHIPMENTS and not any(name in at for name in DAYS):
        missing.append("ordered_at (or delivered_at)")
    if missing:
        raise Unusable(
            f"the header lacks {', '.join(missing)}{_guess(missing, unknown)};"
            f" the first line must name the columns. Unknown here: {_listed(unknown) or 'none'}"
        )
    return Layout(
        width=len(header),
        code=at["customer_id"],
        person=tuple((name, at[name]) for name in PERSON if name in at),
        shipment=tuple((name, at[name]) for name in SHIPMENT if name in at) if what is What.SHIPMENTS else (),
        ignored=tuple(_shown(name) for name in unknown),
    )


def _guess(missing: Sequence[str], unknown: Sequence[str]) -> str:
    shown = [name for name in unknown if _OURS.fullmatch(name)]
    pairs = [(name, found[0]) for name in missing if (found := difflib.get_close_matches(name, shown, 1))]
    return "".join(f" (is {found} meant for {name}?)" for name, found in pairs)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(_shown(name) for name in names[:20])


def _shown(name: str) -> str:
    """A file without a header begins with data: only what looks like the name of a column is repeated."""
    return name if _OURS.fullmatch(name) else "(a column)"
