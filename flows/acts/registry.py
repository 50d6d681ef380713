"""Every act by name, as the route has it."""

from flows.acts import (
    carry_out,
    conduct,
    contacting,
    direction,
    feed_back,
    identify,
    liability,
    paying,
    regulator,
    revisit,
    rounds,
    settling,
    turn,
)
from flows.acts.act import Act

ACTS: dict[str, Act] = {
    act.name: act
    for act in (
        *direction.ACTS,
        *identify.ACTS,
        *conduct.ACTS,
        *carry_out.ACTS,
        *feed_back.ACTS,
        *revisit.ACTS,
        *contacting.ACTS,
        *rounds.ACTS,
        *turn.ACTS,
        *settling.ACTS,
        *paying.ACTS,
        *liability.ACTS,
        *regulator.ACTS,
    )
}
