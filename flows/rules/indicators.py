"""Indicators of a customer, each with its method. What was not measured says so and why."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from models.values.case import Reason

CENT, THOUSANDTH = Decimal("0.01"), Decimal("0.001")
DAYS_OF_A_MONTH = Decimal("30.44")


@dataclass(frozen=True)
class Figures:
    """What is counted of one customer. Money is in `currency`, that of most of his orders; the others are left out.

    `recent`: within the rulebook's span until today; `before`: in the span of the same length before that.
    """

    days: int
    currency: str = "CNY"
    currencies: int = 1
    orders: int = 0
    orders_in_all: int = 0
    amount: Decimal = Decimal(0)
    with_profit: int = 0
    profit: Decimal | None = None
    amount_with_profit: Decimal | None = None
    recent_orders: int = 0
    recent_months: int = 0
    recent_amount: Decimal | None = None
    before_amount: Decimal | None = None
    reviews: int = 0
    review_mean: Decimal | None = None
    surveys: int = 0
    survey_mean: Decimal | None = None
    recent_complaints: int = 0


@dataclass(frozen=True)
class Indicator:
    """One figure: `value` None was not measured, `missing` says why; `of` is how much was measured it on."""

    name: str
    zh: str
    value: Decimal | None
    unit: str
    of: int
    method: Reason
    missing: Reason | None = None


def indicators(figures: Figures) -> list[Indicator]:
    return [
        _satisfaction(figures),
        _loyalty(figures),
        _profit(figures),
        _potential(figures),
        _credit(),
        _risk(figures),
        _value(figures),
    ]


def _satisfaction(figures: Figures) -> Indicator:
    method = Reason(
        "回访满意度均值(1–5)；无回访时取订单评分均值",
        "mean satisfaction of his revisits (1–5); without any, mean review score of his orders",
    )
    surveyed = figures.surveys > 0
    mean, count = (figures.survey_mean, figures.surveys) if surveyed else (figures.review_mean, figures.reviews)
    missing = Reason("尚无回访或评分", "no revisit and no review yet")
    return _made("satisfaction", "满意度", mean, "1–5", count, method, missing)


def _loyalty(figures: Figures) -> Indicator:
    months = max(int(Decimal(figures.days) / DAYS_OF_A_MONTH), 1)
    method = Reason(
        f"最近 {figures.days} 天中有订单的月份占比",
        f"share of the months of the last {figures.days} days with an order",
    )
    share = min(Decimal(figures.recent_months) / months, Decimal(1)) if figures.orders else None
    missing = Reason("尚无订单", "no order yet")
    return _made("loyalty", "忠诚度", share, "share", figures.orders, method, missing, THOUSANDTH)


def _profit(figures: Figures) -> Indicator:
    method = Reason(
        f"{figures.with_profit}/{figures.orders} 笔已知利润订单的利润之和",
        f"sum of the profit of the {figures.with_profit} of {figures.orders} orders whose profit is known",
    )
    missing = Reason("未记录利润", "no profit is recorded")
    return _made("profit", "利润", figures.profit, figures.currency, figures.with_profit, method, missing)


def _potential(figures: Figures) -> Indicator:
    method = Reason(
        f"最近 {figures.days} 天金额与此前同长期间之比",
        f"amount of the last {figures.days} days over that of the span before",
    )
    before = figures.before_amount
    ratio = (figures.recent_amount or Decimal(0)) / before if before is not None and before > 0 else None
    missing = Reason("此前期间无金额可比", "no amount in the span before to compare with")
    return _made("potential", "潜力", ratio, "ratio", figures.recent_orders, method, missing)


def _credit() -> Indicator:
    method = Reason("按期付款占比", "share of bills paid in time")
    missing = Reason("系统未记录付款", "payments are not recorded here")
    return _made("credit", "信用度", None, "share", 0, method, missing)


def _risk(figures: Figures) -> Indicator:
    method = Reason(
        f"最近 {figures.days} 天每百笔订单的投诉数", f"complaints per hundred orders of the last {figures.days} days"
    )
    orders = figures.recent_orders
    rate = Decimal(100 * figures.recent_complaints) / orders if orders else None
    missing = Reason("该期间无订单", "no order in that span")
    return _made("risk", "风险度", rate, "per 100 orders", orders, method, missing)


def _value(figures: Figures) -> Indicator:
    method = Reason(
        f"总价值 − 总成本，{figures.with_profit}/{figures.orders} 笔成本已知的订单(成本 = 金额 − 利润)",
        f"total value − total cost over the {figures.with_profit} of {figures.orders} orders whose cost is known"
        " (cost = amount − profit)",
    )
    value = None
    if figures.profit is not None and figures.amount_with_profit is not None:
        cost = figures.amount_with_profit - figures.profit
        value = figures.amount_with_profit - cost
    missing = Reason("成本未知", "no cost is known")
    return _made("value", "客户价值", value, figures.currency, figures.with_profit, method, missing)


def _made(
    name: str,
    zh: str,
    value: Decimal | None,
    unit: str,
    of: int,
    method: Reason,
    missing: Reason,
    step: Decimal = CENT,
) -> Indicator:
    rounded = value.quantize(step, ROUND_HALF_UP) if value is not None else None
    return Indicator(name, zh, rounded, unit, of, method, missing if rounded is None else None)
