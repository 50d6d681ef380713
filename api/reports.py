"""Reports as answers: JSON schemas, and the same figures as CSV. Amounts are decimal text, so that no cent is lost."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from pydantic import BaseModel

from flows.rules import classes as rules
from models.values.classes import Grown, Snapshot
from models.values.vocabulary import CustomerClass

CSV_MEDIA = "text/csv; charset=utf-8"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would run."""


class SnapshotView(BaseModel):
    """One computation of the classes; both days of the period count. `unmeasured`: lines without a profit."""

    id: int
    first: date
    last: date
    basis: str
    currency: str
    n: int
    cut_points: dict[CustomerClass, Decimal]
    unmeasured: int
    computed_at: datetime


class ClassView(BaseModel):
    """What a class holds; its share of the amount (0 to 1) beside the expected one. None: not measured, or not said."""

    customer_class: CustomerClass
    customers: int
    amount: Decimal
    share: float | None
    expected_from: float | None
    expected_to: float | None
    as_expected: bool | None


class GrownView(BaseModel):
    """A customer of class C who could grow to B, by his number; `to_b` is what he lacks to the smallest in B."""

    customer: str
    amount: Decimal
    before: Decimal
    increase: Decimal
    factor: Decimal
    to_b: Decimal | None


class ClassesReport(BaseModel):
    """`snapshot` is None, and the lists are empty, as long as none was computed."""

    snapshot: SnapshotView | None
    before_first: date | None = None
    """The period that growth is measured against."""
    before_last: date | None = None
    classes: list[ClassView] = []
    growth: list[GrownView] = []


def classes_report(snapshot: Snapshot, grown: Iterable[Grown]) -> ClassesReport:
    before = rules.period_before(snapshot.period)
    view = SnapshotView(
        id=snapshot.id,
        first=snapshot.period.first,
        last=snapshot.period.last,
        basis=snapshot.basis,
        currency=snapshot.currency,
        n=snapshot.n,
        cut_points=dict(snapshot.cut_points),
        unmeasured=snapshot.unmeasured,
        computed_at=snapshot.computed_at,
    )
    views = [
        ClassView(
            customer_class=one.customer_class,
            customers=snapshot.classes[one.customer_class].customers,
            amount=snapshot.classes[one.customer_class].amount,
            share=one.share,
            expected_from=one.low,
            expected_to=one.high,
            as_expected=one.met,
        )
        for one in rules.check(snapshot.classes, snapshot.expected)
    ]
    growth = [GrownView.model_validate(one, from_attributes=True) for one in grown]
    return ClassesReport(
        snapshot=view, before_first=before.first, before_last=before.last, classes=views, growth=growth
    )


def classes_csv(report: ClassesReport) -> str:
    """One table: a line for each class (part `class`), then for each growth candidate (part `growth`)."""
    columns = [*ClassView.model_fields, *(name for name in GrownView.model_fields if name != "amount")]
    lines = [{"part": "class", **one.model_dump()} for one in report.classes]
    lines += [{"part": "growth", "customer_class": CustomerClass.C, **one.model_dump()} for one in report.growth]
    head = ["snapshot", "first", "last", "basis", "currency", "part"]
    said = report.snapshot.model_dump() if report.snapshot else {}
    said["snapshot"] = said.get("id")
    return table([*head, *columns], ([{**line, **said}.get(name) for name in [*head, *columns]] for line in lines))


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """CSV that a spreadsheet opens as text."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue()


def _cell(value: object) -> object:
    """Text of others is never a formula; figures of ours are as they are."""
    if type(value) is str and value.startswith(FORMULA):
        return f"'{value}"
    return value
