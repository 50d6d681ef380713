"""The classifier reads what customers write. Every example here was made up for the test."""

import copy
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from flows.rulebook.learned_examples import read_examples, shipped_examples
from flows.rulebook.learned_judging import figures, judge, reliability
from flows.rulebook.learned_training import train
from flows.rules import classification
from flows.rules.classification_weighing import Contribution
from models.values.classification import Classification
from models.values.taxonomy import Taxonomy
from models.values.vocabulary import BusinessLine, Category, Kind, Severity
from tests.flows.rules.making import POLICY

ROOT = Path(__file__).parents[3]
SOURCE: dict[str, Any] = tomllib.loads((ROOT / "flows/rulebook/taxonomy.toml").read_text(encoding="utf-8"))
TAXONOMY = Taxonomy.model_validate(SOURCE)
DEV = ROOT.parent / "shared/data/complaints_dev.jsonl"


def classify(
    text: str, taxonomy: Taxonomy, remedy_sought: str | None = None, further: tuple[Contribution, ...] = ()
) -> Classification:
    """With the shipped weights, as a case is read."""
    return classification.classify(text, taxonomy, remedy_sought, POLICY.learned, further)


KINDS = [
    ("请问我昨天买的书今天能送到吗?", Kind.ENQUIRY),
    ("我的快递到哪里了", Kind.ENQUIRY),
    ("寄一箱苹果到成都多少钱?", Kind.CONSULTATION),
    ("易碎品保价的收费标准是什么", Kind.CONSULTATION),
    ("麻烦帮我把收货地址改成公司的,谢谢", Kind.MANUAL_SERVICE),
    ("转人工客服", Kind.MANUAL_SERVICE),
    ("建议你们在学校南门增设一个自提柜", Kind.SUGGESTION),
    ("快递员把我的件扔在楼道里,也不打电话,太不负责任了", Kind.COMPLAINT),
]
CATEGORIES = [
    ("说好周三到货,现在周日了还没送来,太慢了", Category.DELAY),
    ("一整箱茶叶在路上弄丢了,快递公司承认丢件", Category.LOSS),
    ("收到的花瓶已经摔碎了,纸箱也压扁了", Category.DAMAGE),
    ("没收到货,物流却显示本人签收,快递员电话打不通", Category.DELIVERY_SERVICE),
    ("约好昨天上门取件,等了一天没人来取", Category.PICKUP_SERVICE),
    ("运费已经付过了,镇上的代理点取件还要另收三块钱,乱收费", Category.FEE_DISPUTE),
    ("物流公司拖欠我的代收货款,两个月了一分没给", Category.CASH_ON_DELIVERY),
    ("送货的司机张口就骂人,态度极其恶劣,还威胁我", Category.SERVICE_ATTITUDE),
    ("货早就退回去了,系统状态一直没有更新,还是显示等待取件", Category.TRACKING_INFORMATION),
    ("设备运坏了你们也认,保价五千却只肯赔三百,要求足额理赔", Category.CLAIMS_COMPENSATION),
    ("什么垃圾快递,差评", Category.OTHER),
]


@pytest.mark.parametrize(("text", "kind"), KINDS)
def test_tells_the_kind(text: str, kind: Kind) -> None:
    answer = classify(text, TAXONOMY)
    assert answer.kind is kind
    assert (answer.category is None) == (kind is not Kind.COMPLAINT)


@pytest.mark.parametrize(("text", "category"), CATEGORIES)
def test_tells_the_main_grievance(text: str, category: Category) -> None:
    answer = classify(text, TAXONOMY)
    assert (answer.kind, answer.category) == (Kind.COMPLAINT, category)
    assert answer.secondary is not category


def test_politeness_does_not_excuse_a_missed_promise() -> None:
    today = classify("你好,显示今天送货,请问大概几点能到?", TAXONOMY)
    days_after = classify("你好,说好6号送到,今天9号了还没到,请问怎么回事?", TAXONOMY)
    assert today.kind is Kind.ENQUIRY
    assert (days_after.kind, days_after.category) == (Kind.COMPLAINT, Category.DELAY)


def test_severity_grows_with_the_sum() -> None:
    texts = [f"寄的机器摔坏了,损失{s},要求赔偿" for s in ("三万元", "30000元", "3.2万元")]
    assert {classify(t, TAXONOMY).severity for t in texts} == {Severity.SERIOUS}
    assert classify("快递晚到了一天", TAXONOMY).severity is Severity.MINOR


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("集装箱到港后提单被扣,滞期费越来越高", BusinessLine.SEA),
        ("空运的样品没赶上航班", BusinessLine.AIR),
        ("搬家公司的货车半路加价", BusinessLine.ROAD),
        ("货放在你们仓库里,出库时少了十箱", BusinessLine.WAREHOUSE),
        ("圆通快递三天没动静", BusinessLine.EXPRESS),
    ],
)
def test_tells_the_business_line(text: str, line: BusinessLine) -> None:
    assert classify(text, TAXONOMY).business_line is line


def test_urgent_flags_are_raised_and_negation_is_heard() -> None:
    assert set(classify("货车侧翻,司机受伤,车上是汽油,记者已经到了", TAXONOMY).urgent) == {
        "casualty",
        "dangerous",
        "media",
    }
    assert "casualty" not in classify("货车侧翻,幸好没有受伤", TAXONOMY).urgent


