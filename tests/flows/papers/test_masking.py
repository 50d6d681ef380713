"""Names and numbers masked, in fields and in free text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.papers.masking import Mask, mask_name, mask_phone, mask_text


@pytest.mark.parametrize(("name", "masked"), [("欧阳明月", "欧***"), ("李", "李*"), ("", ""), (None, None)])
def test_a_name_keeps_its_first_sign(name: str | None, masked: str | None) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("phone", "masked"), [("13912345678", "*******5678"), ("5678", "****"), ("", ""), (None, None)]
)
def test_a_number_keeps_its_last_four(phone: str | None, masked: str | None) -> None:
    assert mask_phone(phone) == masked


@pytest.mark.parametrize(
    ("personal", "left"),
    [
        ("310101199001011234", "1234"),
        ("31010119900101123X", "123X"),
        ("310101 19900101 1234", "1234"),
        ("310101900101123", "1123"),
        ("6222021234567890123", "0123"),
        ("6222 0212 3456 7890", "7890"),
        ("chen.xs-1@mail.example.cn", "c***@mail.example.cn"),
        ("17000001234", "1234"),
        ("tel17000001234", "tel"),
        ("wx17000001234", "wx"),
        ("+8617000001234", "1234"),
        ("vx:170 0000 1234", "1234"),
        ("400-7", "***"),
        ("0579-1234567", "4567"),
    ],
)
@pytest.mark.parametrize("around", ["身份证{}。", "请联系{},谢谢", "a {} b", "{}"])
def test_whatever_names_or_reaches_somebody_is_masked_in_free_text(personal: str, left: str, around: str) -> None:
    phones = ("0579-1234567",)  # as it was recorded, though no network has it
    names = ("400-7",)
    masked = mask_text(around.format(personal), *names, phones=phones)
    assert personal.removeprefix("tel").removeprefix("wx") not in masked
    assert left in masked


@pytest.mark.parametrize(
    "words",
    [
        "运单 SD202603180001 与 SF1234567890123,共 1234567.89 元",
        "订单 20260304123456,2026-03-04 10:00:00 至 2026-03-11",
        "编号 123456789012345",  # no day of birth in it
        "12305-2026-0001",
        "400@ 500",
    ],
)
def test_what_reaches_nobody_stays(words: str) -> None:
    assert mask_text(words) == words


@pytest.mark.parametrize("waybill", ["310101900101123", "SF13912345678", "6222021234567890", "13912345678"])
def test_the_waybills_of_the_case_stay_and_nothing_else(waybill: str) -> None:
    masked = mask_text(f"运单{waybill.lower()},电话13912340000", sparing=(waybill, None))
    assert waybill.lower() in masked
    assert "13912340000" not in masked


def test_what_was_said_is_masked_in_its_shape() -> None:
    mask = Mask(names=("陈先生",), personal=frozenset({"by", "phone"}))
    said = {"by": "李女士", "note": ["陈先生 17000001234", 5, None], "fields": {"phone": "0-1700-0001-234"}}
    assert mask.said(said) == {
        "by": "李**",
        "note": ["陈** *******1234", 5, None],
        "fields": {"phone": "***********-234"},
    }


@given(st.text(alphabet="1 a@.-陈X", max_size=300))
def test_any_text_can_be_masked(text: str) -> None:
    assert isinstance(mask_text(text, "陈1", phones=("111111",), sparing=("1a", "11")), str)


@pytest.mark.parametrize(
    "phone", ["13912345678", "139 1234 5678", "139-1234-5678", "+86 139 1234 5678", "010-62345678"]
)
def test_numbers_and_names_in_free_text_are_masked_however_they_are_written(phone: str) -> None:
    masked = mask_text(f"请联系{phone},欧阳明月收,运单 SD202603180001,共 800 元", "欧阳明月", None)
    assert phone not in masked
    assert phone[-4:] in masked
    assert "欧***收" in masked
    assert "SD202603180001" in masked
    assert "800 元" in masked
