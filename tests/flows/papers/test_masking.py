"""Names and numbers masked, in fields and in free text."""

import pytest

from flows.papers.masking import mask_name, mask_phone, mask_text


@pytest.mark.parametrize(("name", "masked"), [("欧阳明月", "欧***"), ("李", "李*"), ("", ""), (None, None)])
def test_a_name_keeps_its_first_sign(name: str | None, masked: str | None) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("phone", "masked"), [("13912345678", "*******5678"), ("5678", "****"), ("", ""), (None, None)]
)
def test_a_number_keeps_its_last_four(phone: str | None, masked: str | None) -> None:
    assert mask_phone(phone) == masked


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
