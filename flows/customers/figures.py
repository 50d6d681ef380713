"""What the indicators of a customer stand on, counted in the database."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.rules.indicators import Figures
from models.case import cases
from models.shipment import shipments
from models.values.vocabulary import Kind, Procedure

SUMMED = ("orders", "amount", "with_profit", "profit", "amount_with_profit", "before_amount", "reviews")
DAY = func.coalesce(shipments.c.ordered_at, shipments.c.delivered_at)


async def figures_of(
    connection: AsyncConnection, ids: Sequence[int], his: ColumnElement[bool], today: date, days: int
) -> Figures:
    """`ids`: the records that are the customer; `his`: which cases are his."""
    since = today - timedelta(days=days)
    before = since - timedelta(days=days)
    s = shipments.c
    recent = and_(since < DAY, today >= DAY)
    by_month = (
        select(
            s.currency,
            recent.label("recent"),
            func.count().label("orders"),
            func.sum(s.amount).label("amount"),
            func.count(s.profit).label("with_profit"),
            func.sum(s.profit).label("profit"),
            func.sum(case((s.profit.is_not(None), s.amount))).label("amount_with_profit"),
            func.sum(s.amount).filter(and_(before < DAY, since >= DAY)).label("before_amount"),
            func.count(s.review_score).label("reviews"),
            func.sum(s.review_score).label("review_sum"),
        )
        .where(s.customer_id.in_(ids))
        .group_by(s.currency, func.extract("year", DAY), func.extract("month", DAY), recent)
        .subquery()
    )
    m = by_month.c
    query = (
        select(
            m.currency,
            *(func.sum(m[name]).label(name) for name in SUMMED),
            func.coalesce(func.sum(m.orders).filter(m.recent), 0).label("recent_orders"),
            func.count().filter(m.recent).label("recent_months"),
            func.sum(m.amount).filter(m.recent).label("recent_amount"),
            (func.sum(m.review_sum) / func.nullif(func.sum(m.reviews), 0)).label("review_mean"),
        )
        .group_by(m.currency)
        .order_by(func.sum(m.orders).desc(), m.currency)
    )
    rows = (await connection.execute(query)).mappings().all()
    counted: dict[str, Any] = dict(rows[0]) if rows else {}
    surveys = select(
        func.count(cases.c.satisfaction).label("surveys"),
        func.avg(cases.c.satisfaction).label("survey_mean"),
        func.count()
        .filter(cases.c.kind == Kind.COMPLAINT, cases.c.recorded_at > since, _counts())
        .label("recent_complaints"),
    ).where(his)
    counted |= (await connection.execute(surveys)).mappings().one()
    in_all = int(sum(row["orders"] for row in rows))
    return Figures(days=days, currencies=max(len(rows), 1), orders_in_all=in_all, **_typed(counted))


def _counts() -> ColumnElement[bool]:
    """One about the same matter as another complaint is no second one; one about an incident is."""
    main = cases.alias("main")
    of_incident = exists().where(main.c.id == cases.c.linked_to, main.c.procedure == Procedure.INCIDENT)
    return or_(cases.c.linked_to.is_(None), of_incident)


def _typed(row: dict[str, Any]) -> dict[str, Any]:
    """Sums of counts come as Decimal, means as whatever the driver gives."""
    means = ("review_mean", "survey_mean")
    counts = ("orders", "with_profit", "recent_orders", "reviews")
    typed = {name: int(value) if name in counts else value for name, value in row.items()}
    return {name: Decimal(value) if name in means and value is not None else value for name, value in typed.items()}
