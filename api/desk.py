"""What every route needs: the office (database, seal, rulebooks, clock) and who is calling."""

import hashlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Header, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.problems import REPLAYED
from flows.acts.once import Key
from flows.acts.perform import Desk
from flows.acts.refusals import NotSignedIn
from flows.legs.bell import Ringer
from flows.legs.resources import Resources
from flows.notices.targets import Inside
from flows.roster import deputises
from flows.staffing import digest, to_staff
from models.staff import staff, tokens
from models.values.case import StaffFacts

TOKEN_SECONDS = 1.0
"""How long a token that was seen is believed: a revoked one works for no longer than this."""
REFRESH_SECONDS = 5.0


@dataclass
class Office:
    """The API process."""

    resources: Resources
    desk: Desk
    ringer: Ringer
    prefect_ui: str | None
    inside: Inside
    """Hosts of the inside network that notices may go to."""
    seen: dict[str, tuple[float, StaffFacts]] = field(default_factory=dict)
    refreshed_at: float = 0.0


async def office(request: Request) -> Office:
    """Not a plain function, which FastAPI would send through a thread at every request."""
    found: Office = request.app.state.office
    return found


OfficeDep = Annotated[Office, Depends(office)]


async def transaction(request: Request) -> AsyncIterator[AsyncConnection]:
    """One transaction a request, committed before the answer is sent; then the workers are woken."""
    here = await office(request)  # FastAPI walks the dependencies of a dependency anew wherever it is asked for
    async with here.resources.engine.begin() as connection:
        now = time.monotonic()
        if now - here.refreshed_at > REFRESH_SECONDS:
            here.refreshed_at = now  # before: one request waits for a new rulebook, the others go on with the former
            await here.desk.policies.refresh(connection)
        yield connection
    if request.method == "POST":
        here.ringer.ring()


Connection = Annotated[AsyncConnection, Depends(transaction, scope="function")]
bearer = HTTPBearer(auto_error=False, description="A token of `redress token create NAME`.")


async def caller(
    request: Request,
    connection: Connection,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> StaffFacts:
    """The named member of staff (or system) behind the token."""
    if credentials is None:
        raise NotSignedIn("请发送令牌", "send a bearer token: Authorization: Bearer …")
    here = await office(request)
    seen = digest(credentials.credentials)
    until, actor = here.seen.get(seen, (0.0, None))
    if actor is None or until < time.monotonic():
        actor = await _look_up(here, connection, seen)
        if len(here.seen) > 10_000:
            here.seen.clear()
        here.seen[seen] = (time.monotonic() + TOKEN_SECONDS, actor)
    return actor


async def _look_up(here: Office, connection: AsyncConnection, seen: str) -> StaffFacts:
    here.seen.pop(seen, None)
    expired = func.coalesce(tokens.c.expires_at <= func.now(), False).label("expired")
    query = select(staff, tokens.c.revoked_at, expired).join(tokens, tokens.c.staff_id == staff.c.id)
    row = (await connection.execute(query.where(tokens.c.digest == seen))).mappings().first()
    if row is None:
        raise NotSignedIn(
            "本中心没有该令牌",
            "this token is none of this centre's: it is mistyped, or another installation's",
        )
    if row["revoked_at"] is not None:
        raise NotSignedIn("该令牌已吊销", "this token was revoked; ask for a new one")
    if row["expired"]:
        raise NotSignedIn("该令牌已过期", "this token has expired; ask for a new one")
    away = await deputises(connection, row["id"], await here.desk.clock.now(connection))
    return to_staff(row, here.desk.policies.current, deputises=away)


Actor = Annotated[StaffFacts, Depends(caller)]


async def idempotency_key(
    request: Request,
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=200,
            pattern=r"^[\x21-\x7e]+$",
            description="A repeated request with the same key gets its first answer.",
        ),
    ] = None,
) -> Key | None:
    if key is None:
        return None
    said = hashlib.sha256(f"{request.method} {request.url.path}\n".encode() + await request.body()).hexdigest()
    return Key(key, said)


OnceKey = Annotated[Key | None, Depends(idempotency_key)]


def say_replayed(response: Response, repeated: bool) -> None:
    """Whether this is the first answer to its key, given again."""
    response.headers[REPLAYED] = str(repeated).lower()
