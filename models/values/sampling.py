"""The rulebook's section on rounds of revisits: how large, drawn how, who is left alone, what is shown."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from models.values.vocabulary import CustomerClass

Axis = Literal["class", "line", "branch"]
Portion = Annotated[float, Field(gt=0, lt=1)]
Days = Annotated[int, Field(ge=0, le=3660)]
Few = Annotated[int, Field(ge=1, le=10_000)]


class Sampling(BaseModel):
    """How a round is sized, drawn, worked and shown."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    period_days: Annotated[int, Field(ge=1, le=400)]
    """The period of a round by schedule: so many whole days, the last of them yesterday."""
    open_days: Annotated[int, Field(ge=1, le=400)]
    """How long a round stays open for answers."""
    margin: Portion
    """Half the width wanted of the total's interval, as a share (0.05: ± 5 points)."""
    confidence: Annotated[float, Field(gt=0.5, lt=1)]
    """Of that interval, and of every interval shown."""
    expected_proportion: Portion
    """The share expected of answers; 0.5 is the most careful."""
    expected_response: Annotated[float, Field(gt=0, le=1)]
    """The share of those drawn that will answer; more are released accordingly."""
    allocation: Literal["proportional", "neyman"]
    """How the sample is shared among the strata."""
    expected_sd: Mapping[CustomerClass, Annotated[float, Field(gt=0, le=1000)]]
    """For Neyman allocation: how much answers vary within a class (standard deviation); others: the largest."""
    floor: Annotated[int, Field(ge=2, le=10_000)]
    """At least so many are drawn of each stratum, or all of it."""
    census_classes: tuple[CustomerClass, ...]
    """Classes of which everybody is drawn."""
    thin: Annotated[int, Field(ge=2, le=1_000_000)]
    """Strata of fewer customers are merged."""
    merge: Annotated[tuple[Axis, ...], Field(max_length=3)]
    """Along which axes thin strata are merged, first things first."""
    reserves: Annotated[int, Field(ge=0, le=50)]
    """How many reserve replicates are drawn beside the sample."""
    reserve_share: Portion
    """The size of a reserve replicate, as a share of the sample."""
    respondents_at_least: Annotated[int, Field(ge=2, le=10_000)]
    """A weighting class for non-response has at least so many answers, or joins its neighbours."""
    suppress_below: Few
    """Figures of fewer answers are not shown."""
    cool_down_transactional_days: Days
    """How long a customer is left alone after a survey about a shipment or a complaint."""
    cool_down_relationship_days: Days
    """How long after a survey about the relationship (account visits, retention revisits)."""

    @model_validator(mode="after")
    def axes_are_named_once(self) -> Self:
        if len(set(self.merge)) != len(self.merge):
            raise ValueError("merge names an axis twice")
        return self
