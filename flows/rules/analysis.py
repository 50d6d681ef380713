"""Step 6, analyse: root cause, liable party, repeat pattern, improvement; a supervisor confirms when told to."""

from datetime import datetime

from flows.rules import clocks, follow_up, lifecycle
from models.values.case import CaseFacts, Decision, Reason
from models.values.chinese import chinese
from models.values.policy import Policy
from models.values.stage_terms import EventKind


def decide(facts: CaseFacts, repeats: int, policy: Policy, now: datetime) -> Decision:
    """`repeats`: cases of the same category and unit received within the window, this one included."""
    rules = policy.rulebook.analysis
    pattern = repeats >= rules.repeat_at
    confirm = _confirm(facts, policy)
    reasons = [_cause(facts, policy)]
    if pattern:
        reasons.append(
            Reason(
                f"同类同单位 {repeats} 件，建议专项改进",
                f"{repeats} of one kind at one unit: improvement proposed",
            )
        )
    if confirm:
        reasons.append(Reason(f"须主管确认：{confirm.zh}", f"a supervisor confirms: {confirm.en}"))
    liable = facts.unit if facts.firm_liable is None else facts.liable  # a finding stands; else it is a proposal
    data = {
        "confirm": confirm is not None,
        "root_cause": facts.category,
        "liable": liable,
        "repeats": repeats,
        "improvement": pattern,
    }
    left = clocks.meet_all(facts.clocks, now)
    changes = {
        "stage": lifecycle.stage_after(facts.stage, EventKind.ANALYSED, data),
        "root_cause": facts.category,
        "liable": liable,
        "owner_id": None,
        "hold": None,
        "clocks": left,
        "overdue": follow_up.overdue(left, now),
    }
    return Decision(EventKind.ANALYSED, changes, tuple(reasons), data)


def _cause(facts: CaseFacts, policy: Policy) -> Reason:
    if facts.category is None:
        return Reason("非投诉，无需归因", "not a complaint: no root cause to look for")
    zh, en = policy.rulebook.analysis.causes[facts.category]
    return Reason(f"初步原因：{zh}", f"root cause proposed: {en}")


def _confirm(facts: CaseFacts, policy: Policy) -> Reason | None:
    rules = policy.rulebook.analysis
    if facts.severity in rules.confirm_severity:
        return Reason(f"严重程度：{chinese(facts.severity)}", f"severity {facts.severity}")
    if rules.confirm_reopened and facts.reopenings:
        return Reason("曾重新打开", "it was reopened")
    if facts.customer_class in rules.confirm_classes:
        return Reason(f"{facts.customer_class} 类客户", f"class {facts.customer_class}")
    return None
