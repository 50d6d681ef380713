"""What staff correct is kept to learn from: the labels only, and the text only for as long as the case has it."""

import asyncio
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from typer.testing import CliRunner

from deployments.cli import commands
from flows.legs.erasing import erase_sealed
from flows.rulebook import corrections
from flows.rulebook.learned_examples import read_examples
from flows.rulebook.learned_renewal import renew
from flows.rulebook.loading import in_one_file
from models.values.vocabulary import Category, Kind
from tests.api.centre import DELAY, UNCLEAR, Centre
from tests.fixtures.database import KEY, Database


async def kept(centre: Centre) -> list[Any]:
    async with centre.engine.begin() as connection:
        return await corrections.examples(connection, centre.office.desk.seal)


async def test_a_reading_that_a_person_corrects_becomes_an_example(centre: Centre) -> None:
    id_ = await centre.carried(DELAY, remedy_sought="退运费")
    await (await centre.owner(id_)).done(id_, "classify", kind="complaint", category="loss", secondary="delay")
    (example,) = await kept(centre)
    assert (example.kind, example.category, example.secondary) == (Kind.COMPLAINT, Category.LOSS, Category.DELAY)
    assert example.text == f"{DELAY}\n退运费", "as the classifier heard it"
    assert (example.borrowed, example.corrected, example.file) == (True, True, "corrections")


async def test_agreeing_with_the_system_is_no_correction_and_takes_one_back(centre: Centre) -> None:
    id_ = await centre.carried(DELAY)
    await (await centre.owner(id_)).done(id_, "classify", kind="complaint", category="damage")
    await centre.carry()
    assert len(await kept(centre)) == 1
    await (await centre.owner(id_)).done(id_, "classify", kind="complaint", category="delay")
    assert await kept(centre) == []


async def test_the_last_word_on_a_case_counts(centre: Centre) -> None:
    id_ = await centre.carried(UNCLEAR)
    await (await centre.owner(id_)).done(id_, "classify", kind="complaint", category="damage")
    await centre.carry()
    await centre.supervisor.done(id_, "classify", kind="complaint", category="loss")
    assert [(one.kind, one.category) for one in await kept(centre)] == [(Kind.COMPLAINT, Category.LOSS)]


async def test_a_refused_classification_keeps_nothing(centre: Centre) -> None:
    id_ = await centre.carried(DELAY)
    assert (await (await centre.owner(id_)).act(id_, "classify", kind="complaint")).status_code == 409
    assert await kept(centre) == []


async def test_no_text_is_kept_beside_the_ledger_and_erased_there_it_is_no_example(
    centre: Centre, database: Database
) -> None:
    id_ = await centre.carried(DELAY)
    await (await centre.owner(id_)).done(id_, "classify", kind="complaint", category="loss")
    (row,) = await database.rows("SELECT corrections::text AS whole FROM corrections")
    assert "快递" not in row.whole
    async with centre.engine.begin() as connection:
        await erase_sealed(connection, [UUID(id_)])
    assert await kept(centre) == []
    assert await database.value("SELECT count(*) FROM corrections") == 1


@pytest.fixture
def command(centre: Centre, database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """The command line beside the centre; it runs a loop of its own, so in a thread."""
    monkeypatch.setenv("REDRESS_DATABASE_URL", database.url)
    monkeypatch.setenv("REDRESS_SECRET_KEY", KEY)
    monkeypatch.setenv("REDRESS_CLOCK", "simulated")
    monkeypatch.setenv("REDRESS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")

    async def run(*arguments: str) -> Any:
        return await asyncio.to_thread(CliRunner().invoke, commands, list(arguments))

    return run


def lesson(many: int = 60) -> list[dict[str, Any]]:
    """Two kinds and two categories that read quite differently."""
    said = ("怎么收费呢请说明一下", "consultation", None), ("箱子里面的杯子摔碎了", "complaint", "damage")
    said = (*said, ("说好昨天到现在还没到", "complaint", "delay"))
    rows = [(f"{text}第{n}次", kind, category) for n in range(many // 3) for text, kind, category in said]
    more = {"secondary": None, "severity": "minor", "business_line": "express"}
    return [{"text": text, "kind": kind, "category": category, **more} for text, kind, category in rows]


async def test_training_learns_from_them_and_its_verdict_is_on_record(
    centre: Centre, database: Database, command: Any, tmp_path: Path
) -> None:
    id_ = await centre.carried(DELAY)
    await (await centre.owner(id_)).done(id_, "classify", kind="complaint", category="loss")
    book, examples = tmp_path / "book.toml", tmp_path / "lesson.jsonl"
    book.write_text(in_one_file(), encoding="utf-8")
    examples.write_text("\n".join(json.dumps(one) for one in lesson()), encoding="utf-8")
    args = ("classifier", "train", "--corrections", "--examples", str(examples), "--folder", str(book))
    nameless = await command(*args)
    assert nameless.exit_code == 1
    assert "--by NAME" in str(nameless.exception)
    handler = await command(*args, "--by", "handler")
    assert "trained by" in str(handler.exception)
    trained = await command(*args, "--by", "supervisor")
    (row,) = await database.rows("SELECT * FROM trainings")
    assert (row.texts, row.corrections) == (61, 1)
    assert "of 1 corrections" in row.verdict
    assert (row.weights is not None) == (trained.exit_code == 0) == (row.mark >= row.present_mark - 0.005)
    assert row.verdict in trained.output
    history = await command("classifier", "history")
    assert "supervisor" in history.output
    assert "1 corrections are kept" in history.output
    judged = await command("classifier", "evaluate")
    assert judged.exit_code == 0, judged.output
    assert "Corrections are texts that were read wrong" in judged.output


async def test_what_was_corrected_does_not_make_new_weights_look_better(centre: Centre, tmp_path: Path) -> None:
    """The present weights read none of them right: taken for a sample of all texts, anything would beat them."""
    examples = tmp_path / "lesson.jsonl"
    examples.write_text("\n".join(json.dumps(one) for one in lesson()), encoding="utf-8")
    rows = read_examples([examples])
    id_ = await centre.carried(DELAY)
    await (await centre.owner(id_)).done(id_, "classify", kind="complaint", category="loss")
    plain, with_one = renew(rows, None), renew([*rows, *await kept(centre)], None)
    assert with_one.present_mark == plain.present_mark
    assert [one.example.corrected for one in with_one.judged].count(True) == 1
