"""`redress rulebook`, as people run it: checked, shown, compared, proposed by one and approved by another."""

import subprocess
import sys
from pathlib import Path

import pytest

from flows.rulebook.loading import content_hash, read
from flows.staffing import NewStaff, add_staff
from models.values.people_terms import Role

REDRESS = Path(sys.executable).with_name("redress")
WITHIN = 400
"""Seconds: a bound for hangs, wide enough for a machine that others are busy on; many commands are run one by one."""
pytestmark = pytest.mark.timeout(WITHIN)


@pytest.fixture
async def redress(database, tmp_path, monkeypatch):
    async with database.engine.begin() as connection:
        await add_staff(connection, NewStaff("李主管", Role.SUPERVISOR))
        await add_staff(connection, NewStaff("王经理", Role.MANAGER))
        await add_staff(connection, NewStaff("张专员", Role.COMPLAINT_HANDLER))
    monkeypatch.setenv("REDRESS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("REDRESS_DATABASE_URL", database.url)
    monkeypatch.setenv("REDRESS_SECRET_KEY", database.key)
    monkeypatch.setenv("COLUMNS", "220")

    def run(*arguments: str, wrong: bool = False) -> str:
        done = subprocess.run(
            [REDRESS, "rulebook", *arguments], capture_output=True, text=True, timeout=120, check=False
        )
        assert "Traceback" not in done.stderr
        assert (done.returncode != 0) == wrong, done.stdout + done.stderr
        return done.stderr if wrong else done.stdout

    return run


@pytest.fixture
def ours(redress, tmp_path) -> Path:
    """A centre's own rulebook: one file, one setting changed."""
    file = tmp_path / "ours.toml"
    redress("export", str(file))
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("A = { hours = 24", "A = { hours = 12", 1), encoding="utf-8")
    return file


async def test_a_rulebook_goes_from_a_file_into_force_by_four_eyes(redress, ours):
    assert "in order" in redress("check", str(ours))
    told = redress("diff", str(ours))
    assert "from 24 h on calendar centre to 12 h on calendar centre" in told
    assert "由 24 小时(centre 日历) 改为 12 小时(centre 日历)" in told
    assert "1 differences" in told
    assert "by quality_inspector, supervisor" in redress(
        "propose", str(ours), "--by", "张专员", "--reason", "旺季", wrong=True
    )
    short = content_hash(read(ours))[:12]
    assert short in redress("propose", str(ours), "--by", "李主管", "--reason", "旺季")
    assert "four eyes" in redress("approve", short, "--by", "李主管", wrong=True)
    assert "is in force" in redress("approve", short, "--by", "王经理", "--remark", "同意")
    told = redress("history")
    assert f"In force: {content_hash(read(ours))}" in told
    for said in ("李主管", "王经理", "旺季", "同意", "in force"):
        assert said in told
    shown = redress("show")
    assert "resolve › A = 12 h on calendar centre" in shown
    assert "the centre's own" in shown
    assert "from 12 h on calendar centre to 24 h on calendar centre" in redress("diff", "shipped")


async def test_mistakes_get_a_sentence_and_change_nothing(redress, ours, tmp_path, database):
    ours.write_text(ours.read_text(encoding="utf-8").replace("speed = 0.35", "speed = 0.30"), encoding="utf-8")
    assert "scoring: the weights sum to 0.95, not to 1" in redress("check", str(ours), wrong=True)
    assert "服务质量考核" in redress("propose", str(ours), "--by", "李主管", "--reason", "a", wrong=True)
    assert "no such file" in redress("show", "nowhere.toml", wrong=True)
    assert "no member of staff" in redress("approve", "0" * 12, "--by", "无名", wrong=True)
    (tmp_path / "text.toml").write_text("name = ", encoding="utf-8")
    assert "text.toml: this is not TOML" in redress("check", str(tmp_path / "text.toml"), wrong=True)
    assert "no such file or folder" in redress("check", str(tmp_path / "nothing"), wrong=True)
    assert "File exists" in redress("export", str(ours), wrong=True)
    assert await database.value("SELECT count(*) FROM rulebooks") == 1
    assert await database.value("SELECT count(*) FROM rulebook_changes") == 0
