"""Finding signs: which of the taxonomy's signs a text shows, and in which words."""

import re
from dataclasses import dataclass

from models.values.taxonomy import Bounds, Quantity, Sign, Taxonomy

_WIDE_TO_PLAIN = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
_CAPITAL_TO_SMALL = {capital: capital + 32 for capital in range(ord("A"), ord("Z") + 1)}
_ONE_TO_ONE = {w: _CAPITAL_TO_SMALL.get(p, p) for w, p in _WIDE_TO_PLAIN.items()} | _CAPITAL_TO_SMALL | {0x3000: 32}


@dataclass(frozen=True)
class Heard:
    """A text as customers wrote it and as patterns read it: the same length, so that words can be cited."""

    said: str
    read: str


@dataclass(frozen=True)
class Found:
    """A sign and the words that showed it."""

    name: str
    sign: Sign
    words: str


def normalised(text: str, bounds: Bounds) -> Heard:
    """Full-width letters and capitals made plain, one for one; of a long text its beginning and end."""
    if len(text) > bounds.read_head + bounds.read_tail:
        text = f"{text[: bounds.read_head]}\n{text[len(text) - bounds.read_tail :]}"
    return Heard(text, text.translate(_ONE_TO_ONE))


def find_signs(heard: Heard, taxonomy: Taxonomy) -> tuple[Found, ...]:
    """Every sign of the taxonomy that the text shows, in the taxonomy's order."""
    found: dict[str, Found] = {}
    values = {name: _measure(heard, q, taxonomy.measures[name], taxonomy) for name, q in taxonomy.quantities.items()}
    for name, sign in taxonomy.signs.items():
        if any(other not in found for other in sign.needs) or any(other in found for other in sign.unless):
            continue
        shown = [other for other in sign.one_of if other in found]
        if sign.one_of and not shown:
            continue
        words = next((found[other].words for other in (*shown, *sign.needs)), "")
        if sign.quantity is not None:
            value, cited = values[sign.quantity]
            if value is None or (sign.at_least is not None and value < sign.at_least):
                continue
            if sign.below is not None and value >= sign.below:
                continue
            words = cited
        if sign.any:
            match = _search(taxonomy.patterns[name], heard, taxonomy.negated if sign.negatable else None)
            if match is None:
                continue
            words = heard.said[match.start() : match.end()]
        found[name] = Found(name, sign, words.strip())
    return tuple(found.values())


def _search(pattern: re.Pattern[str], heard: Heard, negated: re.Pattern[str] | None) -> re.Match[str] | None:
    if negated is None:
        return pattern.search(heard.read)
    return next(
        (m for m in pattern.finditer(heard.read) if not negated.search(heard.read[max(0, m.start() - 4) : m.start()])),
        None,
    )


def _measure(
    heard: Heard, quantity: Quantity, pattern: re.Pattern[str], taxonomy: Taxonomy
) -> tuple[float | None, str]:
    """The quantity as the text gives it, and the words that gave it; None when it does not say."""
    if quantity.take == "length":
        return float(len(heard.read.strip())), ""
    finds: list[tuple[float, str]] = []
    last: dict[str, float] = {}
    for match in pattern.finditer(heard.read):
        groups = match.groupdict()
        for group in quantity.factors:
            if (written := groups.get(group)) is not None and (number := _number(written, taxonomy)) is not None:
                last[group] = number
        if last:
            value = sum(factor * last.get(group, 0.0) for group, factor in quantity.factors.items())
            unit = quantity.units.get(groups.get("unit") or "", 1.0)
            finds.append((value * unit, heard.said[match.start() : match.end()]))
    if not finds:
        return None, ""
    high = max(finds)
    return (high[0] - min(finds)[0] if quantity.take == "spread" else high[0]), high[1]


def _number(written: str, taxonomy: Taxonomy) -> float | None:
    """A number in figures or in written-out numerals (at most a few characters); None when it is neither."""
    try:
        return float(written.replace(",", ""))
    except ValueError:
        pass
    whole = part = 0.0
    for sign in written:
        if sign in taxonomy.numerals.digits:
            part = taxonomy.numerals.digits[sign]
        elif sign in taxonomy.numerals.powers:
            whole += (part or 1) * taxonomy.numerals.powers[sign]
            part = 0
        else:
            return None
    return whole + part
