"""Names and numbers as those see them who need not call the customer."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import phonenumbers

REGION = "CN"
NAME_FROM, PHONE_FROM = 2, 6
"""A name or a number with fewer characters is in every other word."""
MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}[@＠][A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")
NUMBERS = re.compile(
    r"(?<!\d)(?:"
    r"\d{6}[ -]?\d{8}[ -]?\d{3}[\dXx]"  # an identity number of 18 digits: region, day of birth, serial, check
    r"|\d{8}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}"  # one of 15: two digits for the year, no check
    r"|\d{16,19}|\d{4}(?P<gap>[ -])\d{4}(?P=gap)\d{4}(?P=gap)\d{4}(?:(?P=gap)\d{1,3})?"  # a bank card
    r"|(?:(?:\+|00)?86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}"  # a mobile phone, also one that no network has given out
    r")(?!\d)"
)
"""A letter may stand beside them (`tel170…`); a digit more makes it another number."""


def mask_name(name: str | None) -> str | None:
    return name and name[0] + "*" * max(len(name) - 1, 1)


def mask_phone(phone: str | None) -> str | None:
    return phone and ("*" * max(len(phone) - 4, 1) + phone[-4:] if len(phone) > 4 else "****")


def mask_text(
    text: str, *names: str | None, phones: Iterable[str | None] = (), sparing: Iterable[str | None] = ()
) -> str:
    """Free text without the numbers and addresses of people, and the given names and phones, in it.

    It cannot know other names that people write. `sparing`: waybills, which may look like what is masked.
    """
    for name in sorted({one for one in names if one and len(one) >= NAME_FROM}, key=len, reverse=True):
        text = text.replace(name, mask_name(name) or "")
    spared = [re.compile(re.escape(one), re.IGNORECASE) for one in sparing if one]
    text = _masked(text, MAIL, _mask_mail, spared)
    for pattern in (*_written(phones), NUMBERS):
        text = _masked(text, pattern, lambda number: mask_phone(number) or "", spared)
    kept = _spans(text, spared)
    for found in reversed(list(phonenumbers.PhoneNumberMatcher(text, REGION))):
        if not _within(found.start, found.end, kept):
            text = text[: found.start] + (mask_phone(found.raw_string) or "") + text[found.end :]
    return text


@dataclass(frozen=True)
class Mask:
    """Before what a case says, for the eyes of those who need not call.

    `personal`: what holds a name or a number and nothing else, by its key among what was said.
    """

    names: tuple[str | None, ...] = ()
    phones: tuple[str | None, ...] = ()
    waybills: tuple[str | None, ...] = ()
    personal: frozenset[str] = frozenset()

    def text(self, words: str) -> str:
        return mask_text(words, *self.names, phones=self.phones, sparing=self.waybills)

    def value(self, key: str, said: Any) -> Any:
        """What was said under a key."""
        if key in self.personal and isinstance(said, str):
            return mask_phone(said) if sum(map(str.isdigit, said)) >= PHONE_FROM else mask_name(said)
        return self.said(said)

    def said(self, said: Any) -> Any:
        """Whatever was said, in the shape it has."""
        match said:
            case str():
                return self.text(said)
            case Mapping():
                return {key: self.value(key, each) for key, each in said.items()}
            case list() | tuple():
                return [self.said(each) for each in said]
        return said


def _mask_mail(address: str) -> str:
    return f"{address[0]}***@{re.split('[@＠]', address)[1]}"


def _written(phones: Iterable[str | None]) -> Iterable[re.Pattern[str]]:
    """Numbers as they were recorded, in every grouping."""
    for phone in phones:
        digits = re.sub(r"\D", "", phone or "")
        if len(digits) >= PHONE_FROM:
            yield re.compile(rf"(?<!\d){'[ -]?'.join(digits)}(?!\d)")


def _masked(text: str, pattern: re.Pattern[str], how: Callable[[str], str], spared: Sequence[re.Pattern[str]]) -> str:
    kept = _spans(text, spared)
    return pattern.sub(lambda found: found[0] if _within(found.start(), found.end(), kept) else how(found[0]), text)


def _spans(text: str, spared: Sequence[re.Pattern[str]]) -> list[tuple[int, int]]:
    return [found.span() for pattern in spared for found in pattern.finditer(text)]


def _within(start: int, end: int, kept: Sequence[tuple[int, int]]) -> bool:
    return any(first <= start and end <= last for first, last in kept)
