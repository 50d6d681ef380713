"""Who works at the demo's centre, and when: roles, skills, shifts, and who falls ill. Nobody real."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from models.values.calendar import SHANGHAI
from models.values.people_terms import Role
from models.values.shift import Shift as RosteredShift
from models.values.shift import parsed


@dataclass(frozen=True)
class Shift:
    """Hours of the day, local; `last` may lie past midnight."""

    first: int
    last: int
    weekends: bool = False

    def covers(self, local: datetime) -> bool:
        if local.weekday() >= 5 and not self.weekends:
            return False
        hour = local.hour
        return self.first <= hour < self.last or self.first <= hour + 24 < self.last

    def rostered(self) -> RosteredShift:
        days = "mon-sun" if self.weekends else "mon-fri"
        return parsed([f"{days} {self.first:02}:00-{self.last % 24:02}:00"], "centre")


EARLY, DAY, LATE, NIGHT = Shift(8, 17), Shift(9, 18), Shift(12, 21, weekends=True), Shift(20, 33, weekends=True)
EVERY_DAY = Shift(9, 19, weekends=True)


@dataclass(frozen=True)
class Illness:
    """Ill from an hour of the first day on: `noticed` later, so that cases first go on being assigned."""

    begins: timedelta
    noticed: timedelta
    ends: timedelta
    deputy: str

    def known(self, moment: datetime, day: date) -> bool:
        """Whether the centre knows of it."""
        return self.noticed <= moment - midnight(day) < self.ends


@dataclass(frozen=True)
class Person:
    name: str
    role: Role
    shift: Shift
    pace: int
    """Cases a round."""
    skills: tuple[str, ...] = ()
    capacity: int = 40
    unit: str | None = "service_centre"
    absence: Illness | None = None
    languages: tuple[str, ...] = ("zh",)

    @property
    def rostered(self) -> RosteredShift | None:
        """The shift the system assigns by: the front desk's, which is there round the clock. The others have none: what
        comes to them after hours lies on their desk until they come."""
        return self.shift.rostered() if self.role in FRONT_DESK else None

    def works(self, moment: datetime, day: date) -> bool:
        """Whether this person is at work; `day` is the first day played."""
        if self.absence and self.absence.begins <= moment - midnight(day) < self.absence.ends:
            return False
        return self.shift.covers(moment.astimezone(SHANGHAI))


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


FRONT_DESK = (Role.ACCEPTOR, Role.OPERATOR, Role.ENQUIRY_SPECIALIST)
DEPUTY = "吴立群(投诉)"
_ILL = Illness(timedelta(hours=13), timedelta(hours=34), timedelta(hours=82), DEPUTY)
_HANDLER, _SPECIALIST, _ACCEPTOR = Role.COMPLAINT_HANDLER, Role.ENQUIRY_SPECIALIST, Role.ACCEPTOR

WEB_FORM = Person("网页表单 web form", Role.CHANNEL, EVERY_DAY, 0, unit=None)

SCHEDULER = Person("方敏(调度)", Role.SCHEDULER, DAY, 0)

PEOPLE = (
    Person("周晓岚(投诉)", _HANDLER, EARLY, 8, ("delay", "tracking_information", "express")),
    Person(DEPUTY, _HANDLER, DAY, 8, ("delay", "delivery_service", "road")),
    Person("郑可心(投诉)", _HANDLER, EARLY, 8, ("delivery_service", "service_attitude", "express")),
    Person("冯志远(投诉)", _HANDLER, EVERY_DAY, 8, ("loss", "damage", "claims_compensation", "express")),
    Person("蒋文婷(投诉)", _HANDLER, DAY, 8, ("damage", "claims_compensation", "road", "sea", "air"), absence=_ILL),
    Person("韩东升(投诉)", _HANDLER, LATE, 8, ("fee_dispute", "cash_on_delivery", "pickup_service")),
    Person("沈佳怡(投诉)", _HANDLER, LATE, 12),
    Person("何俊杰(投诉)", _HANDLER, EVERY_DAY, 12),
    Person("许秋月(受理)", _ACCEPTOR, Shift(7, 15, weekends=True), 12),
    Person("邓海涛(受理)", _ACCEPTOR, Shift(14, 22, weekends=True), 12),
    Person("曹静(夜班受理)", _ACCEPTOR, NIGHT, 12),
    Person("彭雪(查询)", _SPECIALIST, Shift(8, 17, weekends=True), 12),
    Person("苏明哲(查询)", _SPECIALIST, LATE, 12),
    Person("叶子航(查询)", _SPECIALIST, DAY, 12),
    Person("程思雨(回访)", Role.REVISIT_AGENT, EVERY_DAY, 12),
    Person("魏嘉铭(回访)", Role.REVISIT_AGENT, LATE, 12),
    Person("董婉清(回访)", Role.REVISIT_AGENT, DAY, 12),
    Person("高建国(主管)", Role.SUPERVISOR, EARLY, 9),
    Person("林淑芬(主管)", Role.SUPERVISOR, LATE, 9),
    Person("罗振华(经理)", Role.MANAGER, DAY, 6),
    Person("唐伟民(总经理)", Role.GENERAL_MANAGER, DAY, 3, capacity=10),
    Person("袁慧(质检)", Role.QUALITY_INSPECTOR, DAY, 9),
    Person("戴敏(总机)", Role.OPERATOR, EVERY_DAY, 9, languages=("zh", "yue", "en")),
    Person("秦悦(客户经理)", Role.ACCOUNT_MANAGER, DAY, 0, languages=("zh", "en")),
    Person("万芳(财务)", Role.FINANCE, DAY, 0, unit="finance"),
    Person("干线调度(业务单位)", Role.BUSINESS_UNIT, EVERY_DAY, 4, unit="linehaul"),
    Person("分拣中心(业务单位)", Role.BUSINESS_UNIT, EVERY_DAY, 4, unit="sorting_centre"),
    Person("末端网点(业务单位)", Role.BUSINESS_UNIT, EVERY_DAY, 4, unit="last_mile"),
    SCHEDULER,
    Person("钱正(审计)", Role.AUDITOR, DAY, 0, unit=None),
    Person("管理员", Role.ADMINISTRATOR, DAY, 0, unit=None),
)
