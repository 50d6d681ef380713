"""What an alarm says, to whom, how often."""

from datetime import UTC, datetime

import pytest

from flows.rules.alarms import OVER, WHAT, Changed, Subject, tell
from models.values.notice_terms import AlarmName
from tests.flows.rules.test_recipients import POLICY

NOW = datetime(2026, 11, 16, tzinfo=UTC)


def text(row):
    return row.sealed["payload"]["text"]["en"]


def test_quarantine_names_the_cases_and_goes_to_the_administrator():
    [row] = tell(Changed(AlarmName.QUARANTINE, begun=(Subject(12), Subject(9))), POLICY, NOW)
    assert (row.values["kind"], row.values["to_role"]) == ("alarm", "administrator")
    assert text(row) == "2 in all, case numbers: 9, 12"


def test_a_missed_deadline_is_told_to_the_supervisor_and_to_each_owner_his_own():
    begun = (Subject(1, 7), Subject(2, 8), Subject(3, 7), Subject(4))
    rows = tell(Changed(AlarmName.DEADLINE_MISSED, begun=begun), POLICY, NOW)
    assert [(row.values["to_role"], row.values["to_staff"]) for row in rows] == [
        ("supervisor", None),
        (None, 7),
        (None, 8),
    ]
    assert text(rows[0]) == "4 in all, case numbers: 1, 2, 3 and 1 more"
    assert text(rows[1]) == "2 in all, case numbers: 1, 3"


@pytest.mark.parametrize("name", AlarmName)
def test_every_alarm_has_its_words_and_its_recovery(name):
    begun, over = (
        tell(one, POLICY, NOW)[0] for one in (Changed(name, (Subject(0),)), Changed(name, (), (Subject(0),)))
    )
    assert WHAT[name].en in begun.sealed["payload"]["title"]["en"]
    assert OVER[name].zh in over.sealed["payload"]["title"]["zh"]
    assert text(begun) != text(over)
