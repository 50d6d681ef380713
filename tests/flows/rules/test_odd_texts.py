"""Texts nobody can read: an honest "not sure", so that a person decides."""

import pytest

from flows.rules.classification import classify
from models.values.classification import Classification
from tests.flows.rules.making import POLICY

TAXONOMY = POLICY.rulebook.taxonomy
ODD = {
    "one character": ["啊", "件", "?", "1", "a", "。", " "],
    "nothing": ["", "\n\n"],
    "emoji": ["😡", "😡😡😡", "📦💔😭", "👍🏽", "🇨🇳🚚"],
    "another language": [
        "My parcel has not arrived yet and nobody answers the phone.",
        "荷物がまだ届きません。電話しても誰も出ません。",
        "Посылка до сих пор не доставлена, телефон не отвечает.",
        "아직 택배가 도착하지 않았어요",
        "لم تصل الشحنة بعد",
        "Meine Sendung ist beschädigt angekommen",
    ],
    "no words": ["asdfgh", "aaaaaaaaaaaaaaaaaaaa", "12345678901234567890", "!!!???", "\u200b\u200b", "好" * 3000],
    "nothing said": ["你好", "在吗", "嗯嗯", "哈哈哈哈"],
}
CASES = [(what, text) for what, texts in ODD.items() for text in texts]


def read(text: str) -> Classification:
    return classify(text, TAXONOMY, None, POLICY.learned)


@pytest.mark.parametrize(("what", "text"), CASES, ids=[f"{what} {n}" for n, (what, _) in enumerate(CASES)])
def test_what_cannot_be_read_is_left_to_a_person(what: str, text: str) -> None:
    answer = read(text)
    assert answer.confidence < TAXONOMY.bounds.sure_at, f"{what}: {answer.kind} {answer.category}"
    assert answer.reasons


def test_a_text_that_says_something_is_answered_for_comparison() -> None:
    assert read("说好三天到,八天了快递还没送到,投诉你们延误").confidence >= TAXONOMY.bounds.sure_at
