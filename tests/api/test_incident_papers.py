"""The report form and the attachments of an incident, over HTTP."""

import asyncio
import base64
import hashlib
import re

import httpx
import pytest

from models.values.vocabulary import Role
from tests.api.centre import MORNING, Centre, Person, is_problem
from tests.api.test_incidents import FORM, WHAT, WHERE, first

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
"""One dot."""
PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture
async def id_(centre: Centre) -> str:
    """An incident that was graded."""
    hub = await centre.hire("hub", Role.BUSINESS_UNIT, "sorting_centre")
    answer = await hub.post("/incidents", first(value="12000", vehicle="沪A·12345"))
    await centre.carry()
    found: str = answer.json()["id"]
    return found


async def attach(
    person: Person, id_: str, content: bytes = PNG, media: str = "image/png", key: str | None = None
) -> httpx.Response:
    version = (await person.read(id_))["version"]
    headers = {"Idempotency-Key": key} if key else {}
    return await person.http.post(
        f"/incidents/{id_}/attachments",
        data={"version": str(version), "label": "photograph"},
        files={"file": ("现场.png", content, media)},
        headers=headers,
    )


async def test_the_form_says_what_is_missing_and_what_the_first_report_said(centre: Centre, id_: str) -> None:
    owner = await centre.owner(id_)
    form = (await owner.get(f"/incidents/{id_}/form")).json()
    assert set(form["missing"]) == set(FORM)
    said = {one["name"]: one["shown"]["en"] for one in form["facts"]}
    assert (said["what"], said["where"], said["grade"], said["casualties"]) == (WHAT, WHERE, "major", "not known")
    await owner.done(id_, "fill-form", fields=FORM | {"packing": "carton", "occurred_at": MORNING.isoformat()})
    await owner.done(id_, "fill-form", fields={"reporter": "另一人", "packing": None})
    form = (await owner.get(f"/incidents/{id_}/form")).json()
    values = {one["name"]: one["value"] for one in form["fields"]}
    assert form["complete"]
    assert (values["reporter"], values["packing"], values["goods"]) == ("另一人", None, FORM["goods"])
    clocks = {one["name"]: one["state"] for one in (await owner.read(id_))["clocks"]}
    assert clocks["form"] == "met"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"colour": "red"}, "the form has no such field"),
        ({"pieces_found": "some"}, "pieces_found: must be a number"),
        ({"pieces_found": "-1"}, "pieces_found: must lie between 0"),
        ({"direct_loss": "1.234"}, "direct_loss: has more than 2 decimal places"),
        ({"direct_loss": "NaN"}, "direct_loss: must lie between 0"),
        ({"occurred_at": "yesterday"}, "occurred_at: must be a date and time with its zone"),
        ({"occurred_at": "2026-03-04T10:00:00"}, "occurred_at: must be a date and time with its zone"),
        ({"packing": "gold"}, "packing: must be one of carton"),
        ({"goods": "x" * 201}, "goods: has more than 200 characters"),
    ],
)
async def test_what_does_not_fit_the_form_is_refused_by_field(
    centre: Centre, id_: str, fields: dict[str, str], sentence: str
) -> None:
    before = await centre.counts()
    problem = is_problem(await centre.supervisor.act(id_, "fill-form", fields=fields), 422)
    assert sentence in problem["detail"]
    assert await centre.counts() == before


async def test_the_form_is_a_page_in_both_languages_and_nothing_in_it_is_markup(centre: Centre, id_: str) -> None:
    owner = await centre.owner(id_)
    await owner.done(id_, "fill-form", fields={"goods": "<script>alert(1)</script>"})
    for language, title in (("zh", "商务事故上报单"), ("en", "Business incident report")):
        page = await owner.get(f"/incidents/{id_}/form.html", language=language)
        assert page.headers["content-type"].startswith("text/html")
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert f"<h1>{title}</h1>" in page.text
        assert "&lt;script&gt;" in page.text
        assert "<script" not in page.text
        assert WHAT in page.text


