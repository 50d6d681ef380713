"""The steps as Prefect tasks, as ops see them in the UI."""

from collections.abc import Awaitable, Callable

from prefect import task
from prefect.cache_policies import NO_CACHE

from flows.legs.leg import Leg, Step
from flows.room import room
from flows.steps.analyse import Analyse
from flows.steps.assign import Assign
from flows.steps.classify import Classify
from flows.steps.contacts import AssignContact, FollowContact, Record
from flows.steps.follow_up import FollowUp
from flows.steps.grade import GradeIncident
from flows.steps.incident_follow_up import IncidentFollowUp
from flows.steps.reach_out import ReachOut
from flows.steps.rounds import Draw, FollowRound, Summarise
from flows.steps.score import Score
from flows.steps.score_incident import ScoreIncident


def _task(make: Callable[[], Step], name: str, zh: str, description: str) -> Callable[[Leg], Awaitable[None]]:
    """One task run carries every case of the leg that wants the step; none wants it: no task run, no cost."""

    async def run(leg: Leg) -> str:
        return await leg.carry(make())

    template = task(name=name, description=f"{zh} · {description}", cache_policy=NO_CACHE, persist_result=False)(run)

    async def walk(leg: Leg) -> None:
        if waiting := len(leg.waiting(name)):
            cases = "1 case" if waiting == 1 else f"{waiting} cases"
            await template.with_options(task_run_name=f"{name} {zh}: {cases}")(leg)

    return walk


classify = _task(lambda: Classify(room().policies, room().resources.seal), "classify", "分类", "kind, category, unit")
assign = _task(lambda: Assign(room().policies), "assign", "指派", "who owns the case now")
follow_up = _task(
    lambda: FollowUp(room().policies), "follow_up", "跟进", "reminders, deadlines, promises, linked cases"
)
analyse = _task(lambda: Analyse(room().policies), "analyse", "分析", "cause, liable party, pattern")
score = _task(lambda: Score(room().policies), "score", "考核", "the quality score")

draw = _task(lambda: Draw(room().policies), "draw", "随机选择客户", "frame, strata, draw")
look_after = _task(lambda: FollowRound(room().policies), "follow_up", "回访进行", "contacts, reserves, closing")
summarise = _task(lambda: Summarise(room().policies), "summarise", "整理分析", "rates, estimates, verification")

assign_contact = _task(lambda: AssignContact(room().policies), "assign", "指派", "who calls the customer")
follow_contact = _task(lambda: FollowContact(room().policies), "follow_up", "跟进", "call-backs, the end of the round")
record = _task(
    lambda: Record(room().policies, room().resources.seal), "record", "登记回访结果", "disposition, grievances"
)
grade = _task(lambda: GradeIncident(room().policies), "grade", "定级", "how grave, who must know")
reach_out = _task(lambda: ReachOut(room().policies), "reach_out", "主动告知", "customers who have not complained yet")
follow_incident_up = _task(
    lambda: IncidentFollowUp(room().policies), "follow_up", "跟进", "silence, reminders, deadlines, notices delivered"
)
score_incident = _task(lambda: ScoreIncident(room().policies), "score", "考核", "the score by unit")
