"""The rulebook on classes of customers."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from models.values.people_terms import Role
from models.values.section import Section
from models.values.vocabulary import CustomerClass

Percent = Annotated[Decimal, Field(ge=0, le=100, decimal_places=2)]
Basis = Literal["amount", "profit"]


class Classes(Section):
    """ABC(D): where the classes are cut, what shares of the amount are expected, who in C can grow."""

    cut_points: Mapping[CustomerClass, Percent]
    """Percent of the customers, counted from the top, at which A, B and C end; D is the rest."""
    expected: Mapping[CustomerClass, tuple[Percent, Percent]]
    """Percent of the amount a class is expected to hold, from and to; a check to report, not a cut."""
    months: Annotated[int, Field(ge=1, le=120)]
    """The scheduled computation takes the last so many full months."""
    basis: Basis
    """What customers are ranked by."""
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = None
    """The currency of the scheduled computation; none: the only one of the period."""
    growth_factor: Annotated[Decimal, Field(gt=1, le=1000)]
    """A customer in C can grow to B when his amount is at least so many times that of the period before."""
    growth_top: Annotated[int, Field(ge=1, le=1000)]
    """How many of them are listed."""
    override_roles: tuple[Role, ...]
    """Who may give a customer another class, with a reason and an end."""

    @model_validator(mode="after")
    def cut_points_rise(self) -> Self:
        upper = (CustomerClass.A, CustomerClass.B, CustomerClass.C)
        if set(self.cut_points) != set(upper):
            raise ValueError("cut_points names A, B and C; D is the rest")
        if not self.cut_points[upper[0]] <= self.cut_points[upper[1]] <= self.cut_points[upper[2]]:
            raise ValueError("cut_points must rise from A to C: each counts the customers of the classes above as well")
        if wrong := [name for name, (low, high) in self.expected.items() if low > high]:
            raise ValueError(f"expected of class {', '.join(wrong)} ends before it begins")
        return self
