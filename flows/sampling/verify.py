"""Drawing a round again from what is stored, and comparing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.rulebook.loading import content_hash, load
from flows.sampling import frame as frames
from flows.sampling.draw import Drawn, Numbers, draw_hash, drawn
from flows.sampling.errors import SamplingError
from flows.sampling.planning import plan_of, section, with_margin
from flows.sampling.reading import round_named
from models.event import events
from models.revisit import round_draws
from models.rulebook import rulebooks
from models.values.round_terms import RoundKind
from models.values.rounds import CellCount, RoundFacts
from models.values.sampling import Sampling


@dataclass(frozen=True)
class Check:
    """One comparison: `what` was looked at, and what was found in a sentence."""

    what: str
    ok: bool
    zh: str
    en: str


@dataclass(frozen=True)
class Verdict:
    round_id: int
    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        return all(check.ok for check in self.checks)


async def verify(connection: AsyncConnection, round_id: int) -> Verdict:
    """Frame, rulebook, plan, draws, releases and the ledger's word, in this order. Raises SamplingError."""
    found = await round_named(connection, round_id)
    cells = await frames.cells_in_order(connection, round_id)
    return Verdict(
        round_id,
        (
            await _frame(connection, found, cells),
            await _rulebook(connection, found),
            _plan(found, cells),
            await _draws(connection, found, cells),
            await _releases(connection, round_id),
            await _ledger(connection, found),
        ),
    )


async def _frame(connection: AsyncConnection, found: RoundFacts, cells: Numbers) -> Check:
    hash_ = await frames.frame_hash(connection, found.id, found.plan.cells)
    ok = hash_ == found.frame_hash and len(cells) == found.population
    if ok and found.kind is RoundKind.DRAWN:
        query = text("SELECT count(DISTINCT customer_id) FROM round_members WHERE round_id = :round")
        ok = (await connection.execute(query, {"round": found.id})).scalar_one() == found.population
    if ok:
        return Check(
            "frame", True, f"抽样框 {len(cells)} 行与摘要相符", f"the frame's {len(cells)} rows match their hash"
        )
    return Check(
        "frame", False, "抽样框与冻结时的摘要不符", "the frame is not the one that was frozen: its hash differs"
    )


async def _rulebook(connection: AsyncConnection, found: RoundFacts) -> Check:
    query = select(rulebooks.c.content).where(rulebooks.c.hash == found.rulebook)
    content = (await connection.execute(query)).scalar_one_or_none()
    if content is None or content_hash(content) != found.rulebook:
        return Check(
            "rulebook", False, "所记规则手册不在库里，或已被改动", "the rulebook it names is not stored, or was changed"
        )
    if _section_of(content, found) == found.plan.sampling:
        return Check(
            "rulebook", True, "抽样规则与规则手册相符", "the sampling rules are those of the rulebook it names"
        )
    return Check(
        "rulebook",
        False,
        "抽样规则与所记规则手册不符",
        "the sampling rules are not those of the rulebook the round names",
    )


def _section_of(content: str, found: RoundFacts) -> object:
    """The rulebook's section, with the margin this round asked for; None when that cannot be."""
    try:
        policy = load(content).rulebook.sampling
        return section(with_margin(policy, found.plan.sampling.get("margin")))
    except (SamplingError, TypeError):
        return None


def _plan(found: RoundFacts, cells: Numbers) -> Check:
    """Strata, trail, sizes and allocation, worked out again from the frame."""
    counts = Counter(cells.tolist())
    counted = [CellCount(one.cell, counts[number]) for number, one in enumerate(found.plan.cells)]
    try:
        again = plan_of(counted, found.kind, Sampling.model_validate(dict(found.plan.sampling)))
    except (SamplingError, ValueError):
        again = None
    if again == found.plan:
        said = len(found.plan.strata)
        return Check("plan", True, f"{said} 层及样本分配相符", f"{said} strata and their allocation come out the same")
    return Check(
        "plan", False, "重新分层或分配的结果不同", "strata, sizes or allocation come out differently from the frame"
    )


async def _draws(connection: AsyncConnection, found: RoundFacts, cells: Numbers) -> Check:
    query = select(round_draws.c.stratum, round_draws.c.place, round_draws.c.replicate, round_draws.c.position)
    rows = (await connection.execute(query.where(round_draws.c.round_id == found.id))).all()
    stored = sorted(Drawn(*row) for row in rows)
    again = _again(found, cells)
    if stored == again and draw_hash(stored) == found.draw_hash and await _same_customers(connection, found.id):
        return Check(
            "draws", True, f"重抽所得 {len(stored)} 个样本全部相同", f"all {len(stored)} draws come out the same"
        )
    differing = len(set(stored) ^ set(again))
    return Check(
        "draws",
        False,
        f"按记录的种子重抽，结果不同(相差 {differing} 处)",
        f"drawn again from the recorded seed, the draws differ ({differing} on either side), or their hash does",
    )


def _again(found: RoundFacts, cells: Numbers) -> Sequence[Drawn]:
    try:
        return sorted(drawn(cells, found.plan, found.seed))
    except (IndexError, ValueError):  # the plan does not fit the frame: said by the check of the plan
        return []


async def _same_customers(connection: AsyncConnection, round_id: int) -> bool:
    """Each draw is about the customer of its row of the frame."""
    query = text(
        """SELECT count(*) FROM round_draws AS draws LEFT JOIN round_members AS members USING (round_id, position)
        WHERE round_id = :round AND draws.customer_id IS DISTINCT FROM members.customer_id"""
    )
    differing: int = (await connection.execute(query, {"round": round_id})).scalar_one()
    return differing == 0


async def _releases(connection: AsyncConnection, round_id: int) -> Check:
    query = text(
        """SELECT replicate, count(DISTINCT released_at) AS moments, bool_or(released_at IS NULL) AS held,
            min(released_at) AS at FROM round_draws WHERE round_id = :round GROUP BY replicate ORDER BY replicate"""
    )
    rows = (await connection.execute(query, {"round": round_id})).all()
    whole = all(row.moments == (0 if row.held else 1) for row in rows)
    moments = [row.at for row in rows if row.at is not None]
    in_turn = moments == sorted(moments) and all(row.at is not None for row in rows[: len(moments)])
    if whole and in_turn:
        said = len(moments)
        return Check(
            "releases",
            True,
            f"已放出的 {said} 批均为整批",
            f"{said} replicates were released, each as a whole and in turn",
        )
    return Check(
        "releases", False, "有样本批次没有整批按序放出", "a replicate was not released as a whole, or out of turn"
    )


async def _ledger(connection: AsyncConnection, found: RoundFacts) -> Check:
    """What the ledger of the round's own case says of the draw; the ledger is chained, the round's row is not."""
    if found.case_id is None:
        return Check(
            "ledger", True, "本轮没有自己的工单，台账无从比对", "the round has no case: no ledger to compare with"
        )
    query = select(events.c.data).where(events.c.case_id == found.case_id).order_by(events.c.seq)
    said = [data for data in (await connection.execute(query)).scalars() if "frame_hash" in data]
    anchor = found.anchor()
    if said and all({name: data.get(name) for name in anchor} == anchor for data in said):
        return Check("ledger", True, "与台账所记相符", "the ledger recorded the same frame, seed and draws")
    return Check(
        "ledger", False, "与台账所记不符", "the ledger recorded another frame, seed or draw, or none for this round"
    )
