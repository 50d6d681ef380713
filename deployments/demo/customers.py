"""How a simulated customer behaves, and the chances of his case: the same for a seed, whoever else calls."""

from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

from models.values.stage_terms import Stage
from models.values.vocabulary import ContactOutcome, Feeling

from .request import NEVER_REACHED, SimulatedRequest

_UNREACHED = (ContactOutcome.NO_ANSWER, ContactOutcome.BUSY, ContactOutcome.REFUSED)


@dataclass
class Customer:
    """One caller, the case he has, and what has already happened to him."""

    request: SimulatedRequest
    seed: int
    case_id: UUID
    told: bool = False
    """Whether he has heard an outcome."""
    asked: bool = False
    """Whether he has called to ask again."""
    referral: str | None = None
    """The number of the regulator's referral about his case, until it is answered."""
    done: set[str] = field(default_factory=set)
    """What is done at most once to his case."""

    def random(self, topic: str) -> Random:
        return Random(f"{self.seed}:{self.request.reference}:{topic}")  # noqa: S311 - a simulation, not a secret

    def chance(self, topic: str, likely: float) -> bool:
        return self.random(topic).random() < likely

    def once(self, topic: str, likely: float) -> bool:
        """Whether this happens now; it never happens twice, and is never asked twice."""
        if topic in self.done:
            return False
        self.done.add(topic)
        return self.chance(topic, likely)

    def unreached(self, stage: Stage, attempts: int) -> ContactOutcome | None:
        """How a call to him fails, given so many failed attempts before; None: he answers."""
        reached_on = self.request.temperament.will_be_reached_on_attempt
        if stage is Stage.FEED_BACK and not (reached_on == NEVER_REACHED and self.chance("silent", 0.4)):
            return None
        if attempts + 1 >= reached_on and reached_on < NEVER_REACHED:
            return None
        return self.random(f"unreached:{attempts}").choices(_UNREACHED, (7, 2, 1))[0]

    def accepts(self, rejections: int) -> bool:
        answers = self.request.temperament.accepts_outcome
        return answers[min(rejections, len(answers) - 1)]

    def accepts_final_position(self) -> bool:
        return self.chance("final", 0.5)

    def survey(self, reopenings: int) -> dict[str, Any]:
        """What he says at the revisit; once the case was handled again, mostly that it is solved."""
        temper = self.request.temperament
        solved, satisfaction = temper.solved, temper.satisfaction
        if reopenings:
            rng = self.random(f"survey:{reopenings}")
            solved = rng.random() < 0.8
            satisfaction = rng.choices(range(1, 6), (5, 10, 30, 40, 15) if solved else (50, 35, 15, 0, 0))[0]
        feelings = self._feelings(reopenings) if satisfaction >= 4 else []
        said = {"solved": solved, "satisfaction": satisfaction, "expectation": temper.expectation}
        return said | {"feelings": feelings}

    def _feelings(self, reopenings: int) -> list[str]:
        rng = self.random(f"feelings:{reopenings}")
        return [one.value for one in Feeling if rng.random() < (0.5 if one is Feeling.RELIEVED else 0.25)]
