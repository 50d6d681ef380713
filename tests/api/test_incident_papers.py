"""The papers of an incident, over HTTP: its report form, its dossier."""

import re

import pytest

from models.values.people_terms import Role
from tests.api.centre import MORNING, Centre, is_problem
from tests.api.incidents import FORM, WHAT, WHERE, first
from tests.fixtures.paper import read_back


@pytest.fixture
async def id_(centre: Centre) -> str:
    """An incident that was graded."""
    hub = await centre.hire("hub", Role.BUSINESS_UNIT, "sorting_centre")
    answer = await hub.post("/incidents", first(value="12000", vehicle="沪A·12345"))
    await centre.carry()
    found: str = answer.json()["id"]
    return found


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
        ({"occurred_at": "2099-03-04T10:00:00+08:00"}, "occurred_at: must not lie in the future"),
        ({"pieces_found": "1.5"}, "pieces_found: must be a whole number"),
        ({"pieces_found": "1e3"}, "pieces_found: must be written in digits"),
        ({"weight_booked": "1_000"}, "weight_booked: must be written in digits"),
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


async def test_the_form_says_in_chinese_who_and_what_and_has_room_to_sign(centre: Centre, id_: str) -> None:
    owner = await centre.owner(id_)
    form = (await owner.get(f"/incidents/{id_}/form")).json()
    said = {one["name"]: one["shown"] for one in form["facts"]}
    assert said["unit"] == {"zh": "分拣中心", "en": "sorting_centre"}
    assert said["phoned_at"] == {"zh": "未电话报告", "en": "not phoned"}
    assert said["business_line"] == {"zh": "不详", "en": "unknown"}
    for language, wanted in (
        ("zh", ("分拣中心", "业务线", "填报人签字", "日期")),
        ("en", ("Signature of the", "Date")),
    ):
        page = (await owner.get(f"/incidents/{id_}/form.html", language=language)).text
        paper = read_back((await owner.get(f"/incidents/{id_}/form.pdf", language=language)).content)
        assert not [one for one in wanted if one not in page or one not in paper]
    assert "sorting_centre" not in (await owner.get(f"/incidents/{id_}/form.html")).text


async def test_the_form_names_everybody_who_bears_a_share(centre: Centre, id_: str) -> None:
    async def liable() -> dict[str, str]:
        form = (await centre.supervisor.get(f"/incidents/{id_}/form")).json()
        return {one["name"]: one["shown"] for one in form["facts"]}["liable"]

    owner = await centre.owner(id_)
    await owner.done(id_, "contain", measures="隔离")
    await owner.done(id_, "investigate", finding="交接不清")
    assert (await liable())["zh"] == "不详"
    shares = [
        {"party": "linehaul", "percent": "33.33"},
        {"party": "sorting_centre", "percent": "33.33"},
        {"kind": "carrier", "party": "linehaul_contractor", "percent": "33.34"},
    ]
    await owner.done(id_, "name-liable", firm_liable=True, shares=shares, why="三方均有责任")
    shown = await liable()
    assert shown["en"] == "linehaul 33.33%, linehaul_contractor 33.34%, sorting_centre 33.33%"
    parties = shown["zh"].split("、")
    assert (len(parties), parties[2]) == (3, "分拣中心 33.33%")
    page = (await owner.get(f"/incidents/{id_}/form.html")).text
    paper = read_back((await owner.get(f"/incidents/{id_}/form.pdf")).content)
    assert not [one for one in parties if one not in page or one not in paper]
    await centre.hire("line", Role.BUSINESS_UNIT, "linehaul")
    await centre.line.done(id_, "appeal", party="linehaul", grounds="不服")
    await centre.carry()
    await (await centre.owner(id_)).done(id_, "name-liable", firm_liable=False, why="申诉成立")
    assert await liable() == {"zh": "公司无责", "en": "the firm is not liable"}


async def test_papers_tell_every_line_of_a_long_report(centre: Centre) -> None:
    hub = await centre.hire("hub", Role.BUSINESS_UNIT, "sorting_centre")
    lines = [f"第{one}行" for one in range(400)]
    id_ = (await hub.post("/incidents", first(what="\n".join(lines)))).json()["id"]
    await centre.carry()
    for path in (f"/incidents/{id_}/form.pdf", f"/cases/{id_}/dossier"):
        answer = await centre.supervisor.get(path)
        assert answer.status_code == 200, path
        told = read_back(answer.content)
        assert not [line for line in lines if line not in told]


async def test_the_form_is_a_pdf(centre: Centre, id_: str) -> None:
    answer = await centre.supervisor.get(f"/incidents/{id_}/form.pdf")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert re.search(rb"/Type\s*/Page\b", answer.content)


async def test_the_dossier_of_an_incident_says_what_it_is_in_both_languages(centre: Centre, id_: str) -> None:
    told = read_back((await centre.supervisor.get(f"/cases/{id_}/dossier")).content)
    known = (
        "损坏 damage",
        "重大 major",
        "分拣中心 sorting_centre",
        "不详 unknown",
        "网站 web",
        "12000 CNY",
        "不详 not known",
        "上报内容 As reported",
    )
    for wanted in (*known, WHAT):
        assert wanted in told, wanted
