"""Who is there, asked of the database: shifts, absences, deputies; and what assignment makes of it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from flows import roster
from flows.staffing import NewStaff, StaffError, add_staff, set_presence
from models.staff import absences
from models.values.case import StaffFacts
from models.values.people_terms import AbsenceReason, Role
from models.values.shift import Absence, parsed
from tests.api.centre import MORNING, Centre
from tests.api.conftest import opened
from tests.fixtures.database import Database
from tests.flows.rules.making import POLICY

HOUR = timedelta(hours=1)


@pytest.fixture
async def two(database: Database) -> list[int]:
    async with database.engine.begin() as connection:
        return [await add_staff(connection, NewStaff(name, Role.COMPLAINT_HANDLER)) for name in ("甲", "乙")]


async def there(database: Database, now: datetime) -> dict[str, bool]:
    async with database.engine.connect() as connection:
        found: list[StaffFacts] = await roster.members(connection, POLICY, now)
    return {one.name: one.present for one in found}


async def away(database: Database, span: Absence, deputy: str | None = None) -> int:
    async with database.engine.begin() as connection:
        return await roster.add_absence(connection, "甲", span, AbsenceReason.LEAVE, deputy)


async def test_an_absence_holds_from_its_beginning_until_its_end(database: Database, two: list[int]) -> None:
    await away(database, Absence(MORNING, MORNING + 8 * HOUR))
    seen = [(await there(database, MORNING + hours * HOUR))["甲"] for hours in (-1, 0, 7, 8)]
    assert seen == [True, False, False, True]


async def test_a_deputy_deputises_while_it_lasts(database: Database, two: list[int]) -> None:
    await away(database, Absence(MORNING, MORNING + HOUR), "乙")
    async with database.engine.connect() as connection:
        seen = [await roster.deputises(connection, two[1], MORNING + hours * HOUR) for hours in (-1, 0, 1)]
    assert seen == [frozenset(), frozenset({two[0]}), frozenset()]


@pytest.mark.parametrize(
    ("span", "falls_into_it"),
    [
        (Absence(MORNING + HOUR, MORNING + 2 * HOUR), False),
        (Absence(MORNING + HOUR), False),
        (Absence(None, MORNING), False),
        (Absence(MORNING - HOUR, MORNING + HOUR / 2), True),
        (Absence(MORNING + HOUR / 2), True),
        (Absence(), True),
    ],
)
async def test_two_absences_of_one_person_do_not_overlap(
    database: Database, two: list[int], span: Absence, falls_into_it: bool
) -> None:
    await away(database, Absence(MORNING, MORNING + HOUR))
    if falls_into_it:
        with pytest.raises(StaffError, match="falls into that time"):
            await away(database, span)
    else:
        await away(database, span)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda ids: {"staff_id": ids[0], "deputy_id": ids[0]},
        lambda ids: {"staff_id": ids[0], "begins": MORNING, "until": MORNING},
        lambda ids: {"staff_id": ids[0], "reason": "hangover"},
        lambda ids: {"staff_id": 0},
    ],
)
async def test_the_table_refuses_what_cannot_be(database: Database, two: list[int], wrong: Any) -> None:
    async with database.engine.connect() as connection:
        with pytest.raises(IntegrityError):
            await connection.execute(insert(absences).values(wrong(two)))


async def test_back_until_further_notice_is_over(database: Database, two: list[int]) -> None:
    for moment in (None, MORNING):
        async with database.engine.begin() as connection:
            await set_presence(connection, "甲", False, moment)
        assert (await there(database, MORNING))["甲"] is False
        async with database.engine.begin() as connection:
            await set_presence(connection, "甲", True, MORNING)
        assert (await there(database, MORNING))["甲"] is True


async def test_a_case_waits_for_somebody_on_shift_and_is_his_when_he_comes(database: Database) -> None:
    async with opened(database) as centre:
        for name in ("handler", "colleague"):
            await on_shift(centre, name, "mon-fri 12:00-20:00")
        id_ = await centre.carried()
        assert (await centre.supervisor.read(id_))["owner"] is None
        why = (await centre.supervisor.events(id_))[-1]
        assert why["kind"] == "unassigned"
        await on_shift(centre, "colleague", "mon-fri 11:00-20:00")
        await centre.move(HOUR)
        await centre.carry()
        assert (await centre.owner(id_)) is centre.colleague


async def on_shift(centre: Centre, name: str, hours: str) -> None:
    async with centre.engine.begin() as connection:
        await roster.change(connection, name, {"shift": parsed([hours], "working_days").stored()})


@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        (roster.Terms(unit="moon"), "'moon' is no unit known here; the units are claims, "),
        (roster.Terms(skills=("delay", "magic")), "'magic' is no skill known here; the skills are delay, "),
        (roster.Terms(skills=("unknown",)), "'unknown' is no skill known here"),
        (roster.Terms(languages=("elvish",)), "'elvish' is no language known here; the languages are zh, "),
        (roster.Terms(calendar="mars"), "'mars' is no calendar known here; the calendars are centre, working_days"),
    ],
)
def test_staff_are_described_by_known_terms(terms: roster.Terms, sentence: str) -> None:
    with pytest.raises(StaffError, match=sentence):
        roster.check(terms, POLICY)
    roster.check(roster.Terms("claims", ("delay", "road"), ("en",), "centre"), POLICY)


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "a\nb", "甲"])
async def test_a_name_is_one_line_of_its_own(database: Database, two: list[int], name: str) -> None:
    async with database.engine.connect() as connection:
        with pytest.raises(StaffError, match=r"a name has 1 to 80|there is a '甲' already"):
            await add_staff(connection, NewStaff(name, Role.FINANCE))


async def test_what_cannot_be_about_an_absence_gets_its_sentence(database: Database, two: list[int]) -> None:
    for span, deputy, sentence in (
        (Absence(MORNING, MORNING), None, "ends after it begins"),
        (Absence(MORNING), "甲", "nobody is his own deputy"),
        (Absence(MORNING), "丙", "no member of staff '丙'"),
    ):
        with pytest.raises(StaffError, match=sentence):
            await away(database, span, deputy)
    async with database.engine.connect() as connection:
        with pytest.raises(StaffError, match="no absence 99 that stands"):
            await roster.end_absence(connection, 99, MORNING)
        with pytest.raises(StaffError, match="no member of staff '丙'"):
            await roster.leave(connection, "丙", MORNING)
