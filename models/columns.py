"""Column types that several tables share."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, DateTime, LargeBinary, String

Moment = DateTime(timezone=True)
Bytes = LargeBinary()


def one_of(column: str, terms: type[StrEnum]) -> CheckConstraint:
    """Text with a CHECK instead of a native enum: a new term is one migration line, not an ALTER TYPE."""
    values = ", ".join(f"'{term.value}'" for term in terms)
    return CheckConstraint(f"{column} IN ({values})", name=f"{column}_term")


def text(length: int) -> String:
    return String(length)
