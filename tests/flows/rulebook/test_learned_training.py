"""Weights are learned from labelled texts, and only better ones replace the present. All texts are made up."""

import json
import shutil
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from deployments.cli import commands
from flows.rulebook.learned import keep, load_weights
from flows.rulebook.learned_examples import FaultyExamples, read_examples
from flows.rulebook.learned_training import TooFewExamples, train
from flows.rulebook.loading import RulebookError, load, read
from models.values.learned import FaultyWeights, written
from models.values.vocabulary import Category, Kind

TAXONOMY = load(read()).rulebook.taxonomy
ASKED = ("的件在哪", "几时到", "派了吗")


def row(text: str, kind: str, category: str | None = None) -> dict[str, Any]:
    return {
        "text": text,
        "kind": kind,
        "category": category,
        "secondary": None,
        "severity": "minor",
        "business_line": "express",
    }


def lesson() -> list[dict[str, Any]]:
    """Sixty texts of two kinds and two categories that a child could tell apart."""
    rows = []
    for n, who in enumerate("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉"):
        rows.append(row(f"{who}家的琉璃灯罩磕成了两瓣", "complaint", "damage"))
        rows.append(row(f"{who}家的包裹晚了{n}天才送来", "complaint", "delay"))
        rows.append(row(f"{who}家寄琉璃灯罩怎么收费", "consultation"))
    return rows


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    file = tmp_path / "lesson.jsonl"
    file.write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in lesson()), encoding="utf-8")
    return file


@pytest.fixture
def centre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A centre's own rulebook folder, without learned weights yet."""
    monkeypatch.setenv("REDRESS_HOME", str(tmp_path / "home"))
    folder = tmp_path / "rulebook"
    folder.mkdir()
    for name in ("default.toml", "taxonomy.toml", "wording.toml"):
        shutil.copy(str(resources.files("flows.rulebook") / name), folder / name)
    taxonomy = folder / "taxonomy.toml"
    text = taxonomy.read_text(encoding="utf-8")
    before, _, after = text.partition("[learned]\n")
    taxonomy.write_text(before + after.partition("\n\n")[2], encoding="utf-8")
    assert load(read(folder)).learned is None
    return folder


def test_training_is_the_same_whatever_the_order(examples: Path) -> None:
    rows = read_examples([examples])
    assert written(train(rows, TAXONOMY).learned) == written(train(rows[::-1], TAXONOMY).learned)


def test_borrowed_texts_lend_no_words(examples: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.jsonl"
    lent = [row(f"{who}的鹦鹉不见了", "complaint", "loss") for who in "天地玄黄宇宙洪荒"]
    other.write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in lent), encoding="utf-8")
    learned = train(read_examples([examples]) + read_examples([other], borrowed=True), TAXONOMY).learned
    assert "琉璃" in learned.grams
    assert not any("鹦" in gram for gram in learned.grams)
    assert learned.trained_on["examples"] == {"lesson": 60, "other (words not kept)": 8}


def test_too_little_to_learn_from_is_refused(examples: Path) -> None:
    rows = read_examples([examples])
    with pytest.raises(TooFewExamples, match="at least 50"):
        train(rows[:20], TAXONOMY)
    with pytest.raises(TooFewExamples, match="two kinds"):
        train([one for one in rows * 3 if one.kind is Kind.CONSULTATION], TAXONOMY)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2: "),
        ("[1]", "line 2: a line must be an object"),
        (json.dumps(row("x", "praise")), "line 2: 'praise' is not a valid Kind"),
        (json.dumps(row("x", "complaint")), "line 2: a complaint has a category"),
        (json.dumps(row("x", "enquiry", "delay")), "line 2: a complaint has a category"),
        (json.dumps(row(" ", "enquiry")), "line 2: text must be of 1 to 10000"),
        (json.dumps({"text": "x", "kind": "enquiry"}), "line 2: severity is missing"),
    ],
)
def test_a_faulty_example_is_refused_by_its_line(tmp_path: Path, line: str, said: str) -> None:
    file = tmp_path / "some.jsonl"
    file.write_text(json.dumps(row("好", "enquiry")) + "\n" + line + "\n", encoding="utf-8")
    with pytest.raises(FaultyExamples, match=said):
        read_examples([file])


