"""What the day cost, and whom: settlements, payments, charges and referrals, as the database has them at the end."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.settling.lists import recharges
from models.clock import simulated_clock
from models.settlement import payments, referrals, settlements
from models.values.money_terms import PaymentKind, PaymentState
from models.values.settlement import text

NOTHING = Decimal(0)


@dataclass(frozen=True)
class Accounts:
    """Amounts by state and by party, in the rulebook's currency; `limited`: settlements whose limit is known."""

    settlements: int = 0
    insured: int = 0
    limited: int = 0
    agreed: int = 0
    payments: int = 0
    advances: int = 0
    by_state: dict[str, Decimal] = field(default_factory=dict)
    charged: dict[str, Decimal] = field(default_factory=dict)
    referrals: int = 0
    referrals_answered: int = 0

    def as_json(self) -> dict[str, Any]:
        """For the report; amounts as decimal text."""
        return {
            "settlements": {
                "cases": self.settlements,
                "insured": self.insured,
                "limited": self.limited,
                "agreed": self.agreed,
                "payments": self.payments,
                "advances": self.advances,
                **{state.value: text(self.by_state.get(state, NOTHING)) for state in PaymentState},
            },
            "recharges": {
                "total": text(sum(self.charged.values(), NOTHING)),
                "by_party": {party: text(amount) for party, amount in sorted(self.charged.items())},
            },
            "referrals": {"received": self.referrals, "answered": self.referrals_answered},
        }


async def read_accounts(connection: AsyncConnection) -> Accounts:
    now = (await connection.execute(select(simulated_clock.c.now))).scalar_one()
    counts = select(
        func.count(),
        func.count(settlements.c.declared_value),
        func.count(settlements.c.owed_at_most),
        func.count(settlements.c.agreed_at),
    )
    settled = (await connection.execute(counts)).one()
    query = select(payments.c.kind, payments.c.state, func.count(), func.sum(payments.c.amount))
    rows = (await connection.execute(query.group_by(payments.c.kind, payments.c.state))).all()
    by_state: dict[str, Decimal] = {}
    for _, state, _, amount in rows:
        by_state[state] = by_state.get(state, NOTHING) + amount
    charged: dict[str, Decimal] = {}
    for one in await recharges(connection, true(), None, None, now):
        charged[one.party] = charged.get(one.party, NOTHING) + one.charged
    query = select(func.count(), func.count(referrals.c.answered_at))
    referred = (await connection.execute(query)).one()
    return Accounts(
        *settled,
        payments=sum(count for _, _, count, _ in rows),
        advances=sum(count for kind, _, count, _ in rows if kind == PaymentKind.ADVANCE),
        by_state=by_state,
        charged=charged,
        referrals=referred[0],
        referrals_answered=referred[1],
    )
