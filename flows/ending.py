"""The final state of a run tells the truth: a run that left a case behind is not green."""

from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Completed, Crashed, Failed

from flows.legs.leg import Leg


def ended(leg: Leg) -> State[str]:
    """What Prefect shows of a leg."""
    if leg.lost:
        return Crashed(message="lost its lease; its cases went on in other legs")
    if leg.cancelled:
        return Cancelled(message=f"cancelled: {leg.message}; the rest goes on in the next leg")
    if leg.deferred or leg.quarantined or leg.broken:
        return Failed(message=leg.message)
    if not leg.carried:
        return Completed(message="nothing was due")
    return Completed(message=leg.message)
