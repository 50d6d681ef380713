"""The rulebook's section on attachments."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from models.values.section import Section

MEDIA = ("image/jpeg", "image/png", "image/webp", "application/pdf")
"""What an attachment can be; of no other type do we know how to tell whether it is what it says."""


class Attachments(Section):
    """Photographs and papers of a case."""

    types: Annotated[tuple[str, ...], Field(min_length=1)]
    """Media types that are taken."""
    bytes_at_most: Annotated[int, Field(ge=1024, le=20 * 1024 * 1024)]
    """The size of one attachment."""
    at_most: Annotated[int, Field(ge=1, le=200)]
    """How many a case can have."""

    @model_validator(mode="after")
    def every_type_can_be_checked(self) -> Self:
        if unknown := [one for one in self.types if one not in MEDIA]:
            raise ValueError(f"types names {', '.join(unknown)}; what can be checked is {', '.join(MEDIA)}")
        return self
