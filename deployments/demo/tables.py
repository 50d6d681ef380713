"""What happened, shown to people in both languages."""

from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console, Group, RenderableType
from rich.table import Table

from flows.papers.words import word
from models.values.calendar import SHANGHAI
from models.values.chinese import chinese
from models.values.incident import Incident
from models.values.money_terms import PaymentState
from models.values.people_terms import Role
from models.values.policy import Policy
from models.values.settlement import text
from models.values.stage_terms import ClockName, Stage
from models.values.vocabulary import Category, Kind

from .accounts import Accounts
from .record import Record
from .tally import UNKNOWN, Figures, Share, Spread
from .why import Example, examples

OUTCOMES = {
    "solved": "已解决",
    "unverified": "未能核实(未联系上)",
    "final_position": "最终答复",
    "withdrawn": "撤诉",
    "answered": "已答复",
    "linked": "并案",
}
EVENTS = {
    "reopened": "重新打开",
    "linked": "并案",
    "sibling": "同运单另案",
    "withdrawn": "撤诉",
    "unverified": "未能联系",
    "final_positions": "最终答复",
    "proposals_rejected": "方案被驳回",
    "reminded": "临期提醒",
    "overdue": "超时",
    "climbed": "超时逐级升级",
    "escalated": "人工升级",
    "reassigned": "人工改派",
    "reassigned_absent": "缺勤改派",
    "acknowledged": "受理回执",
    "held": "挂起",
    "promises": "承诺",
    "step_failures": "步骤失败",
}
RIGHT = {"kind": "类型 kind", "main": "主类别 category", "main_or_secondary": "主或次类别 main or secondary"}


def show(
    console: Console,
    record: Record,
    figures: Figures,
    right: Mapping[str, Share],
    policy: Policy,
    http: Mapping[str, int],
    by_role: Mapping[str, Mapping[str, int]],
) -> None:
    """All tables, two columns where the terminal is wide enough."""
    wording = policy.rulebook.wording
    stages = {stage.value: wording.stages[stage][0] for stage in Stage}
    kinds = {kind.value: policy.called(kind) for kind in Kind} | {UNKNOWN: "未知"}
    categories = {category.value: policy.called(category) for category in Category}
    classes = {UNKNOWN: "未知"}
    pairs: list[tuple[RenderableType, RenderableType]] = [
        (
            Group(
                _counts("工单按阶段 cases by stage", figures.by["stage"], stages),
                _counts("按类型 by kind", figures.by["kind"], kinds),
                _counts("按客户等级 by class", figures.by["class"], classes),
            ),
            _counts("投诉按类别 complaints by category", figures.by["category"], categories),
        ),
        (_times(figures, stages), _missed(figures, wording.clocks)),
        (
            _counts("结果 outcomes", figures.by["outcome"], OUTCOMES),
            _counts("发生 what happened", figures.what_happened, EVENTS, zeros=True),
        ),
        (Group(_scores(figures.scores), _money(record.accounts)), _system(record, figures, right, http)),
    ]
    for left, other in pairs:
        if console.width >= 110:
            side = Table.grid(padding=(0, 4))
            side.add_row(left, other)
            console.print(side)
        else:
            console.print(left)
            console.print(other)
    console.print(_why(examples(record, policy)))
    console.print(_incidents(record, stages))
    console.print(_roles(by_role))


def _roles(by_role: Mapping[str, Mapping[str, int]]) -> Table:
    table = _table("按角色 who did what", "", "人 people", "查看 reads", "提交 posts", "台账 events")
    for role, row in by_role.items():
        table.add_row(f"{word(Role(role))}", *(str(row[name]) for name in ("people", "reads", "posts", "acts")))
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", min_width=44)
    for place, column in enumerate(columns):
        table.add_column(column, justify="right" if place else "left", no_wrap=True)
    return table


def _counts(title: str, counts: Mapping[str, int], names: Mapping[str, str], *, zeros: bool = False) -> Table:
    table = _table(title, "", "件 n")
    order = list(names) + sorted(set(counts) - set(names))
    for name in order:
        if counts.get(name) or zeros:
            table.add_row(f"{names.get(name, '')} {name}".strip(), str(counts.get(name, 0)))
    return table


