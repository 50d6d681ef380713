"""What the API says of rounds of revisits."""

from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel

from api.schemas import ActDone, Links
from flows.revisits.listed import RoundListed
from flows.revisits.opening import RoundOpened
from models.values.questionnaire import Questionnaire
from models.values.round_terms import RetentionLevel, RoundKind
from models.values.stage_terms import Stage


class RoundAccepted(BaseModel):
    """The round's own case; it is stored and will be drawn, whatever happens to any process."""

    id: UUID
    number: int
    kind: RoundKind
    first: date
    last: date
    stage: Stage
    links: Links

    @classmethod
    def of(cls, opened: RoundOpened, links: Links) -> Self:
        details = opened.details
        return cls(
            id=opened.id,
            number=opened.number,
            kind=details.kind,
            first=details.first,
            last=details.last,
            stage=opened.stage,
            links=links,
        )


class RoundView(BaseModel):
    """`round` is the number that reports go by; None until it is drawn."""

    id: UUID
    number: int
    round: int | None
    kind: RoundKind
    first: date
    last: date
    stage: Stage
    level: RetentionLevel | None
    cancelled: bool
    replicate: int
    closes_at: datetime | None
    report: str | None


class RoundList(BaseModel):
    items: list[RoundView]


class Asking(BaseModel):
    """One question: `low` and `high` of a scale, `options` of choices, each with its words in zh and en."""

    name: str
    kind: str
    zh: str
    en: str
    required: bool
    low: int | None
    high: int | None
    options: dict[str, tuple[str, str]]


class QuestionnaireView(BaseModel):
    """`version` is its own, `rulebook` the hash of the rulebook it stands in."""

    version: str
    rulebook: str
    title: tuple[str, str]
    opening: tuple[str, str]
    thanks: tuple[str, str]
    questions: list[Asking]


class LinkGiven(ActDone):
    """`path` is put behind the address customers reach the centre by; shown now, stored nowhere."""

    path: str
    expires_at: datetime


def round_view(one: RoundListed) -> RoundView:
    details = one.details
    return RoundView(
        id=one.id,
        number=one.number,
        round=details.round,
        kind=details.kind,
        first=details.first,
        last=details.last,
        stage=one.stage,
        level=details.level,
        cancelled=details.cancelled,
        replicate=details.replicate,
        closes_at=one.closes_at,
        report=f"/api/v1/reports/revisits/{details.round}" if details.round else None,
    )


def questionnaire_view(found: Questionnaire, rulebook: str) -> QuestionnaireView:
    questions = [
        Asking(
            name=name,
            kind=one.kind,
            zh=one.asks[0],
            en=one.asks[1],
            required=one.required,
            low=one.low if one.kind == "scale" else None,
            high=one.high if one.kind == "scale" else None,
            options=dict(one.options),
        )
        for name, one in found.questions.items()
    ]
    words = {"title": found.title, "opening": found.opening, "thanks": found.thanks}
    return QuestionnaireView(version=found.version, rulebook=rulebook, questions=questions, **words)
