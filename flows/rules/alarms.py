"""What an alarm says: once when something is wrong, once again when it is over. Case numbers only, nobody's name."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from models.values.case import Reason, Row
from models.values.notice_terms import AlarmName, NoticeKind
from models.values.notices import Addressee, notice
from models.values.telling_policy import Notices

WHAT = {
    AlarmName.QUARANTINE: Reason("工单进入隔离区", "cases went into quarantine"),
    AlarmName.NO_WORKER: Reason("无工作进程处理到期工单", "work is due and no worker takes it"),
    AlarmName.OLDEST_DUE: Reason("到期工单等待过久", "a case that is due waits too long"),
    AlarmName.DEADLINE_MISSED: Reason("工单超时", "cases missed a deadline"),
}
OVER = {
    AlarmName.QUARANTINE: Reason("工单已离开隔离区", "cases left quarantine"),
    AlarmName.NO_WORKER: Reason("工作进程已恢复", "work is taken again"),
    AlarmName.OLDEST_DUE: Reason("到期工单已处理", "what was due is carried again"),
    AlarmName.DEADLINE_MISSED: Reason("超时工单已了结", "cases that were overdue no longer are"),
}


@dataclass(frozen=True)
class Subject:
    """A case an alarm is about, by its number, and who owns it."""

    number: int
    owner_id: int | None = None


@dataclass(frozen=True)
class Changed:
    """What one look saw of one alarm: begun and over since the last. Alarms about no case have `Subject(0)`."""

    name: AlarmName
    begun: Sequence[Subject] = ()
    over: Sequence[Subject] = ()


def tell(changed: Changed, policy: Notices, now: datetime) -> list[Row]:
    """The notices of one look, however much it saw; each owner hears of his own missed deadlines as well."""
    missed = changed.name is AlarmName.DEADLINE_MISSED
    kind = NoticeKind.DEADLINE_MISSED if missed else NoticeKind.ALARM
    to = Addressee(role=policy.missed_deadlines_to if missed else policy.system_alarms_to)
    rows = []
    if changed.begun:
        rows.append(_notice(kind, to, "告警", "alarm", WHAT[changed.name], changed.begun, policy, now))
    if changed.over:
        rows.append(_notice(kind, to, "恢复", "recovered", OVER[changed.name], changed.over, policy, now))
    if missed:
        for owner, his in _by_owner(changed.begun).items():
            his_own = Addressee(staff_id=owner)
            rows.append(_notice(kind, his_own, "提醒", "reminder", WHAT[changed.name], his, policy, now))
    return rows


def _by_owner(subjects: Iterable[Subject]) -> dict[int, list[Subject]]:
    found: dict[int, list[Subject]] = defaultdict(list)
    for one in subjects:
        if one.owner_id is not None:
            found[one.owner_id].append(one)
    return found


def _notice(
    kind: NoticeKind,
    to: Addressee,
    zh: str,
    en: str,
    what: Reason,
    subjects: Sequence[Subject],
    policy: Notices,
    now: datetime,
) -> Row:
    title = Reason(f"{zh}:{what.zh}", f"{en}: {what.en}")
    return notice(kind, to, title, _cases(subjects, policy.named_at_most) or title, now)


def _cases(subjects: Sequence[Subject], named: int) -> Reason | None:
    """None: it is about no case."""
    numbers = sorted(one.number for one in subjects if one.number)
    if not numbers:
        return None
    zh, en = "、".join(map(str, numbers[:named])), ", ".join(map(str, numbers[:named]))
    more = len(numbers) - named
    if more > 0:
        zh, en = f"{zh} 等", f"{en} and {more} more"
    return Reason(f"共 {len(numbers)} 件，工单号：{zh}", f"{len(numbers)} in all, case numbers: {en}")
