"""The rulebook's section on customers: how they are shown, what is stale, what the indicators look at."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from models.values.people_terms import Role

Days = Annotated[int, Field(ge=1, le=3660)]
Shown = Annotated[int, Field(ge=1, le=100)]


class Customers(BaseModel):
    """Records of customers: stale when, shown how far back. Who sees them: `permissions`."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    stale_after_days: Days
    """A record is stale when it was neither verified nor stood behind an order or a case for so long."""
    names_shown_to: tuple[Role, ...]
    """Who sees full names; others see the first sign."""
    orders_shown: Shown
    """How many of the newest orders a record shows."""
    cases_shown: Shown
    """How many of the newest cases a record shows."""
    matches_shown: Shown
    """How many customers of one name a look-up lists."""
    indicator_days: Days
    """The span loyalty, potential and risk look back over."""