async def test_the_form_is_a_pdf(centre: Centre, id_: str) -> None:
    answer = await centre.supervisor.get(f"/incidents/{id_}/form.pdf")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert re.search(rb"/Type\s*/Page\b", answer.content)


async def test_a_photograph_is_attached_and_its_hash_is_in_the_ledger(centre: Centre, id_: str) -> None:
    assert (await attach(centre.hub, id_)).status_code == 200
    digest = hashlib.sha256(PNG).hexdigest()
    event = (await centre.supervisor.events(id_))[-1]
    assert event["data"] == {"sha256": digest, "media": "image/png", "size": len(PNG), "label": "photograph"}
    listed = (await centre.supervisor.get(f"/incidents/{id_}/attachments")).json()["items"]
    assert [one["sha256"] for one in listed] == [digest]
    answer = await centre.supervisor.get(f"/incidents/{id_}/attachments/{digest}")
    assert answer.content == PNG
    assert (answer.headers["content-type"], answer.headers["x-content-type-options"]) == ("image/png", "nosniff")
    async with centre.engine.connect() as connection:
        stored = (await connection.exec_driver_sql("SELECT sealed FROM contents")).scalar_one()
    assert PNG not in stored
    is_problem(await centre.supervisor.get(f"/incidents/{id_}/attachments/{'0' * 64}"), 404)


@pytest.mark.parametrize(
    ("content", "media", "sentence"),
    [
        (b"<html>", "image/png", "not what it says"),
        (PNG, "image/jpeg", "not what it says"),
        (PNG, "application/pdf", "not what it says"),
        (b"RIFF0000WAVE", "image/webp", "not what it says"),
        (b"", "image/png", "not what it says"),
        (b"MZ", "application/x-msdownload", "attachments are of the types"),
    ],
)
async def test_an_attachment_that_is_not_what_it_says_is_refused(
    centre: Centre, id_: str, content: bytes, media: str, sentence: str
) -> None:
    before = await centre.counts()
    problem = is_problem(await attach(centre.hub, id_, content, media), 422)
    assert sentence in problem["detail"]
    assert await centre.counts() == before


async def test_an_attachment_is_bounded_by_the_rulebook(centre: Centre, id_: str) -> None:
    most = centre.office.desk.policies.current.incidents.attachments.bytes_at_most
    assert (await attach(centre.hub, id_, PDF + b" " * (most - len(PDF)), "application/pdf")).status_code == 200
    is_problem(await attach(centre.hub, id_, PDF + b" " * (most + 1 - len(PDF)), "application/pdf"), 422)
    is_problem(await attach(centre.hub, id_, PDF + b" " * (most + 20_000), "application/pdf"), 413)


async def test_one_file_is_attached_once(centre: Centre, id_: str) -> None:
    answers = await asyncio.gather(*(attach(centre.hub, id_, key="photo") for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    assert sum(answer.headers["idempotent-replayed"] == "false" for answer in answers) == 1
    problem = is_problem(await attach(centre.hub, id_), 409)
    assert "attached already" in problem["detail"]
    assert (await attach(centre.hub, id_, PDF, "application/pdf")).status_code == 200
    assert (await centre.counts())["contents"] == 2


async def test_a_form_without_its_parts_is_a_sentence(centre: Centre, id_: str) -> None:
    version = (await centre.hub.read(id_))["version"]
    path = f"/incidents/{id_}/attachments"
    is_problem(await centre.hub.http.post(path, data={"version": str(version), "label": "photograph"}), 422)
    is_problem(await centre.hub.http.post(path, json={"version": version, "label": "photograph"}), 422)
    stale = await centre.hub.http.post(
        path, data={"version": "1", "label": "paper"}, files={"file": ("a.png", PNG, "image/png")}
    )
    is_problem(stale, 409)
