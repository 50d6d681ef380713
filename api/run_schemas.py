"""Runs of the engine, as the API answers them."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel


class RunView(BaseModel):
    """A leg: one flow run carrying one or more cases. `prefect` leads to it in the Prefect UI."""

    id: UUID
    procedure: str
    worker: str
    state: str
    opened_at: datetime
    ended_at: datetime | None
    cases: int
    carried: int
    deferred: int
    quarantined: int
    message: str | None
    flow_run_id: UUID | None
    prefect: str | None


class RunDetail(RunView):
    case_ids: list[UUID]


class RunList(BaseModel):
    items: list[RunView]
    next: str | None = None
