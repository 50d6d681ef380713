"""What Prometheus is told, and that telling it costs the same however much is over."""

import pytest

from tests.fixtures.plans import scans, scans_of_any, watching

OVER = 4000
"""So many cases, notices, legs and alarms that are over."""
LONG_AGO = "created_at - interval '9 days'"
BY = {
    "cases": {"cases_open", "cases_number"},
    "wakes": {"wakes_due", "wakes_place", "wakes_quarantined"},
    "legs": {"legs_lease"},
    "notices": {"notices_waiting", "notices_settled"},
    "alarms": {"alarms_standing"},
}
"""The tables that grow for ever, and by what each may be read: indexes of what is not over, or of its last end."""


async def figures(centre):
    answer = await centre.client().get("http://redress/metrics")
    assert answer.status_code == 200
    lines = (line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, value in lines}


async def history(database):
    """Whatever is there, many times over and long over."""
    copied = "INSERT INTO {table} ({columns}) SELECT {values} FROM {table}, generate_series(1, {over})"
    for table, changed in (
        ("cases", {"id": "gen_random_uuid()", "stage": "'closed'", "closed_at": "recorded_at"}),
        (
            "notices",
            {"id": "gen_random_uuid()", "failed_at": "NULL", "delivered_at": LONG_AGO, "resolved_at": LONG_AGO},
        ),
    ):
        columns = await database.rows(
            "SELECT column_name FROM information_schema.columns WHERE table_name = :name AND is_identity = 'NO'",
            name=table,
        )
        names = [row[0] for row in columns]
        values = ", ".join(changed.get(name, name) for name in names)
        await database.rows(copied.format(table=table, columns=", ".join(names), values=values, over=OVER))
    await database.rows(
        "INSERT INTO wakes (case_id, procedure, rank, attempts)"
        " SELECT id, procedure, 0, 0 FROM cases ON CONFLICT DO NOTHING"
    )
    await database.rows(
        "INSERT INTO legs (id, procedure, worker, state, lease_until, ended_at, cases, carried, deferred, quarantined)"
        " SELECT gen_random_uuid(), 'complaint', 'x', 'ended', now(), now(), 1, 1, 0, 0 FROM generate_series(1, :n)",
        n=OVER,
    )
    await database.rows(
        "INSERT INTO alarms (name, subject, raised_at, ended_at)"
        " SELECT 'deadline_missed', n::text, now(), now() FROM generate_series(1, :n) AS n",
        n=OVER,
    )
    async with database.engine.connect() as connection:
        await (await connection.execution_options(isolation_level="AUTOCOMMIT")).exec_driver_sql("VACUUM ANALYZE")


@pytest.fixture
async def told(database, centre):
    """A case that waits for a person, a notice that waits, one that failed and one that arrived just now."""
    await centre.carried()
    moments = {"waiting": "", "failed": "failed_at", "delivered": "delivered_at"}
    for moment in moments.values():
        names, values = (f", resolved_at, {moment}", ", now, now") if moment else ("", "")
        await database.rows(
            f"INSERT INTO notices (id, kind, created_at{names})"  # noqa: S608 - our own words
            f" SELECT gen_random_uuid(), 'test', now{values} FROM simulated_clock"
        )
    return centre


async def test_what_is_open_waits_or_was_settled_lately_is_counted(database, told):
    seen = await figures(told)
    assert seen['redress_cases{stage="carry_out"}'] == 1
    assert seen["redress_cases_received"] == 1
    states = {state: seen[f'redress_notices{{state="{state}"}}'] for state in ("waiting", "failed", "delivered")}
    assert states == {"waiting": 1, "failed": 1, "delivered": 1}

    await database.rows("UPDATE notices SET error = 'nobody is subscribed to it', resolved_at = created_at")
    assert (await figures(told))['redress_notices{state="unheard"}'] == 1
    await database.rows("UPDATE simulated_clock SET now = now + interval '25 hours'")
    seen = await figures(told)
    assert [seen[f'redress_notices{{state="{state}"}}'] for state in ("unheard", "failed", "delivered")] == [0, 0, 0]


async def test_a_scrape_reads_nothing_that_is_over(database, told):
    before = await figures(told)
    await history(database)
    with watching(told.engine) as sent:
        after = await figures(told)
    received = after.pop("redress_cases_received") - before.pop("redress_cases_received")
    assert (received, after) == (OVER, before)
    seen, looked_at = set(), 0
    async with database.engine.connect() as connection:
        for one in sent:
            for scan in [*await scans(connection, one), *await scans_of_any(connection, one)]:
                looked_at += scan.rows if scan.table in BY else 0
                assert scan.table not in BY or scan.index in BY[scan.table], one.text
                seen.add(scan.table)
    assert seen >= BY.keys()
    assert looked_at < OVER / 100
