"""What simulated handlers offer: compensation by category and severity, so that some of it needs approval."""

from decimal import Decimal
from random import Random

from models.values.vocabulary import Category, Severity

USUAL = {
    Category.LOSS: (150, 900, 6_000),
    Category.DAMAGE: (120, 700, 4_500),
    Category.CLAIMS_COMPENSATION: (180, 1_200, 9_000),
    Category.CASH_ON_DELIVERY: (100, 800, 5_000),
    Category.FEE_DISPUTE: (40, 150, 900),
    Category.DELAY: (20, 120, 800),
}
"""CNY for a minor, a moderate and a serious case."""
ELSE = (0, 50, 300)


def compensation(category: Category, severity: Severity, rng: Random) -> Decimal:
    """In CNY; a serious loss may be a truckload, which only the general manager may grant."""
    usual = USUAL.get(category, ELSE)[list(Severity).index(severity)]
    truckload = rng.random() < (0.2 if severity is Severity.SERIOUS else 0.04)
    amount = usual * rng.uniform(0.4, 2.2) * (6 if truckload else 1)
    return Decimal(round(amount))
