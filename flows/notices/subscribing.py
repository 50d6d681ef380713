"""Who is told what, where: subscriptions made, ended, listed. What may not be a target is refused here already."""

import asyncio
import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.notices import signing, targets
from flows.notices.targets import BadTarget, Inside
from models.notice import subscriptions
from models.sealing import Seal
from models.staff import staff
from models.values.case import Refusal
from models.values.notice_terms import NoticeChannel
from models.values.notices import Addressee

SECRETS_AT_MOST = 200
LOOK_UP_SECONDS = 3.0
"""How long the host of an address is looked for: less than a transaction may idle."""


class AlreadyThere(Refusal):
    def __init__(self) -> None:
        super().__init__("该订阅已存在", "this subscription is there already")


@dataclass(frozen=True)
class Wanted:
    """A subscription to make. `secret`: of a DingTalk robot its own; of a webhook one is made when none is given."""

    of: Addressee
    kinds: tuple[str, ...]
    channel: NoticeChannel
    to: str
    secret: str | None = None


@dataclass(frozen=True)
class Made:
    id: int
    secret: str | None
    """What the receiver of a webhook checks signatures with; shown once."""


async def subscribe(
    connection: AsyncConnection, seal: Seal, wanted: Wanted, inside: Inside, by: int | None = None
) -> Made:
    """`by` None: the command line. Raises BadTarget or AlreadyThere; then nothing changed."""
    secret = await _checked(wanted, inside)
    of = wanted.of
    values: dict[str, Any] = {"staff_id": of.staff_id, "unit": of.unit, "role": of.role, "kinds": sorted(wanted.kinds)}
    values |= {"channel": wanted.channel, "made_by": by, "target": seal.close({"to": wanted.to, "secret": secret})}
    values["target_key"] = seal.lookup(f"{of.staff_id}|{of.unit}|{of.role}|{wanted.channel}|{wanted.to}")
    query = insert(subscriptions).values(values).on_conflict_do_nothing().returning(subscriptions.c.id)
    id_ = (await connection.execute(query)).scalar_one_or_none()
    if id_ is None:
        raise AlreadyThere
    return Made(id_, secret if wanted.channel is NoticeChannel.WEBHOOK else None)


async def unsubscribe(connection: AsyncConnection, id_: int, by: int | None = None) -> None:
    """What is on its way to it still arrives. `by` None: the command line. Raises Refusal."""
    query = update(subscriptions).where(subscriptions.c.id == id_, subscriptions.c.ended_at.is_(None))
    from_now = query.values(ended_at=func.now(), ended_by=by).returning(subscriptions.c.id)
    if (await connection.execute(from_now)).first() is None:
        raise Refusal("没有该订阅，或已退订", f"there is no subscription {id_}, or it has ended")


async def list_subscriptions(connection: AsyncConnection, seal: Seal) -> Sequence[dict[str, Any]]:
    """Those that stand; addresses as lists may show them."""
    query = (
        select(subscriptions, staff.c.name)
        .outerjoin(staff, staff.c.id == subscriptions.c.staff_id)
        .where(subscriptions.c.ended_at.is_(None))
        .order_by(subscriptions.c.id)
    )
    rows = (await connection.execute(query)).mappings().all()
    return [{**row, "target": targets.shown(seal.open(row["target"])["to"])} for row in rows]


async def _checked(wanted: Wanted, inside: Inside) -> str | None:
    """The secret it will have."""
    if wanted.channel is NoticeChannel.EMAIL:
        targets.check_email(wanted.to)
        return None
    try:
        async with asyncio.timeout(LOOK_UP_SECONDS):
            await targets.look_up(wanted.to, inside)
    except OSError:
        raise BadTarget("找不到该主机", "the host of that address is not found") from None
    if wanted.secret is not None and not 1 <= len(wanted.secret) <= SECRETS_AT_MOST:
        raise BadTarget("密钥长度无效", f"a secret has 1 to {SECRETS_AT_MOST} characters")
    if wanted.channel is not NoticeChannel.WEBHOOK:
        return wanted.secret
    secret = wanted.secret or signing.new_secret()
    try:
        key = base64.b64decode(secret.removeprefix(signing.SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) < signing.SECRET_LEAST:
        raise BadTarget("密钥须为 base64，至少 24 字节", "a webhook's secret is base64 of at least 24 bytes")
    return secret
