"""Photographs and papers of a case, over HTTP: of an incident, and evidence of a complaint."""

import asyncio
import base64
import hashlib

import httpx
import pytest

from models.values.people_terms import Role
from tests.api.centre import DELAY, Centre, Person, is_problem
from tests.api.incidents import first
from tests.fixtures.paper import read_back

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
    person: Person, id_: str, content: bytes = PNG, media: str = "image/png", key: str | None = None, label: str = ""
) -> httpx.Response:
    version = (await person.read(id_))["version"]
    headers = {"Idempotency-Key": key} if key else {}
    label = label or ("photograph" if media.startswith("image/") else "paper")
    return await person.http.post(
        f"/cases/{id_}/attachments",
        data={"version": str(version), "label": label},
        files={"file": ("现场.png", content, media)},
        headers=headers,
    )


async def test_a_photograph_is_attached_and_its_hash_is_in_the_ledger(centre: Centre, id_: str) -> None:
    assert (await attach(centre.hub, id_)).status_code == 200
    digest = hashlib.sha256(PNG).hexdigest()
    event = (await centre.supervisor.events(id_))[-1]
    assert event["data"] == {"sha256": digest, "media": "image/png", "size": len(PNG), "label": "photograph"}
    listed = (await centre.supervisor.get(f"/cases/{id_}/attachments")).json()["items"]
    assert [one["sha256"] for one in listed] == [digest]
    answer = await centre.supervisor.get(f"/cases/{id_}/attachments/{digest}")
    assert answer.content == PNG
    assert (answer.headers["content-type"], answer.headers["x-content-type-options"]) == ("image/png", "nosniff")
    async with centre.engine.connect() as connection:
        stored = (await connection.exec_driver_sql("SELECT sealed FROM contents")).scalar_one()
    assert PNG not in stored
    is_problem(await centre.supervisor.get(f"/cases/{id_}/attachments/{'0' * 64}"), 404)


@pytest.mark.parametrize(
    ("content", "media", "sentence"),
    [
        (b"<html>", "image/png", "not what it says"),
        (PNG, "image/jpeg", "not what it says"),
        (PNG, "application/pdf", "not what it says"),
        (b"RIFF0000WAVE", "image/webp", "not what it says"),
        (b"", "image/png", "not what it says"),
        (PNG[:8], "image/png", "not what it says"),
        (PNG[:8] + b"<script>alert(1)</script>" * 9, "image/png", "not what it says"),
        (b"%PDF-<script>alert(1)</script>%%EOF", "application/pdf", "not what it says"),
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
    most = centre.office.desk.policies.current.rulebook.attachments.bytes_at_most
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
    path = f"/cases/{id_}/attachments"
    is_problem(await centre.hub.http.post(path, data={"version": str(version), "label": "photograph"}), 422)
    is_problem(await centre.hub.http.post(path, json={"version": version, "label": "photograph"}), 422)
    stale = await centre.hub.http.post(
        path, data={"version": "1", "label": "paper"}, files={"file": ("a.png", PNG, "image/png")}
    )
    is_problem(stale, 409)


async def test_a_photograph_is_an_image(centre: Centre, id_: str) -> None:
    problem = is_problem(await attach(centre.hub, id_, PDF, "application/pdf", label="photograph"), 422)
    assert "a photograph is an image" in problem["detail"]
    assert (await attach(centre.hub, id_, label="paper")).status_code == 200, "a paper may be photographed"


async def test_an_upload_brings_one_file_and_nothing_else(centre: Centre, id_: str) -> None:
    """Of two files the first was lost, an unknown field passed over."""
    before = await centre.counts()
    path, version = f"/cases/{id_}/attachments", (await centre.hub.read(id_))["version"]
    said = {"version": str(version), "label": "paper"}
    file = ("file", ("a.png", PNG, "image/png"))
    for fields, files, sentence in (
        (said, [file, ("file", ("b.pdf", PDF, "application/pdf"))], "file: is given more than once"),
        (said | {"label": ["paper", "paper"]}, [file], "label: is given more than once"),
        (said | {"colour": "red"}, [file], "(a field): is not known here"),
        (said, [file, ("other", ("b.pdf", PDF, "application/pdf"))], "(a field): is not known here"),
    ):
        problem = is_problem(await centre.hub.http.post(path, data=fields, files=files), 422)
        assert sentence in problem["detail"]
    assert await centre.counts() == before
    assert (await centre.hub.http.post(path, data=said, files=[file])).status_code == 200


async def test_evidence_of_a_complaint_is_kept_and_named_in_its_dossier(centre: Centre) -> None:
    case = await centre.carried(DELAY, waybill="SF1", about_staff=[centre.colleague.id])
    handler = await centre.owner(case)
    assert (await attach(handler, case)).status_code == 200
    digest = hashlib.sha256(PNG).hexdigest()
    assert (await centre.supervisor.get(f"/cases/{case}/attachments/{digest}")).content == PNG
    is_problem(await centre.colleague.get(f"/cases/{case}/attachments"), 404)
    is_problem(await centre.colleague.get(f"/cases/{case}/attachments/{digest}"), 404)
    told = read_back((await handler.get(f"/cases/{case}/dossier")).content)
    assert digest in told.replace("\n", "")
