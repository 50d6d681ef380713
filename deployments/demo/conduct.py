"""What a simulated member of staff does about the case before him: the acts, in order, or nothing yet."""

from collections.abc import Callable
from datetime import time, timedelta
from decimal import Decimal
from typing import Any

from api.schemas import CaseView
from models.values.calendar import SHANGHAI
from models.values.stage_terms import ClockName, Stage
from models.values.vocabulary import Category, ContactOutcome, Kind, ManualService, Severity, SuggestionVerdict

from . import phrases
from .remedies import compensation
from .respondents import BY_LINK, answers
from .scene import Said, Scene

SETTLED = (Category.LOSS, Category.DAMAGE, Category.CLAIMS_COMPENSATION)
CALLS_FROM, CALLS_UNTIL = time(9), time(21)
"""As staff have learned it; the API decides."""


def acts_for(scene: Scene) -> list[Said]:
    """What to do now at the stage the case stands at; nothing: another time."""
    done = _AT[scene.case.stage](scene) if scene.case.stage in _AT else []
    return [*acknowledging(scene.case), *done]


def acknowledging(case: CaseView) -> list[Said]:
    """Tell who wrote that it arrived, if nobody did yet."""
    owed = any(clock.name == ClockName.ACKNOWLEDGE and clock.met_at is None for clock in case.clocks)
    return [Said("acknowledge", {"channel": case.channel.value})] if owed else []


def _triage(scene: Scene) -> list[Said]:
    """By the labels, where the request carries them; otherwise the system's best guess."""
    case, request = scene.case, scene.customer.request
    kind = request.kind or case.proposed_kind or Kind.COMPLAINT
    body: dict[str, Any] = {"kind": kind.value}
    if kind is Kind.COMPLAINT:
        body["category"] = (request.category or case.proposed_category or Category.OTHER).value
        body["secondary"] = request.secondary and request.secondary.value
    body["severity"] = (request.severity or case.severity or Severity.MINOR).value
    body["business_line"] = (request.business_line or case.business_line).value
    return [Said("classify", body)]


def _carry_out(scene: Scene) -> list[Said]:
    if scene.customer.request.temperament.withdraws and not scene.case.withdrawn:
        return [_withdraw(scene)]
    known = scene.customer.request.kind
    if known not in (None, Kind.COMPLAINT) and scene.case.remedy is None and scene.once("turn", 1.0):
        return [Said("turn-into-request", {"kind": known.value, "why": phrases.ONLY_ASKS})]
    if scene.case.remedy is None:
        return _propose(scene)
    if not scene.case.remedy["approved"]:
        less = "0.00" if scene.compensated else "100.00"
        return [Said("propose", {"remedy": phrases.REMEDIES[scene.category], "compensation": less})]
    if scene.busy_elsewhere(0.2):
        return []
    kept = [] if scene.chance("forgets", 0.2) else _keep_promises(scene)
    paid = _pay_early(scene)
    rng = scene.customer.random(f"method:{scene.turn}")
    method = rng.choice(phrases.METHODS[scene.category])
    return [*kept, *paid, Said("carry-out", {"method": method.value, "finding": phrases.FINDING})]


def _settle(scene: Scene, amount: Decimal) -> list[Said]:
    """The loss, its evidence and what limits it, before anything is proposed."""
    if scene.category not in SETTLED or not amount or not scene.once("settle", 0.9):
        return []
    insured = scene.chance("insured", 0.5)
    known = (
        {"declared_value": f"{max(amount * 10, Decimal(2000)):.2f}"} if insured else {"freight": f"{amount * 4:.2f}"}
    )
    evidence = [{"kind": "photograph", "reference": f"demo/{scene.case.number}/1.jpg"}]
    return [Said("settle", known | {"evidence": evidence})]


