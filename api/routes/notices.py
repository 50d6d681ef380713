"""Notices: read, acknowledged, sent again. What one may not know of is not found."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.bodies import StrictRoute
from api.desk import Actor, Connection, OfficeDep, OnceKey, say_replayed
from api.notice_schemas import NoticePage, NoticeView, notice_view
from api.paging import AT_ONCE, Limit
from api.problems import answers
from flows.acts.refusals import NotFound
from flows.notices import acting, reading
from flows.notices.reading import NoticeState
from models.notice import notices
from models.values.case import StaffFacts

router = APIRouter(tags=["notice 通知"], route_class=StrictRoute)
KIND = r"^[a-z_]{1,40}$"


@router.get("/notices", responses=answers())
async def list_notices(
    here: OfficeDep,
    connection: Connection,
    actor: Actor,
    state: NoticeState | None = None,
    kind: Annotated[str | None, Query(pattern=KIND)] = None,
    case: UUID | None = None,
    cursor: UUID | None = None,
    limit: Limit = AT_ONCE,
) -> NoticePage:
    """Those for me, my role or my unit (from supervisors up: all), newest first; `next` is the following page."""
    wanted = [reading.visible(actor)]
    wanted += [reading.CONDITIONS[state]] if state else []
    wanted += [notices.c.kind == kind] if kind else []
    wanted += [notices.c.case_id == case] if case else []
    found = await reading.list_notices(connection, here.desk.seal, wanted, cursor, limit)
    items = [notice_view(one) for one in found]
    return NoticePage(items=items, next=str(items[-1].id) if len(items) == limit else None)


@router.get("/notices/{notice_id}", responses=answers(404))
async def read_notice(notice_id: UUID, here: OfficeDep, connection: Connection, actor: Actor) -> NoticeView:
    """One notice, and each way it goes or went."""
    return await _read(notice_id, here, connection, actor)


@router.post("/notices/{notice_id}/acknowledge", responses=answers(404, repeatable=200))
async def acknowledge_notice(
    notice_id: UUID, here: OfficeDep, connection: Connection, actor: Actor, key: OnceKey, response: Response
) -> NoticeView:
    """Say that I read it; the first one counts."""
    done = await acting.acknowledge(connection, here.desk, notice_id, actor, key)
    say_replayed(response, done.repeated)
    return await _read(notice_id, here, connection, actor)


@router.post("/notices/{notice_id}/replay", responses=answers(404, 409, repeatable=200))
async def replay_notice(
    notice_id: UUID, here: OfficeDep, connection: Connection, actor: Actor, key: OnceKey, response: Response
) -> NoticeView:
    """Send it again under its old id, to whoever is subscribed now."""
    done = await acting.replay(connection, here.desk, notice_id, actor, key)
    say_replayed(response, done.repeated)
    return await _read(notice_id, here, connection, actor)


async def _read(notice_id: UUID, here: OfficeDep, connection: Connection, actor: StaffFacts) -> NoticeView:
    found = await reading.find_notice(connection, here.desk.seal, notice_id, actor)
    if found is None:
        raise NotFound
    return notice_view(found)
