"""From what people write to what finds them again: phone numbers in one form (E.164), keyed digests."""

import phonenumbers

from flows.rules.identity import normal_name
from models.sealing import Seal

REGION = "CN"
"""Where a number without a country code is from."""


def e164(phone: str) -> str | None:
    """A number in its one form; None when it is none (too short, unassigned, text)."""
    try:
        number = phonenumbers.parse(phone.replace("转", " ext "), REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def phone_key(seal: Seal, number: str) -> str:
    """`number` in E.164."""
    return seal.lookup(f"phone:{number}")


def name_key(seal: Seal, name: str) -> str:
    return seal.lookup(f"name:{normal_name(name)}")


def code_key(seal: Seal, code: str) -> str:
    """What is left of an erased customer's code."""
    return seal.lookup(f"code:{code}")


def caller_key(seal: Seal, phone: str | None, name: str | None) -> str | None:
    """Who called: by phone; by what was written as one, if it is none; by name. None: anonymous."""
    if phone and (number := e164(phone)) is not None:
        return phone_key(seal, number)
    if phone and (digits := "".join(sign for sign in phone if sign.isdigit())):
        return seal.lookup(f"digits:{digits}")
    return name_key(seal, name) if name else None


def party_key(seal: Seal, party: str) -> str:
    """Consignor or consignee of a shipment, whichever way the file names him."""
    number = e164(party) if sum(sign.isdigit() for sign in party) >= 7 else None
    return phone_key(seal, number) if number else name_key(seal, party)


def seal_phone(seal: Seal, number: str) -> bytes:
    return seal.close({"phone": number})


def seal_name(seal: Seal, name: str) -> bytes:
    return seal.close({"name": name})


def open_phone(seal: Seal, sealed: bytes) -> str:
    return str(seal.open(sealed)["phone"])


def open_name(seal: Seal, sealed: bytes | None) -> str | None:
    return str(seal.open(sealed)["name"]) if sealed is not None else None
