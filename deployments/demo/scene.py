"""A simulated member of staff before a case: what he knows, and what he can say."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from api.schemas import CaseView
from models.values.vocabulary import Category

from .customers import Customer


@dataclass(frozen=True)
class Said:
    """One act as it is sent, but for the version."""

    act: str
    body: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Scene:
    """A person before a case."""

    case: CaseView
    customer: Customer
    now: datetime
    compensated: bool = False
    """Something is paid or promised on its waybill already, in this case or in another one."""

    @property
    def turn(self) -> str:
        """Tells the first handling of a case from the next ones."""
        return f"{self.case.reopenings}:{self.case.rejections}"

    @property
    def category(self) -> Category:
        return self.case.category or Category.OTHER

    def chance(self, topic: str, likely: float) -> bool:
        return self.customer.chance(f"{topic}:{self.turn}", likely)

    def once(self, topic: str, likely: float) -> bool:
        return self.customer.once(f"{topic}:{self.turn}", likely)

    def busy_elsewhere(self, likely: float) -> bool:
        """The case has to wait for somebody this time."""
        return self.customer.chance(f"busy:{self.case.stage}:{self.now.isoformat()}", likely)