def test_a_centre_trains_checks_and_evaluates_its_own_weights(examples: Path, centre: Path) -> None:
    run = CliRunner()
    before = load(read(centre)).hash
    trained = run.invoke(commands, ["classifier", "train", "--examples", str(examples), "--folder", str(centre)])
    assert trained.exit_code == 0, trained.output
    policy = load(read(centre))
    assert policy.learned is not None
    assert policy.hash != before
    assert policy.learned.trained_on["examples"] == {"lesson": 60}
    evaluated = run.invoke(commands, ["classifier", "evaluate", str(examples), "--folder", str(centre)])
    assert evaluated.exit_code == 0, evaluated.output
    assert "60 of 60 texts were trained on" in evaluated.output
    assert "main or secondary" in evaluated.output
    assert Category.DAMAGE in evaluated.output


def test_worse_weights_replace_nothing(examples: Path, centre: Path, tmp_path: Path) -> None:
    run = CliRunner()
    args = ["classifier", "train", "--folder", str(centre), "--examples"]
    assert run.invoke(commands, [*args, str(examples)]).exit_code == 0
    before = read(centre)
    kinds = ("enquiry", "suggestion", "manual_service", "complaint")
    wrong = [row(one["text"], kinds[n % 4], "other" if n % 4 == 3 else None) for n, one in enumerate(lesson())]
    wrong[3]["category"] = "loss"
    muddled = tmp_path / "muddled.jsonl"
    muddled.write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in wrong), encoding="utf-8")
    refused = run.invoke(commands, [*args, str(muddled)])
    assert refused.exit_code == 1
    assert "Nothing changed" in refused.output
    assert read(centre) == before


@pytest.mark.parametrize(
    ("enough", "said"), [(30, "on 90 texts, each unseen by either"), (31, "by cross-validation of each")]
)
def test_a_few_new_texts_do_not_decide_alone(
    examples: Path, centre: Path, tmp_path: Path, enough: int, said: str
) -> None:
    """What cross-validation said of the texts both were trained on counts beside them; how many are a few, the
    rulebook says."""
    policy = centre / "default.toml"
    text = policy.read_text(encoding="utf-8")
    policy.write_text(text.replace("weights_new_texts = 30", f"weights_new_texts = {enough}"), encoding="utf-8")
    run, more = CliRunner(), tmp_path / "more.jsonl"
    args = ["classifier", "train", "--folder", str(centre), "--examples", str(examples)]
    assert run.invoke(commands, args).exit_code == 0
    new = [
        row(f"{who}家{what}", "enquiry") for who in "天地玄黄宇宙洪荒日月" for what in ("的件在哪", "几时到", "派了吗")
    ]
    more.write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in new), encoding="utf-8")
    told = run.invoke(commands, [*args, "--examples", str(more)]).output
    assert said in told


def test_the_same_examples_teach_the_same(examples: Path, centre: Path) -> None:
    args = ["classifier", "train", "--folder", str(centre), "--examples", str(examples)]
    assert CliRunner().invoke(commands, args).exit_code == 0
    before = read(centre)
    assert CliRunner().invoke(commands, args).exit_code == 0
    assert read(centre) == before


def test_weights_that_are_nowhere_or_broken_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDRESS_HOME", str(tmp_path))
    with pytest.raises(FaultyWeights, match="copy 0123456789abcdef"):
        load_weights("0123456789abcdef")
    name = keep(b"[]", tmp_path / "learned")
    with pytest.raises(FaultyWeights, match="not a file of learned weights"):
        load_weights(name)
    (tmp_path / "learned" / f"{name}.json.gz").write_bytes(b"no gzip")
    with pytest.raises(FaultyWeights, match="cannot read"):
        load_weights(name)
    (tmp_path / "learned" / f"{'0' * 16}.json.gz").write_bytes(
        Path(tmp_path / "learned" / f"{name}.json.gz").read_bytes()
    )
    with pytest.raises(FaultyWeights, match="cannot read"):
        load_weights("0" * 16)
    content = read().replace(load(read()).rulebook.taxonomy.learned.weights, "f" * 16)  # type: ignore[union-attr]
    with pytest.raises(RulebookError, match="taxonomy › learned"):
        load(content)
