"""A round drawn from a million customers, drawn again to verify it, and estimated with a whole questionnaire."""

import random
import time
from datetime import UTC, date, datetime

from deployments.bench.bench import Bench
from deployments.bench.table import Row
from flows.rulebook.store import Policies
from flows.sampling.estimates import Question, estimate
from flows.sampling.picture import picture
from flows.sampling.rounds import Wanted, draws_of, open_round, release
from flows.sampling.verify import verify
from models.values.classes import Period
from models.values.round_terms import RoundKind
from models.values.rounds import Draw

CUSTOMERS = 1_000_000
SHIPMENTS = 1_500_000
WEEK = Period(date(2026, 3, 9), date(2026, 3, 15))
NOW = datetime(2026, 3, 16, 2, tzinfo=UTC)
QUESTIONS = (
    *(Question(f"score {number}", "mean", "评分", "score", (1, 5)) for number in range(7)),
    *(Question(f"choice {number}", "share", "选项", "choice") for number in range(7)),
    Question("nps", "nps", "净推荐值", "net promoter score"),
)
"""As many as the questionnaire asks: two scores, the five feelings, five order metrics, a few more."""
ANSWERING = 0.4
DRAW_SECONDS, ESTIMATE_SECONDS = 10, 1

GENERATED = (
    # 31 branches and six lines; the classes as ABC cuts them; every other customer has a second shipment.
    f"""INSERT INTO customers (code, line, branch)
    SELECT 'R' || lpad(n::text, 7, '0'), (ARRAY['road', 'express', 'air', 'sea', 'warehouse', 'multimodal'])[1 + n % 6],
        'branch ' || n % 31 FROM generate_series(1, {CUSTOMERS}) AS n""",  # noqa: S608 - numbers of ours
    f"""INSERT INTO shipments (customer_id, order_id, ordered_at, delivered_at, amount, currency)
    SELECT customers.id, 'R' || n, date '2026-03-05', date '2026-03-09' + n % 7, 10, 'CNY'
    FROM generate_series(1, {SHIPMENTS}) AS n
    JOIN customers ON customers.code = 'R' || lpad((1 + n % {CUSTOMERS})::text, 7, '0')""",  # noqa: S608 - numbers of ours
    """WITH snapshot AS (
        INSERT INTO class_snapshots (from_day, to_day, basis, currency, cut_points, n, shares)
        VALUES ('2025-03-01', '2026-02-28', 'amount', 'CNY', '{}', 0, '{}') RETURNING id
    )
    INSERT INTO class_members (snapshot_id, customer_id, customer_class, amount, rank)
    SELECT snapshot.id, customers.id, CASE WHEN customers.id % 100 = 0 THEN 'A' WHEN customers.id % 100 < 5 THEN 'B'
        WHEN customers.id % 100 < 20 THEN 'C' ELSE 'D' END, 0, 1
    FROM snapshot CROSS JOIN customers WHERE customers.code LIKE 'R%'""",
    "ANALYZE customers, shipments, class_members",
)


async def measure(bench: Bench) -> list[Row]:
    await bench.stack.migrate()
    bench.say(f"{CUSTOMERS} customers and {SHIPMENTS} shipments ...")
    for statement in GENERATED:
        await bench.execute(statement)
    bench.say("drawing ...")
    async with bench.engine.begin() as connection:
        policy = await Policies().refresh(connection)
        began = time.perf_counter()
        round_ = (await open_round(connection, Wanted(RoundKind.DRAWN, WEEK), policy, NOW)).round
        drawing = time.perf_counter() - began
    async with bench.engine.begin() as connection:
        await release(connection, round_.id, 0, NOW)
    async with bench.engine.connect() as connection:
        began = time.perf_counter()
        verdict = await verify(connection, round_.id)
        verifying = time.perf_counter() - began
        draws = await draws_of(connection, round_.id)
    if not verdict.ok:
        raise RuntimeError("the round does not verify")
    answers = _answers(draws)
    times = []
    for _ in range(3):
        began = time.perf_counter()
        found = estimate(round_.plan, draws, answers, QUESTIONS, policy.rulebook.sampling)
        times.append(time.perf_counter() - began)
    began = time.perf_counter()
    picture(found, "nps", "zh", "class")
    painting = time.perf_counter() - began
    size = f"{CUSTOMERS:,} customers".replace(",", " ")
    strata = f"{len(round_.plan.strata)} strata, {len(draws)} drawn"
    return [
        Row(f"a round drawn from {size}", f"{drawing:.1f} s", f"≤ {DRAW_SECONDS} s", strata),
        Row("… drawn again and compared", f"{verifying:.1f} s", "", "redress revisit verify"),
        Row(
            "… estimates",
            f"{min(times):.2f} s",
            f"≤ {ESTIMATE_SECONDS} s",
            f"first {times[0]:.2f} s; {len(QUESTIONS)} questions, {len(answers)} answers, {len(found.rows)} figures",
        ),
        Row("… a picture of them", f"{painting:.1f} s", "", ""),
    ]


def _answers(draws: list[Draw]) -> dict[int, dict[str, float | None]]:
    chance = random.Random(7)  # noqa: S311 - sample data, not secrets
    return {
        draw.position: {question.key: _answer(question, chance) for question in QUESTIONS}
        for draw in draws
        if chance.random() < ANSWERING
    }


def _answer(question: Question, chance: random.Random) -> float:
    top = {"mean": (1, 5), "share": (0, 1), "nps": (0, 10)}[question.measure]
    return float(chance.randint(*top))
