"""What the routes of incidents share: finding one, and the cursor of the affected."""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from api import reading
from api.desk import Office
from flows.acts.incident_form import Attach
from flows.acts.once import Key
from flows.acts.refusals import Implausible, NotFound
from flows.incidents.affected import Cursor
from flows.rules import incident_course
from models.values.case import CaseFacts, StaffFacts
from models.values.policy import Policy
from models.values.vocabulary import Role


async def find_incident(
    connection: AsyncConnection, here: Office, case_id: UUID, actor: StaffFacts, *, of_centre: bool = False
) -> tuple[CaseFacts, bool, Policy]:
    """An incident, whether it is quarantined, its rulebook; raises NotFound. `of_centre`: it names customers."""
    facts, held = await reading.find_case(connection, case_id, actor, here.desk.policies.current)
    if not incident_course.is_incident(facts) or (of_centre and actor.role is Role.BUSINESS_UNIT):
        raise NotFound
    await here.desk.policies.know(connection, [facts])
    return facts, held, here.desk.policies.of(facts)


def of_content(key: Key | None, case_id: UUID, said: Attach) -> Key | None:
    """The key of an upload, told by what it brings: a client that repeats it puts another boundary around it."""
    if key is None:
        return None
    whole = [str(case_id), said.version, said.label, said.media, hashlib.sha256(said.content).hexdigest()]
    return Key(key.value, hashlib.sha256(json.dumps(whole).encode()).hexdigest())


def write_cursor(row: Mapping[Any, Any]) -> str:
    """After this shipment."""
    place = json.dumps([row["day"].isoformat(), row["customer_id"], row["order_id"]])
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def read_cursor(cursor: str | None) -> Cursor | None:
    """Raises Implausible for what `write_cursor` did not write."""
    if cursor is None:
        return None
    try:
        day, customer, order = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(order, str) or "\x00" in order or not 0 <= customer < 2**31:
            raise ValueError
        return date.fromisoformat(day), int(customer), order
    except (ValueError, TypeError, binascii.Error):
        raise Implausible("游标无效", "cursor is none of ours: take the one that `next` gives") from None