def _pay_early(scene: Scene) -> list[Said]:
    """Some are paid a part in advance; some agree to the amount before it is paid."""
    compensation = Decimal((scene.case.remedy or {}).get("compensation", 0))
    said: list[Said] = []
    if compensation >= 100 and scene.once("advance", 0.15):
        said.append(Said("advance", {"amount": f"{compensation / 2:.2f}", "why": phrases.URGENTLY}))
    if compensation and scene.once("agree", 0.3):
        agreed = {"amount": f"{compensation:.2f}", "agreed_at": scene.now.isoformat(), "how": "phone"}
        said.append(Said("agree", agreed | {"by": "客户本人"}))
    return said


def _propose(scene: Scene) -> list[Said]:
    """Investigate first: note, hold, promise, hand up; then propose."""
    if scene.once("hold", 0.06):
        reason = "waiting_customer" if scene.chance("whom", 0.6) else "waiting_unit"
        until = scene.now + timedelta(hours=24)
        return [Said("hold", {"reason": reason, "until": until.isoformat(), "why": phrases.INVESTIGATED})]
    if scene.busy_elsewhere(0.3):
        return [Said("note", {"text": phrases.INVESTIGATED})] if scene.once("note", 0.3) else []
    first: list[Said] = []
    if scene.once("promise", 0.15):
        by = scene.now + timedelta(hours=scene.customer.random("by").choice((4, 24, 48)))
        first.append(Said("promise", {"what": phrases.PROMISE, "by": by.isoformat()}))
    likely = 0.4 if scene.customer.asked else 0.02
    if scene.case.level == 0 and scene.once("escalate", likely):
        return [Said("escalate", {"why": phrases.ESCALATED})]
    rng = scene.customer.random(f"compensation:{scene.turn}")
    amount = compensation(scene.category, scene.case.severity or Severity.MINOR, rng)
    if scene.compensated:
        amount = Decimal(0)  # one waybill is compensated once
    first += _settle(scene, amount)
    return [*first, Said("propose", {"remedy": phrases.REMEDIES[scene.category], "compensation": f"{amount:.2f}"})]


def _approval(scene: Scene) -> list[Said]:
    if scene.case.request.turn_asked is not None:
        return [Said("agree-turn", {"remark": phrases.AGREED})]
    needed = int((scene.case.remedy or {}).get("level", 0))
    if scene.chance("rejected", 0.06):
        return [Said("reject", {"why": phrases.TOO_MUCH})]
    if needed and scene.busy_elsewhere(0.15):
        return []
    return [Said("approve", {"remark": phrases.AGREED})]


def _feed_back(scene: Scene) -> list[Said]:
    kept = _keep_promises(scene)
    if (call := _call(scene)) is not None:
        return [*kept, *call]
    accepted = scene.customer.accepts(scene.case.rejections)
    scene.customer.told = True
    if scene.customer.referral is not None:
        answer = {"referral": scene.customer.referral, "text": phrases.REGULATOR_ANSWERED}
        kept.append(Said("answer-regulator", answer))
        scene.customer.referral = None
    said = phrases.ACCEPTED if accepted else phrases.REFUSED
    return [*kept, Said("feed-back", {"accepted": accepted, "said": said})]


def _final_position(scene: Scene) -> list[Said]:
    scene.customer.told = True
    accepted = scene.customer.accepts_final_position()
    return [Said("feed-back", {"accepted": accepted, "said": phrases.FINAL, "outside_routes_named": True})]


def _revisit(scene: Scene) -> list[Said]:
    if (call := _call(scene)) is not None:
        return call
    return [Said("survey", scene.customer.survey(scene.case.reopenings) | {"remark": phrases.REMARK})]


