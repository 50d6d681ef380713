"""`redress dossier`, as people run it: a paper in a file, for the eyes it is for."""

from pathlib import Path
from uuid import uuid4

from tests.deployments.conftest import Redress
from tests.fixtures.office import Office
from tests.fixtures.paper import read_back

CALLER = {"name": "欧阳明月", "phone": "13912345678"}


async def test_a_dossier_is_masked_unless_it_is_for_somebody_who_may_see_more(
    redress: Redress, office: Office, tmp_path: Path
) -> None:
    [case] = await office.complain(caller=CALLER)
    masked, full = tmp_path / "masked.pdf", tmp_path / "full.pdf"
    done = redress("dossier", case, "--out", masked)
    assert (done.returncode, done.stderr) == (0, "")
    assert "The dossier of case 1 is in" in done.stdout
    assert CALLER["phone"] not in read_back(masked.read_bytes())
    assert redress("dossier", case, "--out", full, "--by", "组长").returncode == 0
    assert CALLER["phone"] in read_back(full.read_bytes())
    rows = await office.database.rows(
        "SELECT staff.name FROM accesses LEFT JOIN staff ON staff.id = staff_id ORDER BY 1"
    )
    assert [row.name for row in rows] == ["组长", None]


async def test_a_dossier_of_a_changed_ledger_is_made_and_exits_with_one(
    redress: Redress, office: Office, tmp_path: Path
) -> None:
    [case] = await office.complain()
    await office.database.rows("UPDATE events SET data = '{}'")
    done = redress("dossier", case, "--out", tmp_path / "made.pdf")
    assert done.returncode == 1
    assert "TAMPERED" in done.stderr
    assert "TAMPERED" in read_back((tmp_path / "made.pdf").read_bytes())


async def test_what_cannot_be_printed_is_a_sentence(redress: Redress, office: Office, tmp_path: Path) -> None:
    [case] = await office.complain()
    for arguments in (
        (uuid4(), "--out", tmp_path / "x.pdf"),
        (case, "--out", tmp_path / "nowhere" / "x.pdf"),
        (case, "--out", tmp_path),
        (case, "--out", tmp_path / "x.pdf", "--by", "无此人"),
        (case, "--out", tmp_path / "x.pdf", "--by", "回访"),
    ):
        done = redress("dossier", *arguments)
        assert done.returncode != 0
        assert done.stderr.strip()
        assert "Traceback" not in done.stderr
    assert not (tmp_path / "x.pdf").exists()
