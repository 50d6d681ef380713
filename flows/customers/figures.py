"""What the indicators of a customer stand on, counted in the database."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, case, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.rules.indicators import Figures
from models.case import cases
from models.shipment import shipments
from models.values.vocabulary import Kind

DAY = func.coalesce(shipments.c.ordered_at, shipments.c.delivered_at)


async def figures_of(
    connection: AsyncConnection, ids: Sequence[int], his: ColumnElement[bool], today: date, days: int
) -> Figures:
    """`ids`: the records that are the customer; `his`: which cases are his."""
    since = today - timedelta(days=days)
    before = since - timedelta(days=days)
    s = shipments.c
    recent = and_(since < DAY, today >= DAY)
    month = cast(func.extract("year", DAY) * 12 + func.extract("month", DAY), Integer)
    query = (
        select(
            s.currency,
            func.count().label("orders"),
            func.sum(s.amount).label("amount"),
            func.count(s.profit).label("with_profit"),
            func.sum(s.profit).label("profit"),
            func.sum(case((s.profit.is_not(None), s.amount))).label("amount_with_profit"),
            func.count().filter(recent).label("recent_orders"),
            func.count(month.distinct()).filter(recent).label("recent_months"),
            func.sum(s.amount).filter(recent).label("recent_amount"),
            func.sum(s.amount).filter(and_(before < DAY, since >= DAY)).label("before_amount"),
            func.count(s.review_score).label("reviews"),
            func.avg(s.review_score).label("review_mean"),
        )
        .where(s.customer_id.in_(ids))
        .group_by(s.currency)
        .order_by(func.count().desc(), s.currency)
    )
    rows = (await connection.execute(query)).mappings().all()
    counted: dict[str, Any] = dict(rows[0]) if rows else {}
    surveys = select(
        func.count(cases.c.satisfaction).label("surveys"),
        func.avg(cases.c.satisfaction).label("survey_mean"),
        func.count()
        .filter(cases.c.kind == Kind.COMPLAINT, cases.c.recorded_at > since, cases.c.linked_to.is_(None))
        .label("recent_complaints"),
    ).where(his)
    counted |= (await connection.execute(surveys)).mappings().one()
    return Figures(days=days, currencies=max(len(rows), 1), **_decimals(counted))


def _decimals(row: dict[str, Any]) -> dict[str, Any]:
    means = ("review_mean", "survey_mean")
    return {name: Decimal(value) if name in means and value is not None else value for name, value in row.items()}
