"""`redress demo` as people run it: a stack of its own, a day played through it, an exit code that tells the truth."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from deployments.demo.generate import generate
from deployments.stack import Stack
from models.settings import Settings
from models.values.people_terms import Role
from tests.fixtures.prefect_tables import stored

WITHIN = 400
"""Seconds: a bound for hangs, wide enough for a machine that others are busy on."""
pytestmark = pytest.mark.timeout(WITHIN + 20)
REDRESS = Path(sys.executable).with_name("redress")
ENTRY = {
    "reference",
    "case_id",
    "kind",
    "category",
    "secondary",
    "severity",
    "business_line",
    "stage",
    "score",
    "owner",
    "events",
    "proposed_kind",
    "proposed_category",
}


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [REDRESS, "demo", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment(), capture_output=True, text=True, timeout=WITHIN, check=False
    )


def environment() -> dict[str, str]:
    """Even where a database is named, the demo keeps to its own."""
    elsewhere = "postgresql://nobody:hush@127.0.0.1:1/none"
    return os.environ | {"REDRESS_DATABASE_URL": elsewhere, "PREFECT_API_URL": "http://127.0.0.1:1/api"}


def lines(folder: Path, *said: object) -> Path:
    file = folder / "complaints.jsonl"
    file.write_text("".join(one if isinstance(one, str) else json.dumps(one) + "\n" for one in said), encoding="utf-8")
    return file


def homes(folder: Path) -> Sequence[Path]:
    return list(folder.glob("var/demo-*"))


async def test_a_small_day_is_played_to_its_end_and_leaves_no_name_or_phone_behind(tmp_path: Path) -> None:
    done = run(tmp_path, "--count", "12", "--seed", "7", "--report", "out.json", "--keep")
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert set(result) == {"cases", "rounds", "incidents", "totals", "seconds"}
    [played] = result["rounds"]
    assert {"id", "frame", "drawn", "reached", "rates", "verified", "estimates"} <= set(played)
    assert (played["frame"], played["verified"]) == (400, True)
    assert 40 <= played["drawn"] < 150
    assert sum(played["dispositions"].values()) == played["drawn"], "the round is over, every draw has ended somehow"
    assert played["reached"] == played["dispositions"]["complete"] > 0
    assert 0 < played["rates"]["RR1"] < 1
    assert {one["reference"] for one in result["cases"]} == {f"G{number:04d}" for number in range(1, 13)}
    assert all(set(one) == ENTRY for one in result["cases"])
    assert result["totals"]["by_stage"] == {"closed": 12}
    assert result["totals"]["quarantined"] == 0
    assert result["totals"]["http"]["5xx"] == result["totals"]["http"]["4xx"] == 0
    assert result["totals"]["step_failures"] == 0
    money = result["totals"]["settlements"]
    assert float(money["paid"]) > 0
    assert money["awaiting"] == "0.00", "what is left is confirmed, and waits for its customer to agree"
    assert result["totals"]["recharges"]["by_party"], "and somebody bears it"
    roles = result["totals"]["by_role"]
    assert set(roles) == {role.value for role in Role}
    assert all(row["reads"] + row["posts"] for row in roles.values()), "everybody does something"
    assert roles["auditor"]["acts"] == roles["administrator"]["acts"] == 0
    assert roles["scheduler"]["acts"] == 1, "it opened the round"
    assert all(one["score"] is not None for one in result["cases"] if one["kind"] != "complaint")
    assert {one["grade"] for one in result["incidents"]} == {"general", "major", "critical"}
    assert {one["stage"] for one in result["incidents"]} == {"closed"}
    assert all(one["score"] is not None for one in result["incidents"])
    assert "沉默推定 presumed" in done.stdout, "a unit that never answered"
    assert "every stage replayed from its events" in done.stdout
    (home,) = homes(tmp_path)
    await assert_nothing_personal(home, done.stdout + done.stderr)


async def assert_nothing_personal(home: Path, printed: str) -> None:
    """No name or phone the demo made up is in what it printed, in any log, or anywhere in Prefect's database."""
    callers = list(generate(12, 7))
    personal = {word for one in callers for word in (one.caller_name, one.caller_phone) if word}
    assert len(personal) > 12
    logs = {path.name: path.read_text(encoding="utf-8") for path in home.glob("logs/*.log")}
    assert "leg settled" in logs["worker.log"], "they do log"
    settings = Settings(home=home, database_url=None, prefect_api_url=None, clock="simulated", api_port=0)
    async with Stack(settings, parts={"postgres"}) as stack:
        tables = await stored(stack.database_url)
    assert "complaint" in tables["flow_run"], "Prefect did see the runs"
    places = {"printed": printed} | logs | tables
    assert not [(place, word) for place, text in places.items() for word in personal if word in text]


def test_broken_lines_are_named_and_the_rest_is_played(tmp_path: Path) -> None:
    file = lines(
        tmp_path,
        {"id": "A", "text": "包裹三天没动,要求尽快派送", "kind": "complaint", "category": "delay"},
        "{broken\n",
        {"id": "B", "text": "请问我的快递到哪里了"},
        {"id": "C", "text": ""},
        {"id": "A", "text": "同一个编号"},
    )
    done = run(tmp_path, "--file", str(file), "--report", "out.json")
    assert done.returncode == 2, done.stderr
    for number in (2, 4, 5):
        assert f"Line {number}: " in done.stderr
    result = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert {one["reference"]: one["stage"] for one in result["cases"]} == {"A": "closed", "B": "closed"}
    assert next(one for one in result["cases"] if one["reference"] == "A")["events"] > 6
    assert homes(tmp_path) == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--file", "nowhere.jsonl"), "There is no file nowhere.jsonl"),
        (("--file", "empty.jsonl"), "empty.jsonl is empty"),
        (("--file", "broken.jsonl"), "no line that can be used"),
        (("--report", "nowhere/out.json"), "There is no folder"),
        (("--report", "."), "is a directory"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_starts(
    tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    (tmp_path / "empty.jsonl").touch()
    (tmp_path / "broken.jsonl").write_text("{\n", encoding="utf-8")
    done = run(tmp_path, *arguments)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "var").exists()


def test_an_interrupt_stops_it_cleanly(tmp_path: Path) -> None:
    with subprocess.Popen(
        [REDRESS, "demo"], cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    ) as demo:
        assert demo.stderr is not None
        for line in demo.stderr:
            if line.startswith("Starting postgres"):
                break
        demo.send_signal(signal.SIGINT)
        said = demo.stderr.read()
        assert demo.wait(timeout=60) == 130
    assert "Stopped" in said
    assert "Traceback" not in said
    assert homes(tmp_path) == []