@pytest.mark.parametrize(
    "text",
    ["", "?", "😀😀", "嗯", "Где моя посылка?", "Where is my parcel? " * 9, "\x00", "\ud800", "١٢٣", "9" * 10_000],
)
def test_is_not_sure_of_what_says_nothing(text: str) -> None:
    answer = classify(text, TAXONOMY)
    assert answer.confidence < TAXONOMY.bounds.sure_at
    assert answer.reasons


def test_the_remedy_noted_apart_is_heard() -> None:
    assert any("赔偿" in r.zh for r in classify("电脑的事", TAXONOMY, remedy_sought="赔偿").reasons)


def test_evidence_from_elsewhere_is_summed() -> None:
    text = "关于运单"
    learned = Contribution("kind", "suggestion", 8.0, "", "学到的权重", "a learned weight")
    assert classify(text, TAXONOMY).kind is not Kind.SUGGESTION
    assert classify(text, TAXONOMY, further=(learned,)).kind is Kind.SUGGESTION


PIECES = [w for t, _ in KINDS + CATEGORIES for w in (t, t[: len(t) // 2], t[len(t) // 2 :])]


@given(st.one_of(st.text(max_size=300), st.lists(st.sampled_from(PIECES), max_size=12).map("".join)))
def test_any_text_gets_an_honest_repeatable_answer_that_cites_it(text: str) -> None:
    answer = classify(text, TAXONOMY)
    assert answer == classify(text, TAXONOMY)
    assert 0 <= answer.confidence <= 1
    assert (answer.category is None) == (answer.kind is not Kind.COMPLAINT)
    assert answer.category is not None or answer.secondary is None
    assert answer.reasons
    for reason in answer.reasons:
        if reason.zh != TAXONOMY.wording.nothing_zh:
            assert any(part and part in text for part in reason.zh.removeprefix("“").split("”"))


@pytest.mark.parametrize("piece", ["没", "快递员不", "收了3元又要", "a", "\n", "到现在还没"])
def test_a_text_ten_times_as_long_takes_about_as_long_not_a_hundred_times(piece: str) -> None:
    """Only its head and tail are read, so there is no text that keeps a worker busy."""

    def took(letters: int) -> float:
        runs = []
        for _ in range(3):
            started = time.perf_counter()
            classify(piece * (letters // len(piece)), TAXONOMY)
            runs.append(time.perf_counter() - started)
        return min(runs)

    took(1_000)
    assert took(100_000) < 30 * took(10_000)


def with_change(path: str, value: object) -> dict[str, Any]:
    changed = copy.deepcopy(SOURCE)
    *folders, last = path.split("/")
    place = changed
    for folder in folders:
        place = place[folder]
    place[last] = value
    return changed


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("signs/late/category", {"lateness": 1.0}, "lateness|delay"),
        ("signs/late/category", {"delay": 99}, "less than or equal to 8"),
        ("signs/late/any", ["晚(到"], "not a regular expression"),
        ("signs/late/any", ["晚.*到"], "unbounded repetition"),
        ("signs/late/any", ["(?:晚.{0,9}){0,9}到"], "repeated group"),
        ("signs/late/any", ["晚.{0,900}到"], "wider than"),
        ("signs/late/any", ["晚{0,1}"], "empty text"),
        ("signs/late/any", ["<nobody>来"], "not among the words"),
        ("signs/late/needs", ["rude"], "written above it"),
        ("signs/late/quantity", "distance", "at_least or below"),
        ("signs/late", {"zh": "晚", "en": "late"}, "needs patterns"),
        ("signs/late/urgent", "soon", "casualty"),
        ("signs/late/wieght", 1, "Extra inputs"),
        ("bounds/sure_at", 1.2, "less than or equal to 1"),
        ("calibration", [[0, 0.5], [1, 0.2]], "calibration must rise"),
        ("wording/labels", {}, "wording.labels lacks"),
        ("signs", {}, "at least 1"),
    ],
)
def test_a_faulty_taxonomy_is_refused_with_the_reason(path: str, value: object, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Taxonomy.model_validate(with_change(path, value))


@pytest.mark.timeout(900)  # half a minute of work on an idle machine
def test_texts_that_the_weights_never_saw_are_read_well_enough() -> None:
    """Cross-validated over our own examples and, where they are, the real texts of ../shared/data."""
    own = read_examples(shipped_examples())
    real = read_examples([DEV], borrowed=True) if DEV.exists() else []
    trained = train(own + real, TAXONOMY)
    judged = judge(own + real, TAXONOMY, [trained.unseen[fold] for fold in trained.fold])
    kept_apart = [one for one in judged if not one.example.borrowed and int(one.example.key[:2], 16) % 5 == 0]
    reached = figures(kept_apart)
    assert len(kept_apart) > 300
    assert reached.kind >= 0.90
    assert reached.main >= 0.70
    assert reached.either >= 0.77
    sure = reliability(judged, [TAXONOMY.bounds.sure_at])[0]
    assert sure.right >= 0.90
    assert sure.share >= 0.5
    if real:
        reached = figures([one for one in judged if one.example.borrowed])
        assert reached.kind >= 0.91
        assert reached.main >= 0.76
        assert reached.either >= 0.87
