"""Renewing a rulebook's learned weights: trained, compared with the present ones, put in their place when no worse."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

from flows.rulebook.learned import keep, own, shipped
from flows.rulebook.learned_examples import Example
from flows.rulebook.learned_judging import Judged, calibration, figures, judge, uncalibrated
from flows.rulebook.learned_training import train
from flows.rulebook.loading import load, read
from models.values.learned import Learned, written
from models.values.policy import Policy
from models.values.taxonomy import Taxonomy, Teaching

RULES_SHARE = 0.3
"""Of the signs' own weights, for a rulebook that had no learned ones yet: written into it, where it is changed."""
MOST_KNOWN = 0.9
"""When so many of the texts the present weights were trained on are among these, what cross-validation said of them
counts beside what they say of the new ones: a few new texts alone would leave the verdict to chance. No policy: it
says when two figures may be put together at all, whatever a centre thinks of them."""
NAMED = re.compile(r'(?m)^\[(?:taxonomy\.)?learned\]\nweights = "[0-9a-f]*"\nrules_share = [0-9.]+\n')
LINE = re.compile(r"(?m)^calibration = .*$")


@dataclass(frozen=True)
class Renewed:
    """New weights, what they say of texts they did not learn from, and whether they may replace the present ones."""

    learned: Learned
    taxonomy: Taxonomy
    judged: list[Judged]
    better: bool
    verdict: str
    mark: float = 0.0
    present_mark: float = 0.0
    against: str | None = None
    """The name of the weights they were compared with."""


def renew(examples: Sequence[Example], source: Path | None, note: Callable[[], None] = lambda: None) -> Renewed:
    """Train on the examples and compare; changes nothing. `source`: a rulebook file or folder, or the shipped one.

    What staff corrected teaches, and must be read no worse; how well texts are read in general the other examples say:
    of corrections the present weights read none right, so they would make any new ones look better.
    """
    present = load(read(source))
    taxonomy = present.rulebook.taxonomy
    share = taxonomy.learned.rules_share if taxonomy.learned else RULES_SHARE
    taxonomy = taxonomy.model_copy(update={"learned": Teaching(weights="0" * 16, rules_share=share)})
    trained = train(examples, taxonomy, note)
    unseen = [trained.unseen[fold] for fold in trained.fold]
    bare = judge(examples, uncalibrated(taxonomy), unseen)
    taxonomy = taxonomy.model_copy(update={"calibration": calibration(_of_all(bare))})
    judged = judge(examples, taxonomy, unseen)
    reached = figures(_of_all(judged))
    about = {**trained.learned.trained_on, "cross_validated": _rounded(reached.mark)}
    renewed = Renewed(replace(trained.learned, trained_on=about), taxonomy, judged, False, "")
    return _compared(renewed, present)


def put(renewed: Renewed, source: Path | None) -> str:
    """Keep the weights and name them, with their calibration, in the rulebook's taxonomy; returns their name."""
    into = Path(str(shipped())) if source is None else own()
    place = source or Path(str(resources.files("flows.rulebook")))
    taxonomy = place if place.is_file() else place / "taxonomy.toml"
    name = keep(written(renewed.learned), into)
    text = taxonomy.read_text(encoding="utf-8")
    share = renewed.taxonomy.learned.rules_share if renewed.taxonomy.learned else RULES_SHARE
    section = "taxonomy." if place.is_file() else ""
    named = f'[{section}learned]\nweights = "{name}"\nrules_share = {share}\n'
    bounds = f"[{section}bounds]\n"
    text = NAMED.sub(named, text) if NAMED.search(text) else text.replace(bounds, f"{named}\n{bounds}", 1)
    points = ", ".join(f"[{x}, {y}]" for x, y in renewed.taxonomy.calibration)
    taxonomy.write_text(LINE.sub(f"calibration = [{points}]", text, count=1), encoding="utf-8")
    return name


def _compared(renewed: Renewed, present: Policy) -> Renewed:
    taxonomy, before, changes = present.rulebook.taxonomy, present.learned, present.rulebook.changes
    judged, corrected = _of_all(renewed.judged), [one for one in renewed.judged if one.example.corrected]
    seen = set(before.trained_on.get("texts", ())) if before else set()
    new = [one for one in judged if one.example.key not in seen]
    known = len(judged) - len(new)
    mark, old, by = figures(judged).mark, 0.0, "by cross-validation of each"
    if before is not None:
        old = float(before.trained_on.get("cross_validated", 0.0))
    if before is None or len(new) >= changes.weights_new_texts:
        examples = [one.example for one in new]
        fresh = figures(judge(examples, taxonomy, [before] * len(new))).mark
        if sum(one.example.key in seen for one in renewed.judged) >= MOST_KNOWN * len(seen) > 0:
            old, by = (old * known + fresh * len(new)) / len(judged), f"on {len(judged)} texts, each unseen by either"
        else:
            old, mark, by = fresh, figures(new).mark, f"on {len(new)} texts neither was trained on"
    verdict = f"{mark:.3f} against {old:.3f} of the present ones {by}"
    better = mark >= old - changes.weights_worse_by
    if corrected:
        now = sum(one.right for one in corrected)
        was = sum(one.right for one in judge([one.example for one in corrected], taxonomy, [before] * len(corrected)))
        verdict += f"; of {len(corrected)} corrections {now} read right, {was} by the present ones"
        better = better and now >= was
    against = taxonomy.learned.weights if taxonomy.learned else None
    return replace(renewed, better=better, verdict=verdict, mark=mark, present_mark=old, against=against)


def _of_all(judged: Sequence[Judged]) -> list[Judged]:
    """Without corrections, which are here because they were read wrong."""
    return [one for one in judged if not one.example.corrected]


def _rounded(mark: float) -> float:
    return round(mark, 4)
