"""A case walked through everything that can happen to it: the real rules and acts in memory, with the real ledger line.

The system's steps are carried until the case waits, as a leg does; people act at random but as the API lets them.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from flows.acts.act import Setting, refuse_wrong_stage
from flows.acts.identify import Named
from flows.acts.joining import Event
from flows.acts.liability import judged_of
from flows.acts.money import money_of
from flows.acts.registry import ACTS
from flows.acts.regulator import Referrals
from flows.legs.chain import Entry, draft
from flows.rules import (
    analysis,
    assignment,
    clocks,
    follow_up,
    incident_course,
    permission,
    referrals,
    reopening,
    scoring,
    triage,
)
from flows.rules.agenda import agenda
from models.sealing import Seal
from models.values.calendar import SHANGHAI
from models.values.case import CaseFacts, Decision, Refusal, Row, StaffFacts
from models.values.policy import Policy
from models.values.request import RequestDetails
from models.values.settlement import Evidence, Money, Payment, Settlement
from models.values.stage_terms import ClockName, EventKind, Stage
from models.values.vocabulary import (
    Category,
    Channel,
    ContactOutcome,
    CustomerClass,
    HandlingMethod,
    HoldReason,
    Kind,
    ManualService,
    Outcome,
    Severity,
    SuggestionVerdict,
)
from tests.fixtures.database import KEY
from tests.flows.rules.making import NOW, POLICY, case, found_with, policy, reading, staff

SEAL = Seal(KEY)
ROLES = ("handler", "handler", "acceptor", "revisitor", "revisitor", "specialist", "inspector")
ABOVE = ("supervisor", "supervisor", "manager", "general")
BUSY = policy(lambda book: book["clocks"].update(feed_back={"hours": 30}, statutory_count="working_days"))
"""Another rulebook that comes into force now and then, and goes again."""
BACK: dict[str, Any] = {"present": True, "absent_since": None}
FINANCE = ("finance",)
TEAM = [staff(role, number) for number, role in enumerate(ROLES + ABOVE + FINANCE, start=1)]
GENERAL = 11
"""The general manager; nobody is above him, so no case of these walks names him."""
WITH_FINANCE = ("agree", "confirm-voucher", "confirm-voucher", "return-voucher", "voucher", "voucher", "pay", "pay")
AMOUNTS = (0, 150, 1500, 15_000, 90_000)
DOING = [name for name, act in ACTS.items() if act.stages - incident_course.STAGES]
"""Acts that a complaint may see."""
STEPS_AT_MOST = 12
"""More system steps than this without anybody acting or time going on: a busy loop."""


@dataclass
class Walk:
    """One case, its ledger, and the moment."""

    random: Random
    now: datetime = NOW
    facts: CaseFacts = field(init=False)
    team: list[StaffFacts] = field(default_factory=lambda: list(TEAM))
    ledger: list[tuple[EventKind, dict[str, Any]]] = field(default_factory=list)
    main: follow_up.Main | None = None
    repeats: tuple[int, ...] = ()
    policy: Policy = POLICY
    money: Money = field(default_factory=Money)
    referrals: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        lag = timedelta(hours=self.random.choice([0, 0, 1, 5, 200]))
        bare = case(Stage.RECEIVED, version=1, events=0, received_at=self.now - lag, kind=None, category=None)
        bare = replace(bare, channel=self.random.choice([Channel.PHONE, Channel.EMAIL]))
        bare = replace(bare, severity=None, rulebook=None, named_staff=(self.random.randrange(1, GENERAL),))
        self.facts = replace(bare, clocks=triage.received(bare, self.policy), caller_key="caller")
        self.write(Decision(EventKind.RECEIVED))

    def write(self, decision: Decision | None) -> None:
        self.facts, event = draft(Entry(self.facts, b"", decision), SEAL, self.now, None)
        if event is not None:
            self.ledger.append((EventKind(event["kind"]), event["data"]))
        for row in decision.rows if decision is not None else ():
            self._save(row)

    def _save(self, row: Row) -> None:
        """As `flows.legs.beside` does, in memory."""
        values, held = dict(row.values), self.money
        match row.table:
            case "settlements":
                evidence = tuple(Evidence(**one) for one in values.pop("evidence"))
                self.money = replace(held, settlement=Settlement(**values, evidence=evidence))
            case "payments":
                payments = {one.number: one for one in held.payments} | {values["number"]: Payment(**values)}
                self.money = replace(held, payments=tuple(payments.values()))
            case "liability_findings" | "liability_shares":
                self.money = replace(held, finding=found_with(held.finding, row))
            case "referrals":
                self.referrals[values["number"]] = values

    def refer(self) -> None:
        """The regulator sends something on."""
        number = f"R{len(self.referrals) + 1}"
        clock = referrals.clock(self.facts, self.now, None, POLICY.rulebook.regulator, POLICY)
        decision = referrals.decide(self.facts, number, self.now, clock, self.money, POLICY, self.now)
        row = {"number": number, "clock": clock.ref, "due_at": clock.due_at, "answered_at": None}
        self.write(replace(decision, rows=(*decision.rows, Row("referrals", row))))

    def carry(self) -> int:
        """The system's steps until the case waits for somebody or for later; how many there were."""
        for taken in range(STEPS_AT_MOST):
            plan = agenda(self.facts, self.policy, self.now)
            if plan.due_at is None or plan.due_at > self.now:
                return taken
            self.write(self._step(str(plan.step)))
        raise AssertionError(f"busy at {self.facts.stage}: {agenda(self.facts, self.policy, self.now)}")

    def wait(self) -> None:
        """Until the case wants something, or somewhat less."""
        due = agenda(self.facts, self.policy, self.now).due_at
        if due is not None and self.random.random() < 0.7:
            self.now = max(self.now, due)
        else:
            self.now += timedelta(minutes=self.random.choice([1, 45, 400, 3000]))

    def act(self, name: str, actor: StaffFacts, **said: Any) -> None:
        """As `flows.acts.perform` does; raises Refusal."""
        act, facts = ACTS[name], self.facts
        if name not in permission.permits(facts, actor, self.policy, at_hand=True):
            raise Refusal("", "not allowed")
        refuse_wrong_stage(act, facts, self.policy)
        reads = act.load in (money_of, judged_of) or name == "propose"
        loaded: Any = self.team if name == "reassign" else self.money if reads else []
        if name == "answer-regulator":
            loaded = Referrals(self.referrals)
        if name == "identify":
            loaded = Named(said["customer"], self.random.choice([None, *CustomerClass]))
        if name in ("join", "end-with-incident"):
            stages = [Stage.CONTAINMENT, Stage.CORRECTION]
            loaded = Event(UUID(int=9), 9, self.random.choice(stages)) if facts.linked_to or name == "join" else None
        setting = Setting(actor, self.policy, self.now, loaded)
        self.write(act.decide(facts, act.takes(version=facts.version, **said), setting))

    def anybody(self, name: str, **said: Any) -> bool:
        """The first of the team who may; False: nobody may."""
        for actor in sorted(self.team, key=lambda one: one.id != self.facts.owner_id):
            try:
                self.act(name, actor, **said)
            except Refusal:
                continue
            return True
        return False

    def stroll(self, moves: int) -> None:
        for _ in range(moves):
            self.carry()
            self.move()
            self.carry()

    def move(self) -> None:
        chance = self.random
        waits = ["wait", "wait", "main ends", "absent", "comes back", "new rulebook", "out of reach"]
        name = chance.choice([*waits, *DOING])
        if chance.random() < 0.01 and self.facts.kind in (None, Kind.COMPLAINT) and self.facts.linked_to is None:
            return self.refer()
        if chance.random() < 0.6:
            name = self._asked() or ("main ends" if self.facts.stage is Stage.LINKED else "wait")
        if self.money.payments and chance.random() < 0.15:
            name = chance.choice(WITH_FINANCE)
        if name == "wait":
            self.wait()
        elif name == "main ends":
            self.main = follow_up.Main(Stage.CLOSED, 3, chance.choice(["caller", "other"]), chance.choice([*Outcome]))
            if self.facts.stage is Stage.LINKED:
                self.facts = replace(self.facts, poked=True)
        elif name == "comes back":
            if self.facts.stage is Stage.CLOSED:
                self.repeats = chance.choice([(), (8,), (8, 9)])
                self.facts = replace(self.facts, poked=True)
        elif name == "out of reach":
            self._call_in_vain()
        elif name == "absent":
            self.team = [self._away(one) if chance.random() < 0.2 else replace(one, **BACK) for one in self.team]
            self.facts = replace(self.facts, poked=True)
        elif name == "new rulebook":
            self.policy = chance.choice([POLICY, BUSY])
            self.facts = replace(self.facts, poked=self.facts.stage is not Stage.CLOSED)
        else:
            self.anybody(name, **self.said(name))
        return None

    def _away(self, one: StaffFacts) -> StaffFacts:
        return replace(one, present=False, absent_since=one.absent_since or self.now)

    def _call_in_vain(self) -> None:
        while self.anybody("contact", outcome=ContactOutcome.NO_ANSWER):
            self.carry()
            self.now = max([self.now, *(one.due_at for one in self.facts.clocks if one.name is ClockName.CALL_BACK)])
            self.carry()

    def said(self, name: str) -> dict[str, Any]:
        """Something one could say with an act."""
        chance = self.random
        soon = self.now + timedelta(hours=chance.choice([1, 20, 90]))
        kind = chance.choice([Kind.COMPLAINT, Kind.COMPLAINT, Kind.ENQUIRY])
        promised = [one.ref for one in clocks.promised(self.facts.clocks)]
        texts: dict[str, dict[str, Any]] = {
            "note": {"text": "记录"},
            "identify": {"customer": chance.randrange(1, 4)},
            "promise": {"what": "退款", "by": soon},
            "keep-promise": {"promise": chance.choice(promised or [1])},
            "hold": {"reason": chance.choice([*HoldReason]), "until": chance.choice([None, soon])},
            "classify": {"kind": kind, "category": chance.choice([*Category]) if kind is Kind.COMPLAINT else None},
            "propose": {"remedy": "赔付", "compensation": chance.choice(AMOUNTS), "goodwill": kind is Kind.ENQUIRY},
            "reject": {"why": "过高"},
            "carry-out": {"method": chance.choice([*HandlingMethod]), "finding": "已查实"},
            "feed-back": {"accepted": chance.random() < 0.5, "said": "已告知", "outside_routes_named": True},
            "contact": {"outcome": chance.choice([*ContactOutcome]), "call_back_at": soon},
            "survey": {"solved": chance.random() < 0.5, "satisfaction": chance.randint(1, 5)},
            "answer": {
                "text": "答复",
                "verdict": SuggestionVerdict.CONSIDERED if self.facts.kind is Kind.SUGGESTION else None,
                "service": ManualService.TRANSFER if self.facts.kind is Kind.MANUAL_SERVICE else None,
            },
            "turn-into-complaint": {"category": chance.choice([*Category]), "why": "客户表示不满"},
            "turn-into-request": {"kind": chance.choice([*Kind]), "why": "只是询问"},
            "refuse-turn": {"why": "确为投诉"},
            "join": {"incident": UUID(int=9)},
            "end-with-incident": {"finding": "同一事故"},
            "reassign": {"why": "休假", "to": chance.choice([None, *(one.id for one in self.team)])},
            "escalate": {"why": "客户要求"},
            "reopen": {"why": "再次出现"},
            "withdraw": {"message": "不投诉了", "channel": Channel.SMS, "sent_at": self.now},
            **self._said_of_money(),
        }
        return texts.get(name, {})

    def _said_of_money(self) -> dict[str, dict[str, Any]]:
        chance = self.random
        payment = chance.randint(1, max(len(self.money.payments), 1))
        amount = Decimal((self.facts.remedy or {}).get("compensation", 0))
        firm = chance.random() < 0.7
        shares = [{"party": "linehaul", "percent": "60"}, {"kind": "carrier", "party": "air_carrier", "percent": "40"}]
        return {
            "settle": {"declared_value": chance.choice([None, 1000, 20_000]), "freight": chance.choice([None, 30])},
            "agree": {"amount": amount, "agreed_at": self.now, "how": Channel.PHONE, "by": "本人"},
            "advance": {"amount": max(amount / 2, Decimal("0.01")).quantize(Decimal("0.01")), "why": "急用"},
            "voucher": {"payment": payment},
            "confirm-voucher": {"payment": payment},
            "return-voucher": {"payment": payment, "why": "账号有误"},
            "pay": {"payment": payment, "paid_on": self.now.astimezone(SHANGHAI).date(), "reference": "B1"},
            "find-liable": {"firm_liable": firm, "shares": shares if firm else [], "grounds": "监控"},
            "appeal-liability": {"party": chance.choice(["linehaul", "air_carrier"]), "grounds": "不服"},
            "answer-regulator": {"referral": chance.choice(sorted(self.referrals) or ["R1"]), "text": "已处理"},
        }

    def finish(self) -> None:
        """Everybody is there and does what the stage asks for, until the case is closed."""
        self.team = list(TEAM)
        for _ in range(40):
            self.carry()
            if self.facts.stage is Stage.CLOSED:
                return
            if self.facts.hold is not None:
                assert self.anybody("resume"), "nobody may resume it"
            elif self.facts.stage is Stage.LINKED:
                self.main = follow_up.Main(Stage.CLOSED, 3, "caller", Outcome.SOLVED)
                self.facts = replace(self.facts, poked=True)
            else:
                self._do_what_the_stage_asks()
        raise AssertionError(f"never closed: it stands at {self.facts.stage}")

    def _do_what_the_stage_asks(self) -> None:
        name, stage = self._asked(), self.facts.stage
        said = {
            "classify": {"kind": Kind.COMPLAINT, "category": Category.DELAY},
            "feed-back": {"accepted": stage is Stage.FEED_BACK, "said": "已告知", "outside_routes_named": True},
            "survey": {"solved": True, "satisfaction": 4},
        }
        if self.anybody(name, **(said.get(name) or self.said(name))):
            return
        over = name in ("propose", "carry-out") and self.anybody("propose", remedy="致歉", compensation=0)
        assert over, f"nobody may {name} at {stage}"  # what is over the limit is proposed anew

    def _asked(self) -> str:
        """The act that takes the case on from where it stands."""
        turn = RequestDetails.of(self.facts.details).asked
        remedy = self.facts.remedy or {"approved": False}
        same = remedy.get("customer") == self.facts.customer_id
        judged = "approve" if same else "reject"  # for who was named since it is proposed anew
        return {
            Stage.TRIAGE: "classify",
            Stage.CARRY_OUT: "carry-out" if remedy["approved"] and same else "propose",
            Stage.APPROVAL: self.random.choice(["agree-turn", "refuse-turn"]) if turn else judged,
            Stage.FEED_BACK: "feed-back",
            Stage.REVISIT: "survey",
            Stage.WRITTEN_ANSWER: "answer",
            Stage.FINAL_POSITION: "feed-back",
            Stage.ANSWER: "answer",
            Stage.CONFIRMATION: "confirm",
            Stage.PROMISED: "keep-promise",
        }.get(self.facts.stage, "")

    def _step(self, name: str) -> Decision | None:
        facts, now = self.facts, self.now
        match name:
            case "classify":
                sure = self.random.random() < 0.6
                kind = self.random.choice([*[Kind.COMPLAINT] * 6, Kind.SUGGESTION, Kind.ENQUIRY, Kind.MANUAL_SERVICE])
                category = self.random.choice([*Category]) if kind is Kind.COMPLAINT else None
                said = reading(kind=kind, category=category, severity=self.random.choice([*Severity]))
                related = self._related()
                return triage.decide(facts, said, related, self.policy, now, sure=sure, proposed=True)
            case "assign":
                return assignment.decide(facts, self.team, self.policy, now)
            case "follow_up" if facts.stage is Stage.CLOSED and facts.poked:
                return reopening.by_repeats(facts, self.repeats, self.money, self.policy, now)
            case "follow_up":
                owner = next((one for one in self.team if one.id == facts.owner_id), None)
                return follow_up.decide(facts, self.main if facts.linked_to else None, self.policy, now, owner)
            case "analyse":
                return analysis.decide(facts, self.random.randint(1, 6), self.policy, now)
        return scoring.decide(facts, self.policy, now)

    def _related(self) -> list[triage.Relative]:
        category = self.random.choice([*Category])
        stage = self.random.choice([*Stage])
        closed = {"closed_at": self.now, "outcome": self.random.choice([*Outcome])} if stage is Stage.CLOSED else {}
        other = triage.Relative(UUID(int=3), 3, category, stage, self.now, **closed)
        return self.random.choice([[], [other]])
