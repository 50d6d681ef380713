"""Learned weights speak beside the signs. Every example here was made up for the test."""

import json
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.rulebook.learned_examples import read_examples, shipped_examples
from flows.rules.classification import classify
from flows.rules.classification_learned import gram_weight, grams, learned_from_grams, plain
from flows.rules.classification_signs import normalised
from models.values.learned import AXES, FaultyWeights, Learned, Shape, digest, parsed, written
from models.values.vocabulary import Kind
from tests.flows.rules.making import POLICY

TAXONOMY = POLICY.rulebook.taxonomy
SHAPE = Shape(longest=2, strength=3.0, full_at=4, sign=0.5, known_at=0.15)
LABELS = tuple(("kind", str(kind)) for kind in Kind)
SMALL = Learned(
    shape=SHAPE,
    labels=LABELS,
    bias=(0, 0, 0, 0, 0),
    grams={"蓝色": (0, 0, 0, 4000, 0), "蓝": (0, 0, 0, 100, 0), "色": (0, 0, 0, 100, 0), "0": (0, 900, 0, 0, 0)},
    signs={"late": (0, 6000, 0, 0, 0)},
    trained_on={},
)


def said(text: str) -> dict[str, tuple[float, str]]:
    found = learned_from_grams(text, text, SMALL, "学到", "learned", 3)
    return {one.label: (one.weight, one.words) for one in found}


def test_what_was_learned_speaks_for_its_label_and_cites_its_words() -> None:
    weight, words = said("蓝 色")["suggestion"]
    assert weight == pytest.approx((4000 + 100 + 100) / 1000 * 3 / math.sqrt(4))
    assert words == "蓝 色"


def test_numbers_are_all_one_number() -> None:
    assert plain("第 128 号,9元") == "第0号,0元"
    assert said("128")["enquiry"][0] == said("7")["enquiry"][0] > 0


def test_words_nobody_taught_say_nothing() -> None:
    assert said("abcdefghijklmnop") == {}
    assert said("") == {}


def test_a_text_of_few_words_weighs_less() -> None:
    assert gram_weight(2, 3.0, 20) == gram_weight(20, 3.0, 20) > gram_weight(80, 3.0, 20)
    assert 2 * gram_weight(2, 3.0, 20) < 20 * gram_weight(20, 3.0, 20)


def test_grams_are_the_runs_of_characters() -> None:
    assert grams("晚了吗", 2) == {"晚", "了", "吗", "晚了", "了吗"}


def test_a_sign_says_its_own_weight_and_the_learned_one_in_one_piece() -> None:
    text = "晚点了"
    assert classify(text, TAXONOMY).kind is Kind.COMPLAINT
    assert classify(text, TAXONOMY, learned=SMALL).kind is Kind.ENQUIRY
    reasons = [one.en for one in classify(text, TAXONOMY, learned=SMALL).reasons]
    assert len(reasons) == len(set(reasons))


def test_without_learned_weights_the_signs_have_all_the_say() -> None:
    alone = TAXONOMY.model_copy(update={"learned": None})
    for text in ("快递员把我的件扔在楼道里", "转人工客服"):
        assert classify(text, alone) == classify(text, TAXONOMY)


def test_reasons_say_which_words_spoke_by_what_was_learned() -> None:
    reasons = classify("麻烦帮我把收货地址改成公司的,谢谢", TAXONOMY, learned=POLICY.learned).reasons
    assert any(TAXONOMY.wording.learned_zh in one.zh for one in reasons)
    assert any(TAXONOMY.wording.learned_en in one.en for one in reasons)


@given(st.text(max_size=400))
def test_any_text_gets_finite_repeatable_evidence_with_its_own_words(text: str) -> None:
    assert POLICY.learned is not None
    first = learned_from_grams(text, text, POLICY.learned, "", "", 3)
    assert first == learned_from_grams(text, text, POLICY.learned, "", "", 3)
    assert all(math.isfinite(one.weight) for one in first)
    assert all(part in text for one in first for part in one.words.split("”“"))


def test_weights_are_read_as_they_were_written() -> None:
    assert POLICY.learned is not None
    for weights in (SMALL, POLICY.learned):
        assert parsed(written(weights)) == weights
    assert digest(written(SMALL)) != digest(written(replace(SMALL, bias=(1, 0, 0, 0, 0))))


def test_the_shipped_weights_keep_no_words_that_only_borrowed_texts_have() -> None:
    assert POLICY.learned is not None
    ours = set()
    for one in read_examples(shipped_examples()):
        ours |= grams(plain(normalised(one.text, TAXONOMY.bounds).read), POLICY.learned.shape.longest)
    assert set(POLICY.learned.grams) <= ours


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"bias": [0, 0]}, "'bias' must be 5 whole numbers"),
        ({"grams": {"晚": [0, 0, 0, 0, 0.5]}}, "'晚' must be 5 whole numbers"),
        ({"grams": {"晚": [0, 0, 0, 0, 10**9]}}, "within"),
        ({"grams": {"晚了吗": [0, 0, 0, 0, 0]}}, "1 to 2 long"),
        ({"grams": {"": [0, 0, 0, 0, 0]}}, "1 to 2 long"),
        ({"labels": [*LABELS[:4], ("kind", "praise")]}, "praise.*train them again"),
        ({"labels": [*LABELS[:4], LABELS[0]]}, "twice"),
        ({"labels": [*LABELS[:4], ("mood", "glad")]}, "differ on"),
        ({"shape": {**vars(SHAPE), "longest": 9}}, "longest ≤ 5"),
        ({"shape": {**vars(SHAPE), "full_at": 0}}, "numbers over 0"),
        ({"shape": {}}, "not a file of learned weights"),
        ({"signs": None}, "not a file of learned weights"),
    ],
)
def test_faulty_weights_are_refused_with_the_reason(change: dict[str, object], said: str) -> None:
    whole = {**json.loads(written(SMALL)), **change}
    with pytest.raises(FaultyWeights, match=said):
        parsed(json.dumps(whole).encode())


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"{", b"\xff", b"7"])
def test_what_is_no_file_of_weights_is_refused(content: bytes) -> None:
    with pytest.raises(FaultyWeights, match="train them again"):
        parsed(content)


def test_weights_that_lack_a_part_are_refused_by_its_name() -> None:
    whole = json.loads(written(SMALL))
    del whole["bias"]
    with pytest.raises(FaultyWeights, match="lack bias"):
        parsed(json.dumps(whole).encode())


def test_every_learned_axis_is_one_the_classifier_weighs() -> None:
    assert POLICY.learned is not None
    assert set(POLICY.learned.axes) <= set(AXES)
