"""Names and numbers as those see them who need not call the customer."""

import phonenumbers

REGION = "CN"


def mask_name(name: str | None) -> str | None:
    return name and name[0] + "*" * max(len(name) - 1, 1)


def mask_phone(phone: str | None) -> str | None:
    return phone and ("*" * max(len(phone) - 4, 1) + phone[-4:] if len(phone) > 4 else "****")


def mask_text(text: str, *names: str | None) -> str:
    """Free text without the phone numbers and the given names in it. It cannot know other names that people write."""
    for name in names:
        if name:
            text = text.replace(name, mask_name(name) or "")
    for found in reversed(list(phonenumbers.PhoneNumberMatcher(text, REGION))):
        text = text[: found.start] + (mask_phone(found.raw_string) or "") + text[found.end :]
    return text
