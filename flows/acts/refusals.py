"""Why a request is not carried out. Nothing changed; each is a sentence and knows its HTTP status.

Refusal (409)           the act cannot be done now
├── NotSignedIn (401)   nobody of this centre
├── NotYours (403)      not by this person
├── NotFound (404)      there is no such thing, or one may not know of it
├── Stale (409)         the case moved on since the person looked
└── KeyReused (422)     the Idempotency-Key was used for another request
"""

from models.values.case import Refusal


class NotSignedIn(Refusal):
    """Without a token that says who is calling; each kind of bad token has its sentence."""


class NotYours(Refusal):
    pass


class NotFound(Refusal):
    def __init__(self) -> None:
        super().__init__("没有找到", "there is no such thing here")


class Stale(Refusal):
    def __init__(self, version: int) -> None:
        super().__init__(
            f"工单已有更新(当前版本 {version})，请重新查看",
            f"the case has moved on (it is at version {version} now); read it again and decide anew",
        )
        self.version = version


class KeyReused(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "该 Idempotency-Key 已用于另一请求",
            "this Idempotency-Key was used for another request; a new request needs a new key",
        )


class Implausible(Refusal):
    """A value that is well formed but cannot be (a call received in the future)."""


STATUS: dict[type[Refusal], int] = {NotSignedIn: 401, NotYours: 403, NotFound: 404, KeyReused: 422, Implausible: 422}
CONFLICT = 409


def status_of(refusal: Refusal) -> int:
    return next((STATUS[one] for one in type(refusal).__mro__ if one in STATUS), CONFLICT)
