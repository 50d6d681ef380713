"""The result of a round (整理分析): every draw, rates, estimates with intervals, whether it verifies."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.rules import questionnaire
from flows.sampling import estimates, rates, rounds
from flows.sampling.estimates import Estimates, Question
from flows.sampling.rates import Rates
from flows.sampling.verify import Verdict, verify
from models.bounds import take_at_most
from models.case import cases
from models.revisit import round_draws
from models.values.policy import Policy
from models.values.questionnaire import MARKS, Questionnaire
from models.values.round_terms import Disposition
from models.values.rounds import Draw, RoundFacts

HEADLINES = ("satisfaction", "recommend")
"""Whose totals are kept in the ledger."""
IDLE_SECONDS = 60
"""How long estimating may take, on a machine that is busy with other things; it holds no case but its round."""
ANSWERED = (Disposition.COMPLETE, Disposition.PARTIAL)


@dataclass(frozen=True)
class Left:
    """So many drawn customers who were not called, by the centre's own rule."""

    disposition: str
    zh: str
    en: str
    customers: int


@dataclass(frozen=True)
class Result:
    """`draws`: the released ones. `dispositions` count them; None of them is missing: what is open is `open`."""

    round: RoundFacts
    draws: Sequence[Draw]
    dispositions: Mapping[str, int]
    left_alone: Sequence[Left]
    rates: Rates
    estimates: Estimates
    verdict: Verdict

    @property
    def reached(self) -> int:
        return sum(one.disposition in ANSWERED for one in self.draws)

    def headline(self) -> dict[str, Any]:
        """What the ledger keeps of it: counts, rates, the totals by which rounds are compared."""
        totals = [row for key in HEADLINES for row in self.estimates.of(key)]
        return {
            "round": self.round.id,
            "frame": self.round.population,
            "released": len(self.draws),
            "reached": self.reached,
            "dispositions": dict(self.dispositions),
            "rates": {one.name: one.value for one in self.rates.rates},
            "verified": self.verdict.ok,
            "estimates": {row.question: _figure(row) for row in totals},
        }


def _figure(row: estimates.Estimate) -> dict[str, Any]:
    shown = {"unadjusted": row.unadjusted, "adjusted": row.adjusted}
    return {"suppressed": row.suppressed} | {name: vars(one) if one else None for name, one in shown.items()}


async def result(connection: AsyncConnection, round_id: int, policy: Policy) -> Result:
    """Of a round as it stands, ended or not. Raises SamplingError when there is none."""
    await take_at_most(connection, IDLE_SECONDS)
    round_ = await rounds.round_named(connection, round_id)
    draws = await rounds.draws_of(connection, round_id)
    asked = policy.rulebook.questionnaire
    answers = await _answers(connection, draws, asked)
    counts = Counter(one.disposition.value if one.disposition else "open" for one in draws)
    rated = rates.rates(one.disposition for one in draws)
    left, verdict = await _left_alone(connection, round_id), await verify(connection, round_id)
    # In a thread: a second of arithmetic must not hold up the loop that renews leases.
    asking = (round_.plan, draws, answers, questions(asked), policy.rulebook.sampling)
    found = await asyncio.to_thread(estimates.estimate, *asking)
    return Result(round_, draws, dict(sorted(counts.items())), left, rated, found, verdict)


def questions(asked: Questionnaire) -> list[Question]:
    """What is estimated of a questionnaire: each scale and share, each choice, and satisfaction less expectation."""
    found: list[Question] = []
    for name, question in asked.questions.items():
        match question.kind:
            case "scale":
                scale = (float(question.low), float(question.high))
                found.append(Question(name, "nps" if name == "recommend" else "mean", *question.asks, scale=scale))
            case "yes_no":
                found.append(Question(name, "share", *question.asks))
            case "choices":
                found += [Question(f"{name}_{key}", "share", *words) for key, words in question.options.items()]
    widest = float(MARKS[1] - MARKS[0])
    found.append(Question("gap", "mean", "满意度减期望", "satisfaction less expectation", scale=(-widest, widest)))
    return found


async def _left_alone(connection: AsyncConnection, round_id: int) -> list[Left]:
    zh, en = (round_draws.c.reason[language].astext for language in ("zh", "en"))
    query = select(round_draws.c.disposition, zh, en, func.count()).where(
        round_draws.c.round_id == round_id, round_draws.c.reason.is_not(None)
    )
    rows = (await connection.execute(query.group_by(round_draws.c.disposition, zh, en))).all()
    return sorted((Left(*row) for row in rows), key=lambda one: (-one.customers, one.disposition, one.en))


async def _answers(
    connection: AsyncConnection, draws: Sequence[Draw], asked: Questionnaire
) -> dict[int, dict[str, float | None]]:
    """What was answered, by position: at the contact, or at the revisit of the complaint."""
    by_case = {one.contact_id or one.complaint_id: one.position for one in draws if one.disposition in ANSWERED}
    query = select(cases.c.id, cases.c.details, cases.c.satisfaction, cases.c.expectation)
    rows = (await connection.execute(query.where(cases.c.id.in_([id_ for id_ in by_case if id_])))).all()
    found: dict[int, dict[str, float | None]] = {}
    for row in rows:
        marks = {"satisfaction": row.satisfaction, "expectation": row.expectation}
        short = {name: value for name, value in marks.items() if value is not None}
        coded = row.details.get("answers") or short
        found[by_case[row.id]] = dict(questionnaire.figures(asked, coded))
    return found
