"""What the routes of incidents share: finding one, and the cursor of the affected."""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from api import reading
from api.desk import Office
from flows.acts.refusals import Implausible, NotFound
from flows.incidents.affected import Cursor
from flows.rules import incident_course
from models.values.case import CaseFacts, StaffFacts
from models.values.permissions import Permit
from models.values.policy import Policy


async def find_incident(
    connection: AsyncConnection, here: Office, case_id: UUID, actor: StaffFacts, permit: Permit = Permit.READ_EVENTS
) -> tuple[CaseFacts, bool, Policy]:
    """An incident, whether it is quarantined, its rulebook; raises NotFound, or NotYours for what he may not see of it.

    What an incident shows is mostly what people wrote, so it goes by the permit for the ledger.
    """
    found = await reading.find_case(connection, here.desk, case_id, actor, permit)
    if not incident_course.is_incident(found.facts):
        raise NotFound
    return found.facts, found.quarantined, here.desk.policies.of(found.facts)


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
        order.encode()  # half a surrogate pair cannot be sent to the database
        return date.fromisoformat(day), int(customer), order
    except (ValueError, TypeError, OverflowError, binascii.Error):
        raise Implausible("游标无效", "cursor is none of ours: take the one that `next` gives") from None
