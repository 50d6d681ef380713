"""The questionnaire of a revisit (回访调查) as data: what is asked, in both languages, and what may be answered.

A question's name is what its answers, figures and tables are called. `satisfaction` and `expectation` are always asked,
each 1–5: satisfaction is what was experienced against what was expected.
"""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from models.values.vocabulary import Feeling

Words = tuple[Annotated[str, Field(min_length=1, max_length=300)], Annotated[str, Field(min_length=1, max_length=300)]]
"""In Chinese and in English."""
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]

CORE = ("satisfaction", "expectation")
MARKS = (1, 5)
RECOMMENDS = (0, 10)
"""The scale of the net promoter score (NPS): 0–6 detract, 7–8 are passive, 9–10 promote."""


class Part(BaseModel):
    """A part of the questionnaire. What stands under a field is what an error says it means."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Question(Part):
    """One question: a scale, several choices, yes or no, or words of the customer's own."""

    kind: Literal["scale", "choices", "yes_no", "text"]
    """How it is answered."""
    asks: Words
    """What the customer reads or hears."""
    required: bool = False
    """Whether an interview without it is a partial one."""
    low: Annotated[int, Field(ge=0, le=100)] = 1
    """The lowest mark of a scale."""
    high: Annotated[int, Field(ge=1, le=100)] = 5
    """The highest mark of a scale."""
    low_means: Words | None = None
    """What the lowest mark means."""
    high_means: Words | None = None
    """What the highest mark means."""
    options: Mapping[Name, Words] = {}
    """The choices, any number of which may be taken."""

    @model_validator(mode="after")
    def has_what_its_kind_needs(self) -> Self:
        if (self.kind == "choices") != bool(self.options):
            raise ValueError("options belong to choices, and choices need options")
        if self.low >= self.high:
            raise ValueError("low must be below high")
        return self

    @property
    def scale(self) -> range:
        return range(self.low, self.high + 1)


class Questionnaire(Part):
    """What is asked at a revisit, by phone or by a link."""

    version: Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]{1,20}$")]
    """Raised whenever a question changes its meaning; answers of two versions are not compared unseen."""
    title: Words
    """What the questionnaire is called."""
    opening: Words
    """What the customer is told before the first question."""
    thanks: Words
    """What the customer is told after the last question."""
    questions: Annotated[Mapping[Name, Question], Field(min_length=1, max_length=40)]
    """In the order they are asked."""

    @model_validator(mode="after")
    def asks_what_the_centre_lives_by(self) -> Self:
        for name in CORE:
            question = self.questions.get(name)
            if question is None or question.kind != "scale" or (question.low, question.high) != MARKS:
                raise ValueError(f"questions needs {name}, a scale from {MARKS[0]} to {MARKS[1]}")
        if (feelings := self.questions.get("feelings")) and set(feelings.options) != set(Feeling):
            raise ValueError(f"the options of feelings are {', '.join(Feeling)}")
        recommends = self.questions.get("recommend")
        if recommends and (recommends.low, recommends.high) != RECOMMENDS:
            raise ValueError(f"recommend is a scale from {RECOMMENDS[0]} to {RECOMMENDS[1]}")
        return self
