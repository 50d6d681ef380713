"""The dossier of a case: what happened, by when it should have, and the proof that nothing was changed.

Pure: from what was compiled to a paper. Names and numbers are masked unless whoever asked may see them.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from flows.acts.liability import party_of
from flows.papers.compiling import Compiled, Happened
from flows.papers.paper import Pairs, Paper, Paragraph, Section, Table
from flows.papers.the_case import NONE, masked, moment, the_case
from flows.papers.words import word
from flows.rules import clocks, liability
from models.values.settlement import Share, text
from models.values.stage_terms import EventKind


def dossier_paper(compiled: Compiled) -> Paper:
    facts, whole = compiled.facts, compiled.mask is None
    sections = [
        the_case(compiled),
        *_referrals(compiled),
        _deadlines(compiled),
        *_settlement(compiled),
        *_liability(compiled),
        _timeline(compiled),
        _proof(compiled),
    ]
    return Paper(
        f"工单档案 Case dossier No. {facts.number}",
        compiled.made_at,
        f"{facts.id} · 制作 made {moment(compiled.made_at)} · {compiled.made_for}",
        f"工单 case {facts.number} · {'含个人信息 personal data' if whole else '个人信息已遮蔽 masked'}",
        sections,
    )


def _referrals(compiled: Compiled) -> Iterable[Section]:
    if not compiled.referrals:
        return
    rows = [
        (
            one["number"],
            moment(one["received_at"]),
            moment(one["due_at"]),
            moment(one["answered_at"]) if one["answered_at"] else "未答复 not yet",
            "立案 opened" if one["opened"] else "并入 linked",
        )
        for one in compiled.referrals
    ]
    columns = ("编号 number", "收到 received", "期限 due", "答复 answered", "与工单 the case")
    yield Section("监管转办 Referrals of the regulator", (Table(columns, (3, 3, 3, 3, 2), rows),))


LABELS = {"photograph": "照片 photograph", "paper": "文件 paper"}


def _deadlines(compiled: Compiled) -> Section:
    names = compiled.policy.rulebook.wording.clocks
    rows = [
        (
            f"{names[clock.name]} {clock.name}",
            moment(clock.started_at),
            moment(clock.due_at),
            moment(clock.met_at) if clock.met_at else NONE,
            "逾期 missed" if clocks.late(clock, compiled.made_at) else "按期 met" if clock.met_at else "进行中 running",
            f"{clock.why.zh}\n{clock.why.en}",
        )
        for clock in compiled.facts.clocks
    ]
    columns = ("时限 deadline", "开始 from", "到期 due", "完成 met", "状态 state", "依据 derivation")
    return Section("二、时限 Deadlines", (Table(columns, (3, 3, 3, 3, 3, 8), rows),))


def _settlement(compiled: Compiled) -> Iterable[Section]:
    known, payments = compiled.money.settlement, compiled.money.payments
    recording = compiled.happened[0].row["data"].get("recording")
    if known is None and not payments and recording is None and not compiled.attached:
        return
    parts: list[Table | Pairs | Paragraph] = []
    if known is not None:
        parts.append(
            Pairs(
                [
                    ("保价 declared value", _money(known.declared_value, known.currency)),
                    ("运费 freight", _money(known.freight, known.currency)),
                    ("损失 loss", _money(known.loss, known.currency)),
                    ("赔付限额 owed at most", _money(known.owed_at_most, known.currency)),
                    (
                        "客户同意 agreed",
                        f"{_money(known.agreed_amount, known.currency)} · {moment(known.agreed_at)}"
                        if known.agreed_at
                        else NONE,
                    ),
                ]
            )
        )
    evidence = [("录音 recording", masked(compiled, recording), NONE)] if recording else []
    evidence += [
        (word(one.kind), masked(compiled, one.reference), one.sha256 or NONE)
        for one in (known.evidence if known else ())
    ]
    for one in compiled.attached:
        evidence.append((LABELS[one["label"]], f"{one['media']} · {one['size']} B", one["digest"]))
    if evidence:
        parts.append(Table(("证据 evidence", "编号 reference", "SHA-256"), (2, 4, 6), evidence))
    if payments:
        rows = [
            (
                one.voucher,
                word(one.kind),
                _money(one.amount, one.currency),
                word(one.state),
                one.paid_on.isoformat() if one.paid_on else NONE,
            )
            for one in payments
        ]
        columns = ("凭证 voucher", "种类 kind", "金额 amount", "状态 state", "付款 paid")
        parts.append(Table(columns, (3, 3, 3, 3, 3), rows))
    yield Section("证据与理赔 Evidence and settlement", parts)


def _liability(compiled: Compiled) -> Iterable[Section]:
    if not compiled.findings:
        return
    rows = [
        (
            str(one.round),
            moment(one.decided_at),
            "、".join(_share(share, compiled) for share in one.shares) or "公司无责 firm not liable",
            STANDINGS[liability.standing(one, compiled.made_at)],
        )
        for one in compiled.findings
    ]
    columns = ("次 round", "认定 decided", "责任 liable", "状态 standing")
    yield Section("责任认定 Liability", (Table(columns, (1, 3, 6, 2), rows),))


STANDINGS = {"open": "可申诉 open", "appealed": "已申诉 appealed", "final": "终局 final"}


def _share(share: Share, compiled: Compiled) -> str:
    return f"{party_of(share.kind, share.party, compiled.policy)} {share.party} {share.percent:f}%"


def _timeline(compiled: Compiled) -> Section:
    rows = [
        (
            str(one.row["seq"]),
            moment(one.row["at"]),
            word(EventKind(one.row["kind"])),
            one.by,
            masked(compiled, _told(one, unmasked=compiled.mask is None)),
        )
        for one in compiled.happened
    ]
    columns = ("#", "时间 at", "事项 what", "经办 by", "说明 said and why")
    return Section("三、经过 Timeline", (Table(columns, (1, 3, 4, 3, 12), rows),))


def _proof(compiled: Compiled) -> Section:
    verdict = compiled.verdict
    sound = "完整，未被改动 sound: nothing was changed, dropped or moved" if verdict.sound else "已被改动 TAMPERED WITH"
    pairs = [
        ("校验 verified", sound),
        ("事项数 events", str(verdict.events)),
        ("末环 head of the chain", compiled.head.hex()),
        ("已删除个人信息 erased parts", str(verdict.erased)),
        *(("发现 finding", f"#{one.seq}: {one.what}") for one in verdict.findings),
    ]
    how = (
        "每一事项以密钥散列(HMAC-SHA-256)与前一事项相连；凡改动、删除、插入或调换均可发现。"
        "在本中心运行 `redress ledger verify` 可重新计算全部链条，并与下列数值核对。\n"
        "Each event is chained to the one before it by a keyed hash (HMAC-SHA-256), so that any change shows. "
        "`redress ledger verify`, run at the centre, recomputes every chain; its values must be those below."
    )
    rows = [(str(one.row["seq"]), one.row["hash"].hex()) for one in compiled.happened]
    table = Table(("#", "散列值 hash"), (1, 12), rows)
    return Section("四、台账证明 Proof of the ledger", (Pairs(pairs), Paragraph(how), table))


NAMES = frozenset({"by", "fields"})
"""Sealed parts that are names of people (who agreed) or hold them (reporter, consignor, consignee of a form)."""


def _told(one: Happened, *, unmasked: bool) -> str:
    """What people wrote and why the system decided, without the caller (he stands above); names only unmasked."""
    left_out = {"caller"} if unmasked else {"caller", *NAMES}
    said = {name: value for name, value in (one.said or {}).items() if name not in left_out}
    reasons = one.row["data"].get("reasons") or said.pop("reasons", [])
    parts = [f"{each['zh']}\n{each['en']}" for each in reasons]
    parts += [_plain(value) for value in said.values() if value]
    if one.erased:
        parts.append("(个人信息已删除 personal part erased)")
    return "\n".join(parts) or NONE


def _plain(value: Any) -> str:
    match value:
        case str():
            return value
        case Mapping():
            return ", ".join(f"{name}: {_plain(each)}" for name, each in value.items())
        case Sequence():
            return ", ".join(_plain(each) for each in value)
    return str(value)


def _money(amount: Decimal | None, currency: str) -> str:
    return NONE if amount is None else f"{text(amount)} {currency}"
