"""Whatever is sent, the answer says in a sentence what was wrong, repeats none of it, and changes nothing."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from flows.acts.registry import ACTS
from tests.api.centre import DELAY
from tests.api.standing import JSON, MARK, NAME, Standing, complaint, refused


def raw(field: str, literal: str) -> bytes:
    """A complaint in which one value is written as it stands, JSON or not."""
    return b'{"text": "' + DELAY.encode() + f'", "{field}": {literal}}}'.encode()


COMPLAINTS: dict[str, bytes] = {
    "no text": b"{}",
    "an empty text": b'{"text": ""}',
    "a blank text": '{"text": " \\t\\n\u3000"}'.encode(),
    "a text of NUL": b'{"text": "a\\u0000b"}',
    "half a surrogate pair": b'{"text": "a\\ud800b"}',
    "the other half": b'{"text": "a\\udfffb"}',
    "the halves the wrong way round": b'{"text": "\\udc00\\ud800"}',
    "a text of 10 001 characters": json.dumps({"text": MARK + "字" * 10_001}, ensure_ascii=False).encode(),
    "a number for a text": b'{"text": 7}',
    "null for a text": b'{"text": null}',
    "a list for a text": b'{"text": ["a"]}',
    "an object for a text": b'{"text": {"text": "a"}}',
    "an unknown field": complaint(severity="serious"),
    "an unknown field that says something": complaint(**{MARK: MARK}),
    "an unknown field that looks like a name": complaint(**{NAME: MARK}),
    "an unknown field of a caller": complaint(caller={"name": "王", MARK: 1}),
    "a caller that is a text": complaint(caller=MARK),
    "a caller with a blank name": complaint(caller={"name": "  "}),
    "a caller with NUL in the phone": complaint(caller={"phone": "139\x00"}),
    "a caller with half a surrogate": raw("caller", '{"name": "\\ud83d"}'),
    "a phone of 41 characters": complaint(caller={"phone": "1" * 41}),
    "a number for a phone": complaint(caller={"phone": 13912345678}),
    "a channel nobody has": complaint(channel=MARK),
    "a channel that is a number": complaint(channel=1),
    "a channel with a surrogate": raw("channel", '"\\ud800"'),
    "a party nobody is": complaint(party=MARK),
    "a date that does not exist": complaint(received_at="2026-02-30T10:00:00+08:00"),
    "the 25th hour": complaint(received_at="2026-02-03T25:00:00+08:00"),
    "the year 9999": complaint(received_at="9999-12-31T23:59:59Z"),
    "the year 10000": complaint(received_at="10000-01-01T00:00:00Z"),
    "the year 1": complaint(received_at="0001-01-01T00:00:00+14:00"),
    "a date without a zone": complaint(received_at="2026-03-04T09:00:00"),
    "a date without a time": complaint(received_at="2026-03-04"),
    "a zone of 25 hours": complaint(received_at="2026-03-04T09:00:00+25:00"),
    "a date that is a word": complaint(received_at=MARK),
    "a date that is a number": complaint(received_at=1772589600),
    "a date that is a number in a text": complaint(received_at="1772589600"),
    "a date that is not a number": raw("received_at", "NaN"),
    "a date without end": raw("received_at", "1e999"),
    "a call received in the future": complaint(received_at="2026-03-04T11:00:00+08:00"),
    "a waybill in Chinese": complaint(waybill=MARK),
    "a waybill with a line break": complaint(waybill="SF1\n"),
    "a waybill with NUL": complaint(waybill="SF\x00"),
    "a waybill of 61 characters": complaint(waybill="S" * 61),
    "a recording with a space": complaint(recording="a b"),
    "a reference of 201 characters": complaint(reference="r" * 201),
    "a blank reference": complaint(reference="   "),
    "a remedy of 2 001 characters": complaint(remedy_sought="赔" * 2001),
    "one member of staff for a list": complaint(about_staff=1),
    "staff by name": complaint(about_staff=[MARK]),
    "staff number 0": complaint(about_staff=[0]),
    "half a member of staff": complaint(about_staff=[1.5]),
    "true for a member of staff": complaint(about_staff=[True]),
    "a staff number in a text": complaint(about_staff=["1"]),
    "a staff number of 30 digits": raw("about_staff", "[" + "9" * 30 + "]"),
    "a staff number of 5 000 digits": raw("about_staff", "[" + "9" * 5000 + "]"),
    "a staff number that is not a number": raw("about_staff", "[NaN]"),
    "an endless staff number": raw("about_staff", "[Infinity]"),
    "a staff number of 1e999": raw("about_staff", "[1e999]"),
    "eleven members of staff": complaint(about_staff=list(range(1, 12))),
    "a member of staff who is not there": complaint(about_staff=[2_000_000_000]),
}


@pytest.mark.parametrize("body", COMPLAINTS.values(), ids=COMPLAINTS)
async def test_a_complaint_is_refused_with(standing: Standing, body: bytes) -> None:
    await refused(standing, "POST", "/complaints", 400, 422, content=body, headers=JSON)


BODIES: dict[str, bytes] = {
    "nothing": b"",
    "blanks": b"  \n",
    "words": MARK.encode(),
    "half an object": b'{"text": "a"',
    "two objects": b'{"text": "a"}{"text": "b"}',
    "an array": b'[{"text": "a"}]',
    "a text": b'"text"',
    "a number": b"7",
    "null": b"null",
    "not a number": b"NaN",
    "invalid UTF-8": b'{"text": "\xff\xfe\xfa"}',
    "overlong UTF-8": b'{"text": "\xc0\xaf"}',
    "a surrogate in UTF-8": b'{"text": "\xed\xa0\x80"}',
    "UTF-16": '{"text": "a"}'.encode("utf-16"),
    "a control character": b'{"text": "a\x01b"}',
    "arrays fifty thousand deep": b"[" * 50_000 + b"]" * 50_000,
    "objects ten thousand deep": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "the same field twice": b'{"text": "a", "text": "b"}',
    "the same field twice, deeper": b'{"text": "a", "caller": {"name": "a", "name": "b"}}',
    "a comment": b'{"text": "a" /* b */}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("path", ["/complaints", "note"])
async def test_a_body_is_refused_that_is(standing: Standing, path: str, body: bytes) -> None:
    path = f"/cases/{standing.carry_out}/acts/note" if path == "note" else path
    await refused(standing, "POST", path, 400, 422, content=body, headers=JSON)


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", "", "//"],
)
async def test_a_body_of_another_type_is_refused(standing: Standing, content_type: str) -> None:
    headers = {"Content-Type": content_type}
    await refused(standing, "POST", "/complaints", 415, 422, content=complaint(), headers=headers)


async def test_a_body_of_one_megabyte_is_too_large(standing: Standing) -> None:
    body = json.dumps({"text": MARK * 250_000}).encode()
    assert len(body) > 1_000_000
    for path in ("/complaints", f"/cases/{standing.carry_out}/acts/note"):
        await refused(standing, "POST", path, 413, content=body, headers=JSON)


async def test_a_body_in_pieces_is_counted_while_it_comes(standing: Standing) -> None:
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        while taken < 50_000_000:
            taken += 16_384
            yield b"7" * 16_384

    await refused(standing, "POST", "/complaints", 413, content=endless(), headers=JSON)
    assert taken < 1_000_000, "it was not stopped early"


VERSIONS = ["null", '"1"', "1.5", "true", "0", "-1", "2147483648", "1e999", "NaN", "[]", "9" * 40]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("act", ACTS)
async def test_an_act_is_refused_on_version(standing: Standing, act: str, version: str) -> None:
    path = f"/cases/{standing.carry_out}/acts/{act}"
    problem = await refused(standing, "POST", path, 400, 422, content=f'{{"version": {version}}}', headers=JSON)
    assert "version" in problem["detail"] or "JSON" in problem["detail"]


@pytest.mark.parametrize("act", ACTS)
async def test_an_act_without_a_version_or_with_a_field_of_its_own_is_refused(standing: Standing, act: str) -> None:
    path = f"/cases/{standing.carry_out}/acts/{act}"
    await refused(standing, "POST", path, 422, content=b"{}", headers=JSON)
    body = json.dumps({"version": 1, "stage": "closed", MARK: MARK})
    await refused(standing, "POST", path, 422, content=body, headers=JSON)


FUTURE = "2026-03-05T10:00:00+08:00"
ACTS_SAID: dict[str, tuple[str, str]] = {
    "a blank note": ("note", '{"text": "  "}'),
    "a note of 10 001 characters": ("note", json.dumps({"text": "记" * 10_001})),
    "a note with NUL": ("note", '{"text": "\\u0000"}'),
    "a note with half a surrogate": ("note", '{"text": "\\ud800"}'),
    "a contact that is a word": ("note", '{"text": "a", "contact": "yes"}'),
    "a contact that is a number": ("note", '{"text": "a", "contact": 1}'),
    "a promise without a date": ("promise", '{"what": "a"}'),
    "a promise on 30 February": ("promise", '{"what": "a", "by": "2026-02-30T00:00:00Z"}'),
    "a promise for the year 9999": ("promise", '{"what": "a", "by": "9999-01-01T00:00:00Z"}'),
    "a promise without a zone": ("promise", '{"what": "a", "by": "2026-03-05T00:00:00"}'),
    "a promise for 1e999": ("promise", '{"what": "a", "by": 1e999}'),
    "a promise kept by name": ("keep-promise", '{"promise": "1"}'),
    "a promise number of 40 digits": ("keep-promise", f'{{"promise": {"9" * 40}}}'),
    "a hold for no reason": ("hold", "{}"),
    "a hold for a reason of its own": ("hold", json.dumps({"reason": MARK})),
    "a compensation below zero": ("propose", '{"remedy": "a", "compensation": -1}'),
    "a compensation that is not a number": ("propose", '{"remedy": "a", "compensation": NaN}'),
    "a compensation without end": ("propose", '{"remedy": "a", "compensation": Infinity}'),
    "a compensation of 1e999": ("propose", '{"remedy": "a", "compensation": 1e999}'),
    "a compensation of 1e999 in a text": ("propose", '{"remedy": "a", "compensation": "1e999"}'),
    "a compensation of NaN in a text": ("propose", '{"remedy": "a", "compensation": "NaN"}'),
    "a compensation of sNaN in a text": ("propose", '{"remedy": "a", "compensation": "sNaN"}'),
    "a tenth of a fen": ("propose", '{"remedy": "a", "compensation": 1.001}'),
    "a compensation of a billion": ("propose", '{"remedy": "a", "compensation": 1000000000}'),
    "a compensation that is a word": ("propose", json.dumps({"remedy": "a", "compensation": MARK})),
    "a compensation that is true": ("propose", '{"remedy": "a", "compensation": true}'),
    "a proposal of nothing": ("propose", '{"remedy": ""}'),
    "a sixth method": ("carry-out", json.dumps({"method": MARK, "finding": "a"})),
    "an accepted that is a word": ("feed-back", '{"accepted": "maybe", "said": "a"}'),
    "a satisfaction of 6": ("survey", '{"solved": true, "satisfaction": 6}'),
    "a satisfaction of 0": ("survey", '{"solved": true, "satisfaction": 0}'),
    "a satisfaction of 4.5": ("survey", '{"solved": true, "satisfaction": 4.5}'),
    "a sixth feeling": ("survey", json.dumps({"solved": True, "satisfaction": 5, "feelings": [MARK]})),
    "a thousand feelings": ("survey", json.dumps({"solved": True, "satisfaction": 5, "feelings": ["met"] * 1000})),
    "the same feeling twice": ("survey", json.dumps({"solved": True, "satisfaction": 5, "feelings": ["met"] * 2})),
    "reached as a way of not reaching": ("contact", '{"outcome": "reached"}'),
    "a reassignment without a why": ("reassign", '{"to": 1}'),
    "a reassignment to staff by name": ("reassign", json.dumps({"to": MARK, "why": "a"})),
    "a category that is none": ("classify", json.dumps({"kind": "complaint", "category": MARK})),
    "a kind that is none": ("classify", json.dumps({"kind": MARK})),
    "a withdrawal without a message": ("withdraw", json.dumps({"channel": "email", "sent_at": FUTURE})),
    "a root cause of 81 characters": ("confirm", json.dumps({"root_cause": "因" * 81})),
    "a liable unit of 41 characters": ("confirm", json.dumps({"liable": "u" * 41})),
}


@pytest.mark.parametrize(("act", "said"), ACTS_SAID.values(), ids=ACTS_SAID)
async def test_an_act_is_refused_with(standing: Standing, act: str, said: str) -> None:
    said = f'{{"version": 3, {said[1:]}'.replace(", }", "}")
    path = f"/cases/{standing.carry_out}/acts/{act}"
    await refused(standing, "POST", path, 400, 422, content=said, headers=JSON)


CONFLICTS: dict[str, tuple[str, dict[str, Any]]] = {
    "an approval before a proposal": ("approve", {}),
    "a rejection before a proposal": ("reject", {"why": "a"}),
    "carrying out what was never proposed": ("carry-out", {"method": "redirect", "finding": "a"}),
    "feedback before anything was done": ("feed-back", {"accepted": True, "said": "a"}),
    "a survey before feedback": ("survey", {"solved": True, "satisfaction": 5}),
    "a contact before feedback": ("contact", {"outcome": "busy"}),
    "an answer to a complaint": ("answer", {"text": "a"}),
    "a confirmation before the analysis": ("confirm", {}),
    "reopening what is open": ("reopen", {"why": "a"}),
    "resuming what is not on hold": ("resume", {}),
    "a promise in the past": ("promise", {"what": "a", "by": "2026-03-01T10:00:00Z"}),
    "keeping a promise nobody made": ("keep-promise", {"promise": 1}),
    "a hold that ends before it begins": ("hold", {"reason": "waiting_unit", "until": "2026-03-01T10:00:00Z"}),
    "a hold of a year": ("hold", {"reason": "waiting_unit", "until": "2027-03-01T10:00:00Z"}),
    "a complaint of no category": ("classify", {"kind": "complaint"}),
    "an enquiry of a category": ("classify", {"kind": "enquiry", "category": "delay"}),
    "reassigning to nobody": ("reassign", {"to": 2_000_000_000, "why": "a"}),
    "a withdrawal from the future": ("withdraw", {"message": "a", "channel": "email", "sent_at": FUTURE}),
}


@pytest.mark.parametrize(("act", "said"), CONFLICTS.values(), ids=CONFLICTS)
async def test_the_state_of_a_case_refuses(standing: Standing, act: str, said: dict[str, Any]) -> None:
    version = (await standing.centre.supervisor.read(standing.carry_out))["version"]
    path = f"/cases/{standing.carry_out}/acts/{act}"
    await refused(standing, "POST", path, 409, json={"version": version, **said})


async def test_a_case_still_being_received_takes_no_remedy(standing: Standing) -> None:
    path = f"/cases/{standing.received}/acts/propose"
    await refused(standing, "POST", path, 409, json={"version": 1, "remedy": "a"})


async def test_a_stale_version_is_told_the_current_one(standing: Standing) -> None:
    version = (await standing.centre.supervisor.read(standing.carry_out))["version"]
    path = f"/cases/{standing.carry_out}/acts/note"
    for stale in (version - 1, version + 1, 2**31 - 1):
        problem = await refused(standing, "POST", path, 409, json={"version": stale, "text": MARK})
        assert problem["version"] == version


async def test_each_wrong_field_is_named_with_what_is_wrong_with_it_in_both_languages(standing: Standing) -> None:
    body = complaint(text="", channel="pigeon", about_staff=[0])
    problem = await refused(standing, "POST", "/complaints", 422, content=body, headers=JSON)
    assert [one["field"] for one in problem["errors"]] == ["text", "channel", "about_staff.0"]
    assert all(one["error"] for one in problem["errors"])
    assert "text" in problem["detail"]
    assert "text" in problem["detail_zh"], "the Chinese sentence names the field too"
