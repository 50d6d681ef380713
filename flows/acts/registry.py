"""Every act by name, as the route has it."""

from flows.acts import (
    carry_out,
    conduct,
    contacting,
    customer_notice,
    direction,
    feed_back,
    identify,
    incident_correction,
    incident_counterpart,
    incident_form,
    incident_handling,
    incident_known,
    incident_liability,
    joining,
    liability,
    paying,
    regulator,
    revisit,
    rounds,
    settling,
    to_finance,
    turn,
)
from flows.acts.act import Act

INCIDENT = (
    *incident_known.ACTS,
    *incident_form.ACTS,
    *incident_handling.ACTS,
    *incident_counterpart.ACTS,
    *incident_liability.ACTS,
    *incident_correction.ACTS,
    *customer_notice.ACTS,
    *joining.ACTS,
)
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
        *to_finance.ACTS,
        *paying.ACTS,
        *liability.ACTS,
        *regulator.ACTS,
        *INCIDENT,
    )
}
