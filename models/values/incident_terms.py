"""Terms of business incidents (商务事故)."""

from enum import StrEnum


class IncidentGrade(StrEnum):
    """How grave a business incident is: 一般, 重大, 特大."""

    GENERAL = "general"
    MAJOR = "major"
    CRITICAL = "critical"


class IncidentKind(StrEnum):
    """What happened to goods in the firm's hands (the seven kinds of freight incident, and misdelivery)."""

    FIRE = "fire"
    THEFT = "theft"
    LOSS = "loss"
    DAMAGE = "damage"
    SPOILAGE = "spoilage"
    CONTAMINATION = "contamination"
    MISDELIVERY = "misdelivery"
    OTHER = "other"
