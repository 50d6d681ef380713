"""Whether a drawn customer is called (domain.md §5): a disposition with its reason, or none."""

from datetime import datetime

from models.values.rounds import EligibilityFacts, Excluded
from models.values.sampling import Sampling
from models.values.vocabulary import RoundKind


def excluded(facts: EligibilityFacts, kind: RoundKind, policy: Sampling, now: datetime) -> Excluded | None:
    """None: he is called. The first that applies: asked not to be called, no phone, open complaint, cool-down.

    Complaint revisits and account visits are never held back by a cool-down, nor by an open complaint.
    """
    raise NotImplementedError