def _call(scene: Scene) -> list[Said] | None:
    """Call the customer: the attempt that fails, nothing at night or while it is too early again; None: he answers."""
    case = scene.case
    if not CALLS_FROM <= scene.now.astimezone(SHANGHAI).time() < CALLS_UNTIL:
        return []
    waits = [clock.due_at for clock in case.clocks if clock.name == ClockName.CALL_BACK and clock.met_at is None]
    if max(waits, default=scene.now) > scene.now:
        return []
    failed = sum(one.outcome not in (ContactOutcome.CALL_BACK, "reached") for one in case.attempts)
    outcome = scene.customer.unreached(case.stage, failed)
    if outcome is None and scene.once("later", 0.05):
        later = (scene.now + timedelta(hours=3)).isoformat()
        return [Said("contact", {"outcome": ContactOutcome.CALL_BACK.value, "call_back_at": later})]
    return None if outcome is None else [Said("contact", {"outcome": outcome.value})]


def _written_answer(scene: Scene) -> list[Said]:
    scene.customer.told = True
    return [Said("answer", {"text": phrases.WRITTEN})]


def _answer(scene: Scene) -> list[Said]:
    if scene.busy_elsewhere(0.15):
        return []
    known = scene.customer.request
    if known.kind is Kind.COMPLAINT and scene.once("turn", 1.0):
        category = (known.category or Category.OTHER).value
        return [Said("turn-into-complaint", {"category": category, "why": phrases.COMPLAINS})]
    first: list[Said] = []
    if scene.once("promise", 0.1):
        by = scene.now + timedelta(hours=scene.customer.random("by").choice((4, 24)))
        first.append(Said("promise", {"what": phrases.PROMISE, "by": by.isoformat()}))
    scene.customer.told = True
    body: dict[str, Any] = {"text": phrases.ANSWER}
    if scene.case.kind is Kind.SUGGESTION:
        body["verdict"] = scene.customer.random("verdict").choice(list(SuggestionVerdict)).value
    if scene.case.kind is Kind.MANUAL_SERVICE and scene.case.request.service is None:
        body["service"] = scene.customer.random("service").choice(list(ManualService)).value
    return [*first, Said("answer", body)]


def _promised(scene: Scene) -> list[Said]:
    return [] if scene.busy_elsewhere(0.5) else _keep_promises(scene)


def _confirmation(scene: Scene) -> list[Said]:
    body: dict[str, Any] = {"remark": phrases.CONFIRMED}
    if scene.case.firm_liable is None and scene.chance("another unit", 0.1):
        body["liable"] = "last_mile"
    return [Said("confirm", body)]


def _contact(scene: Scene) -> list[Said]:
    """Reached, he answers on the phone, or would rather do so by himself: then he gets a link."""
    if (call := _call(scene)) is not None:
        return call
    if scene.customer.chance("link", BY_LINK):
        return [Said("send-link")] if scene.customer.once("link sent", 1) else []
    return [Said("answer-questionnaire", {"answers": answers(scene.customer)})]


def _assessment(scene: Scene) -> list[Said]:
    body = {"verdict": "acceptable", "finding": phrases.ASSESSED, "improvement": phrases.IMPROVE}
    return [Said("assess", body)]


def _keep_promises(scene: Scene) -> list[Said]:
    open_ones = [clock for clock in scene.case.clocks if clock.name == ClockName.PROMISE and clock.met_at is None]
    return [Said("keep-promise", {"promise": clock.promise, "how": phrases.KEPT}) for clock in open_ones]


def _withdraw(scene: Scene) -> Said:
    channel = scene.customer.request.channel.value
    return Said("withdraw", {"message": phrases.WITHDRAWAL, "channel": channel, "sent_at": scene.now.isoformat()})


_AT: dict[Stage, Callable[[Scene], list[Said]]] = {
    Stage.TRIAGE: _triage,
    Stage.CARRY_OUT: _carry_out,
    Stage.APPROVAL: _approval,
    Stage.FEED_BACK: _feed_back,
    Stage.FINAL_POSITION: _final_position,
    Stage.REVISIT: _revisit,
    Stage.WRITTEN_ANSWER: _written_answer,
    Stage.ANSWER: _answer,
    Stage.CONFIRMATION: _confirmation,
    Stage.CONTACT: _contact,
    Stage.ASSESSMENT: _assessment,
    Stage.PROMISED: _promised,
}