def _incidents(record: Record, stages: Mapping[str, str]) -> Table:
    """Each with its grade, how it stands, who is liable, and what the unit's silence meant."""
    told = len(record.customer_notices)
    columns = ("等级 grade", "上报 unit", "责任 liable", "阶段 stage", "得分 score")
    table = _table(f"商务事故 incidents(主动告知客户 {told} 位 customers told)", "编号 类别 kind", *columns)
    for case in record.incidents:
        incident = Incident.of(case.details)
        grade = f"{chinese(incident.grade)} {incident.grade}" if incident.grade else ""
        presumed = "(沉默推定 presumed)" if incident.presumed else ""
        liable, score = f"{case.liable or '–'}{presumed}", "–" if case.score is None else f"{case.score:.1f}"
        kind = f"{case.number} {chinese(incident.kind)} {incident.kind}"
        table.add_row(kind, grade, case.unit, liable, stages[case.stage], score)
    return table


def _times(figures: Figures, stages: Mapping[str, str]) -> Table:
    table = _table("各阶段用时(业务小时)hours at each stage", "", "次 n", "中位 median", "p90")
    for stage, one in figures.steps.items():
        table.add_row(f"{stages[stage]} {stage}", str(one.n), f"{one.median:.1f}", f"{one.p90:.1f}")
    return table


def _missed(figures: Figures, names: Mapping[ClockName, str]) -> Table:
    table = _table("超时 missed deadlines", "", "超时 missed", "共 of", "%")
    for clock, one in figures.missed.items():
        table.add_row(f"{names[clock]} {clock}", str(one.count), str(one.of), percent(one))
    return table


def _why(found: Sequence[Example]) -> Table:
    table = Table(title="为什么 why: 举例 examples", title_justify="left", title_style="bold", show_lines=True)
    table.add_column("", no_wrap=True)
    table.add_column("工单 case", justify="right", no_wrap=True)
    table.add_column("时间 when", no_wrap=True)
    table.add_column("理由 reason", overflow="fold")
    for one in found:
        moment = one.at.astimezone(SHANGHAI)
        table.add_row(f"{one.zh} {one.en}", str(one.number), f"{moment:%m-%d %H:%M}", one.reason)
    return table


def _scores(scores: Spread | None) -> Table:
    table = _table("质量得分 quality score (0–100)", "", "")
    if scores is None:
        table.add_row("未测 not measured", "")
        return table
    values = {"n": scores.n, "均值 mean": scores.mean, "中位 median": scores.median}
    values |= {"最低 least": scores.least, "最高 most": scores.most}
    for name, value in values.items():
        table.add_row(name, f"{value:.1f}" if isinstance(value, float) else str(value))
    return table


def _money(accounts: Accounts) -> Table:
    table = _table("理赔与责任 settlement and liability", "", "")
    table.add_row("理赔工单 settlements (保价 insured)", f"{accounts.settlements} ({accounts.insured})")
    table.add_row("付款笔数 payments (先行赔付 in advance)", f"{accounts.payments} ({accounts.advances})")
    for state, amount in sorted(accounts.by_state.items()):
        table.add_row(f"{word(PaymentState(state))} CNY", text(amount))
    for party, amount in sorted(accounts.charged.items()):
        table.add_row(f"追偿 charged: {party} CNY", text(amount))
    answered = f"{accounts.referrals} ({accounts.referrals_answered})"
    table.add_row("监管转办 referrals (已答复 answered)", answered)
    return table


def _system(record: Record, figures: Figures, right: Mapping[str, Share], http: Mapping[str, int]) -> Table:
    table = _table("系统 the system", "", "")
    per_leg = record.carried / record.legs if record.legs else 0
    rows: Iterable[tuple[str, str]] = [
        ("隔离 quarantined", str(record.quarantined)),
        ("5xx", str(http["5xx"])),
        ("意外的 4xx unexpected 4xx", str(http["4xx"])),
        ("请求 HTTP requests", str(http["requests"])),
        ("重读后再办 409, read again", str(http["conflicts"])),
        ("运行 runs (legs)", str(record.legs)),
        ("每次运行工单数 cases per leg", f"{per_leg:.2f}"),
        ("台账 events", str(sum(case.events for case in record.cases))),
        ("人工分类 triage share", f"{percent(figures.triage)} % (n={figures.triage.of})"),
        *((f"系统判对 right: {RIGHT[name]}", f"{percent(one)} % (n={one.of})") for name, one in right.items()),
    ]
    for row in rows:
        table.add_row(*row)
    return table


def percent(share: Share) -> str:
    return "–" if share.value is None else f"{100 * share.value:.0f}"
