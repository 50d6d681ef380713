"""An incident walked through whatever can happen to it: the real rules and acts in memory, the real ledger."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from flows.acts.act import Setting, refuse_wrong_stage
from flows.acts.money import money_of
from flows.acts.registry import ACTS, INCIDENT
from flows.legs.chain import Entry, draft
from flows.rules import (
    clocks,
    customer_notices,
    incident_arbiter,
    incident_follow_up,
    incident_grading,
    incident_scoring,
    permission,
)
from flows.rules.agenda import agenda
from models.sealing import Seal
from models.values.case import CaseFacts, Decision, Refusal, StaffFacts
from models.values.incident import Incident
from models.values.incident_terms import IncidentKind
from models.values.settlement import Finding, Money
from models.values.stage_terms import ClockName, EventKind, Stage
from models.values.vocabulary import BusinessLine, Channel, Procedure
from tests.fixtures.database import KEY
from tests.flows.rules.making import NOW, POLICY, found_with, staff

SEAL = Seal(KEY)
REPORTER, COUNTERPART = "sorting_centre", "linehaul"
_CENTRE = ("handler", "handler", "inspector", "inspector", "supervisor", "supervisor", "manager", "manager", "general")
TEAM = [
    *(staff(role, number) for number, role in enumerate((*_CENTRE, "general"), start=1)),
    staff("business_unit", 11, unit=REPORTER),
    staff("business_unit", 12, unit=COUNTERPART),
]
FORM = dict.fromkeys(POLICY.incidents.form.required, "1")
STEPS_AT_MOST = 12
DOING = [act.name for act in INCIDENT if act.stages <= frozenset(Stage) - {Stage.CUSTOMER_NOTICE}]
CASES_ACTS = ["note", "hold", "resume", "reassign", "escalate"]
ASKED = {
    Stage.CONTAINMENT: "contain",
    Stage.INVESTIGATION: "investigate",
    Stage.COUNTERPART: "respond",
    Stage.FINDING: "name-liable",
    Stage.CORRECTION: "complete-correction",
    Stage.EFFECT: "check-effect",
    Stage.CLOSING: "conclude",
}


@dataclass
class IncidentWalk:
    """One incident, its ledger, and the moment."""

    random: Random
    now: datetime = NOW
    facts: CaseFacts = field(init=False)
    team: list[StaffFacts] = field(default_factory=lambda: list(TEAM))
    ledger: list[tuple[EventKind, dict[str, Any]]] = field(default_factory=list)
    delivered_at: datetime | None = None
    finding: Finding | None = None
    """The last one, or the presumption."""
    silent: bool = False
    """The counterpart unit never answers."""

    def __post_init__(self) -> None:
        chance = self.random
        self.silent = chance.random() < 0.4
        incident = Incident(
            kind=chance.choice([*IncidentKind]),
            discovered_at=self.now - timedelta(minutes=chance.choice([0, 10, 500, 5000])),
            value=chance.choice([None, Decimal(100), Decimal(5000), Decimal(20_000), Decimal(50_000)]),
            casualties=chance.choice([None, 0, 0, 2]),
            dangerous_goods=chance.choice([None, False, False, True]),
            hub=("H1",),
        )
        form = clocks.start(ClockName.FORM, POLICY.incidents.clocks.form, self.now, POLICY)
        self.facts = CaseFacts(
            id=UUID(int=7),
            number=7,
            stage=Stage.REPORTED,
            received_at=self.now,
            recorded_at=self.now,
            channel=Channel.WEB,
            procedure=Procedure.INCIDENT,
            business_line=BusinessLine.ROAD,
            unit=REPORTER,
            details=incident.as_json(),
            clocks=(form,),
        )
        self.write(Decision(EventKind.REPORTED))

    def write(self, decision: Decision | None) -> None:
        self.facts, event = draft(Entry(self.facts, b"", decision), SEAL, self.now, None)
        if event is not None:
            self.ledger.append((EventKind(event["kind"]), event["data"]))
        for row in decision.rows if decision else ():
            self.finding = found_with(self.finding, row)

    def carry(self) -> None:
        """The system's steps until the incident waits for somebody or for later."""
        for _ in range(STEPS_AT_MOST):
            plan = agenda(self.facts, POLICY, self.now)
            if plan.due_at is None or plan.due_at > self.now:
                return
            self.write(self._steps[str(plan.step)]())
        raise AssertionError(f"busy at {self.facts.stage}: {agenda(self.facts, POLICY, self.now)}")

    def wait(self) -> None:
        """Until the incident wants something, or somewhat less, or much longer (nobody carried it meanwhile)."""
        due = agenda(self.facts, POLICY, self.now).due_at
        if due is not None and self.random.random() < 0.6:
            self.now = max(self.now, due)
        else:
            self.now += timedelta(minutes=self.random.choice([1, 45, 400, 3000, 30_000]))

    def act(self, name: str, actor: StaffFacts, **said: Any) -> None:
        """As `flows.acts.perform` does; raises Refusal."""
        act, facts = ACTS[name], self.facts
        if name not in permission.permits(facts, actor, POLICY):
            raise Refusal("", "not allowed")
        refuse_wrong_stage(act, facts, POLICY)
        loaded: Any = self.team if name == "reassign" else True
        if act.load is money_of:
            loaded = Money(finding=self.finding)
        setting = Setting(actor, POLICY, self.now, loaded)
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

    def move(self) -> None:
        chance = self.random
        name = chance.choice(["wait", "wait", "outbox", *DOING, *CASES_ACTS])
        if chance.random() < 0.5:
            name = ASKED.get(self.facts.stage, "wait")
        if name == "respond" and self.silent:
            name = chance.choice(["wait", "outbox"])
        if name == "wait":
            self.wait()
        elif name == "outbox":
            self._outbox()
        else:
            self.anybody(name, **self.said(name))

    def finish(self) -> None:
        """People do what is asked of them until it is closed."""
        for _ in range(60):
            self.carry()
            if self.facts.stage is Stage.CLOSED:
                return
            if self.facts.hold is not None:
                self.anybody("resume")
            self.anybody("acknowledge-incident")
            for code in Incident.of(self.facts.details).duties:
                self.anybody("tell-authority", duty=code, receipt="1")
            self.anybody("fill-form", fields=FORM)
            self.anybody("name-cause", **self.said("name-cause"))
            if self.facts.stage is Stage.CORRECTION and not self._open(ClockName.CORRECTION):
                self.anybody("plan-correction", **self.said("plan-correction"))
            if self.facts.stage is Stage.EFFECT:
                self.now = max(self.now, *(one.started_at for one in self.facts.clocks if one.met_at is None))
            self.carry()
            name = ASKED.get(self.facts.stage)
            if name is not None:
                self.anybody(name, **(self.said(name) | ({"effective": True} if name == "check-effect" else {})))
        raise AssertionError(f"never closed: {self.facts.stage}, {self.ledger[-5:]}")

    def said(self, name: str) -> dict[str, Any]:
        """Something one could say with an act."""
        chance, incident = self.random, Incident.of(self.facts.details)
        soon = self.now + timedelta(hours=chance.choice([1, 20, 90]))
        corrections = self._open(ClockName.CORRECTION)
        match name:
            case "tell-authority":
                return {"duty": chance.choice([*incident.duties, "none"]), "receipt": "1"}
            case "value":
                return {"value": chance.choice(["10", "15000", "99999.99"])}
            case "regrade":
                return {
                    "casualties": chance.choice([0, 1]),
                    "dangerous_goods": chance.choice([True, False]),
                    "why": "x",
                }
            case "trace":
                return {"vehicle": chance.choice(["V1", "V2"])}
            case "fill-form":
                return {"fields": chance.choice([FORM, {"goods": "x"}, {"goods": None}])}
            case "contain":
                return {"measures": "x", "at": chance.choice([None, incident.discovered_at])}
            case "investigate":
                return {"finding": "x", "counterpart": chance.choice([None, COUNTERPART, COUNTERPART, REPORTER])}
            case "deliver":
                return {"at": self.now, "how": "email", "receipt": "x"}
            case "respond":
                return {"agrees": chance.choice([True, False]), "statement": "x"}
            case "appeal":
                return {"party": chance.choice([COUNTERPART, REPORTER, "air_carrier"]), "grounds": "x"}
            case "name-liable":
                carrier = {"kind": "carrier", "party": "air_carrier", "percent": "33.33"}
                shares = chance.choice(
                    [
                        [],
                        [{"party": REPORTER, "percent": "100"}],
                        [{"party": COUNTERPART, "percent": "66.67"}, carrier],
                    ]
                )
                return {"firm_liable": bool(shares), "shares": shares, "why": "x"}
            case "plan-correction":
                return {"what": "x", "owner": 1, "by": soon}
            case "complete-correction":
                return {"correction": chance.choice([one.ref for one in corrections] or [1]), "how": "x"}
            case "check-effect":
                return {"effective": chance.choice([True, True, False]), "finding": "x"}
            case "name-cause":
                return {"method": "five_whys", "whys": ["a", "b"]}
            case "note":
                return {"text": "x"}
            case "hold":
                return {"reason": "waiting_customer"}
            case "reassign" | "escalate":
                return {"why": "x"}
        return {}

    def _open(self, name: ClockName) -> list[Any]:
        return [one for one in self.facts.clocks if one.name is name and one.met_at is None]

    def _outbox(self) -> None:
        """The notice to the counterpart was delivered, and its case told to look up."""
        if self.facts.stage is Stage.COUNTERPART:
            self.delivered_at = self.now
            self.facts = replace(self.facts, poked=True)

    @property
    def _steps(self) -> dict[str, Callable[[], Decision | None]]:
        facts, now = self.facts, self.now
        delivered_at = self.delivered_at if facts.stage is Stage.COUNTERPART else None
        return {
            "grade": lambda: incident_grading.decide(facts, POLICY, now),
            "reach_out": lambda: customer_notices.reached_out(
                facts, [], Incident.of(facts.details).but(reach=None), left=False, policy=POLICY, now=now
            ),
            "assign": lambda: incident_arbiter.decide(facts, self.team, POLICY, now),
            "follow_up": lambda: incident_follow_up.decide(facts, incident_follow_up.Known(delivered_at), POLICY, now),
            "score": lambda: incident_scoring.decide(facts, self.random.randint(0, 3), POLICY, now),
        }
