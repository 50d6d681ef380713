"""People's queues, as the API answers them: the work, and the words for it."""

from pydantic import BaseModel

from api.schemas import ActDone, CaseSummary, ReasonView


class SaidView(ReasonView):
    """Words to say; `part`: greeting, opening, empathy, closing."""

    part: str


class WordingView(ReasonView):
    """What a stage is called, and what its owner says to this customer, in the order of a talk."""

    say: list[SaidView]


class QueueItem(BaseModel):
    """A piece of work, with the reason for its place and the standard wording for it."""

    place: int
    reason: ReasonView
    wording: WordingView
    mine: bool
    watched: bool
    """It is overdue with somebody else and was escalated to my level: I watch over it."""
    case: CaseSummary


class Queue(BaseModel):
    items: list[QueueItem]


class Taken(BaseModel):
    """The case taken; None when there was nothing to take."""

    case: ActDone | None
