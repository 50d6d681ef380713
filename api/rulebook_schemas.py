"""What the API answers about rulebooks and their changes."""

from datetime import datetime

from pydantic import BaseModel

from api.schemas import ReasonView
from flows.acts.inputs import Input, Line
from models.values.people_terms import ChangeState


class ChangeView(BaseModel):
    """A rulebook proposed in place of `base`: who, when, why, and what a second person decided."""

    id: int
    hash: str
    base: str | None
    state: ChangeState
    proposer: str | None
    proposed_at: datetime
    reason: str | None
    decider: str | None
    decided_at: datetime | None
    remark: str | None


class ChangeList(BaseModel):
    in_force: str
    items: list[ChangeView]


class DifferenceView(BaseModel):
    """One setting that differs: where it stands, what it means, from what to what."""

    path: list[str]
    meaning: ReasonView
    change: ReasonView


class DifferenceList(BaseModel):
    items: list[DifferenceView]


class ChangeDone(BaseModel):
    """Where the change stands now."""

    id: int
    hash: str
    state: ChangeState


class ApproveRulebook(Input):
    """The proposed rulebook comes into force; never by who proposed it."""

    remark: Line | None = None


class RejectRulebook(Input):
    """The proposed rulebook is turned down, or taken back by who proposed it."""

    reason: Line
