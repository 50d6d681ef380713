"""The links of a case's chain: what a decision makes of the facts, the event it writes, and what its hash covers."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from models.sealing import Seal, digest
from models.values.case import CaseFacts, Decision

PERSONS_DECIDE_ON = frozenset(
    {
        "stage",
        "owner_id",
        "kind",
        "category",
        "severity",
        "customer_id",
        "customer_class",
        "level",
        "remedy",
        "hold",
        "settlings",
    }
)
"""What changes the version: what a person decides on. Timers do not, so they cause no false conflict."""

SYSTEM = None
"""The actor of a step."""


@dataclass(frozen=True)
class Entry:
    """A case as loaded under its lock, and what was decided about it (None: only its wake is worked out anew)."""

    facts: CaseFacts
    head: bytes
    decision: Decision | None
    actor_id: int | None = SYSTEM


def draft(entry: Entry, seal: Seal, now: datetime, leg_id: UUID | None) -> tuple[CaseFacts, dict[str, Any] | None]:
    """The facts after a decision, and the event row it writes (without effect: None)."""
    facts, decision = entry.facts, entry.decision
    if decision is None:
        return facts, None
    changes = dict(decision.changes)
    moved = any(name in PERSONS_DECIDE_ON and changes[name] != getattr(facts, name) for name in changes)
    if moved or decision.overwrites:
        changes["version"] = facts.version + 1
    if decision.event is None:
        return replace(facts, **changes), None
    changes["events"] = facts.events + 1
    after = replace(facts, **changes)
    reasons = {"reasons": [{"zh": reason.zh, "en": reason.en} for reason in decision.reasons]}
    data = dict(decision.data) if decision.private else {**decision.data, **reasons}
    personal = {**(decision.sealed or {}), **(reasons if decision.private else {})}
    sealed = seal.close(personal) if personal else None
    event: dict[str, Any] = {
        "case_id": facts.id,
        "seq": after.events,
        "kind": decision.event.value,
        "stage": after.stage.value,
        "version": after.version,
        "at": now,
        "actor_id": entry.actor_id,
        "leg_id": leg_id,
        "data": data,
        "sealed": sealed,
        "sealed_digest": digest(sealed) if sealed is not None else None,
    }
    event["hash"] = seal.link(entry.head, chained(event))
    return after, event


def chained(event: Any) -> list[Any]:
    """What of an event its hash covers; the sealed part by digest, so that it can be erased."""
    plain = [
        event["seq"],
        event["kind"],
        event["stage"],
        event["version"],
        event["at"].astimezone(UTC).isoformat(),
        event["actor_id"],
    ]
    return [str(event["case_id"]), *plain, str(event["leg_id"]), event["data"], event["sealed_digest"]]
