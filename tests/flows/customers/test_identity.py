"""One caller, one key: whichever way the number is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.customers.identity import caller_key, e164, party_key, phone_key
from models.sealing import Seal
from tests.fixtures.database import KEY

SEAL = Seal(KEY)
MOBILES = st.from_regex(r"1(3[0-9]|5[0-35-9]|8[0-9])[0-9]{8}", fullmatch=True)


@given(MOBILES, st.sampled_from(["", "+86", "0086", "86", "+86 ", "(+86)"]), st.sampled_from(["", " ", "-"]))
def test_a_mobile_has_one_form_however_it_is_written(digits, prefix, sign):
    written = f"{prefix}{sign if prefix else ''}{digits[:3]}{sign}{digits[3:7]}{sign}{digits[7:]}"
    assert e164(written) == f"+86{digits}"
    wide = written.translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)})
    assert e164(wide) == f"+86{digits}"


@given(MOBILES)
def test_the_one_form_is_its_own(digits):
    assert e164(e164(digits)) == e164(digits)


@given(st.text(max_size=40))
def test_any_text_is_a_number_or_none_and_never_an_error(text):
    number = e164(text)
    assert number is None or number.startswith("+")
    assert isinstance(caller_key(SEAL, text, None), str | None)


@pytest.mark.parametrize("phone", ["", "12345", "110", "95543", "无", "1381234567", "138123456789", "abcdefg"])
def test_what_is_no_number_is_none(phone):
    assert e164(phone) is None


def test_extensions_and_landlines_are_numbers():
    assert e164("0755-23456789转801") == e164("(0755) 2345 6789") == "+8675523456789"
    assert e164("400-800-1234") == "+864008001234"


def test_a_caller_is_known_by_phone_then_by_what_stood_for_one_then_by_name():
    by_phone = caller_key(SEAL, "138 1234 5678", "王小明")
    assert by_phone == phone_key(SEAL, "+8613812345678") == caller_key(SEAL, "+8613812345678", None)
    assert caller_key(SEAL, "1380000****", None) == caller_key(SEAL, "1380000", "他人")
    assert caller_key(SEAL, None, " 王小明") == caller_key(SEAL, None, "王小明 ")
    assert caller_key(SEAL, None, None) is None
    assert caller_key(SEAL, "----", None) is None


def test_a_party_named_by_phone_is_the_caller_with_that_phone():
    assert party_key(SEAL, "13812345678") == caller_key(SEAL, "138-1234-5678", None)
    assert party_key(SEAL, "王小明") == caller_key(SEAL, None, "王小明")
