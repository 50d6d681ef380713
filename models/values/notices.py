"""Notices as rules write and see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from models.values.case import Reason, Row
from models.values.people_terms import Role


@dataclass(frozen=True)
class Addressee:
    """Whom a notice is for: at most one of the three; none: whoever asked for its kind."""

    staff_id: int | None = None
    unit: str | None = None
    role: Role | None = None


def notice(
    kind: str,
    to: Addressee,
    title: Reason,
    text: Reason,
    now: datetime,
    *,
    case_id: UUID | None = None,
    due_at: datetime | None = None,
    id_: UUID | None = None,
    must_acknowledge: bool = False,
    pokes: bool = False,
) -> Row:
    """A notice as a row beside a decision (`Decision.rows`); its texts are sealed when it is saved.

    Without `id_` it gets a new one; give one (from the load) to refer to it, or to write it only once. `pokes`: the
    case looks up when it was delivered, acknowledged or failed.
    """
    values: dict[str, Any] = {
        "kind": kind,
        "case_id": case_id,
        "to_staff": to.staff_id,
        "to_unit": to.unit,
        "to_role": to.role,
        "must_acknowledge": must_acknowledge,
        "pokes": pokes,
        "created_at": now,
        "due_at": due_at,
    }
    if id_ is not None:
        values["id"] = id_
    payload: Mapping[str, Any] = {"title": _both(title), "text": _both(text)}
    return Row("notices", values, {"payload": payload})


def _both(said: Reason) -> dict[str, str]:
    return {"zh": said.zh, "en": said.en}
