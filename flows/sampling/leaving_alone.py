"""The facts by which drawn customers are called or left alone, for many at once."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from models.values.round_terms import Disposition, RoundKind
from models.values.rounds import EligibilityFacts
from models.values.stage_terms import EventKind
from models.values.vocabulary import Kind, Procedure

REACHED = (Disposition.COMPLETE, Disposition.PARTIAL, Disposition.REFUSED, Disposition.BROKEN_OFF)
"""He was asked, whether or not he answered."""
TRANSACTIONAL = (RoundKind.DRAWN, RoundKind.CENSUS)
"""Surveys about a shipment or a complaint; the other kinds are about the relationship."""

FACTS = text(
    """WITH family AS (
        SELECT asked, customers.id FROM unnest(CAST(:ids AS int[])) AS asked
        JOIN customers ON customers.id = asked OR customers.merged_into = asked
    ), numbers AS (
        SELECT asked, count(*) AS phones FROM family JOIN phones ON phones.customer_id = family.id GROUP BY asked
    ), complaints AS (
        SELECT asked, count(*) AS open FROM family JOIN cases ON cases.customer_id = family.id
        WHERE cases.procedure = :complaint_procedure AND cases.closed_at IS NULL
            AND (cases.kind = :complaint OR cases.kind IS NULL) GROUP BY asked
    ), asked_before AS (
        SELECT asked, rounds.kind = ANY(:transactional) AS transactional, draws.settled_at AS at
        FROM family JOIN round_draws AS draws ON draws.customer_id = family.id
        JOIN rounds ON rounds.id = draws.round_id
        WHERE draws.disposition = ANY(:reached) AND draws.settled_at <= :now
        UNION ALL
        SELECT asked, true, events.at FROM family JOIN cases ON cases.customer_id = family.id
        JOIN events ON events.case_id = cases.id
        WHERE cases.procedure = :complaint_procedure AND events.kind = :surveyed AND events.at <= :now
    ), last AS (
        SELECT asked, max(at) FILTER (WHERE transactional) AS transactional_at,
            max(at) FILTER (WHERE NOT transactional) AS relationship_at
        FROM asked_before GROUP BY asked
    )
    SELECT asked AS customer_id, bool_or(customers.do_not_call) AS do_not_call,
        bool_or(customers.id = asked AND customers.erased_at IS NOT NULL) AS erased,
        coalesce(min(numbers.phones), 0) AS phones, coalesce(min(complaints.open), 0) AS open_complaints,
        min(last.transactional_at) AS transactional_at, min(last.relationship_at) AS relationship_at
    FROM family JOIN customers USING (id) LEFT JOIN numbers USING (asked) LEFT JOIN complaints USING (asked)
    LEFT JOIN last USING (asked) GROUP BY asked"""
)
"""A request not classified yet may be a complaint, so it counts as one."""


async def facts_of(
    connection: AsyncConnection, customer_ids: Collection[int], now: datetime
) -> dict[int, EligibilityFacts]:
    """By customer (standing records), merged records counted in."""
    bound = {
        "ids": sorted(set(customer_ids)),
        "now": now,
        "complaint_procedure": Procedure.COMPLAINT,
        "complaint": Kind.COMPLAINT,
        "transactional": [str(kind) for kind in TRANSACTIONAL],
        "reached": [str(one) for one in REACHED],
        "surveyed": EventKind.SURVEYED,
    }
    rows = (await connection.execute(FACTS, bound)).mappings()
    return {row["customer_id"]: EligibilityFacts(**row) for row in rows}
