"""What the classifier answers."""

from dataclasses import dataclass

from models.values.case import Reason
from models.values.vocabulary import BusinessLine, Category, Kind, Severity


@dataclass(frozen=True)
class Classification:
    """The system's own reading of a text, with its confidence (0–1) and why.

    `category` and `secondary` are set for complaints only. `urgent` holds flags that go before everything:
    casualty, dangerous, perishable, regulator, media, lawyer.
    """

    kind: Kind
    category: Category | None
    secondary: Category | None
    severity: Severity
    business_line: BusinessLine
    confidence: float
    urgent: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
