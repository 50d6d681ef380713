"""Regular expressions that people write into a rulebook: checked so that no text can stall a rule."""

import re
from collections.abc import Mapping, Sequence

LONGEST = 6000
GAPS = 6
WIDEST_GAP = 40

_WORDS = re.compile(r"<([a-z_]+)>")
_LITERAL = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|\(\?P<[a-z]+>")
_REPEAT = re.compile(r"\{(\d*)(,?)(\d*)\}")


def expanded(pattern: str, words: Mapping[str, str], where: str) -> str:
    """The pattern with every `<name>` replaced by the words of that name; named groups stay."""

    def fill(found: re.Match[str]) -> str:
        if pattern[: found.start()].endswith("(?P"):
            return found.group()
        if found.group(1) not in words:
            raise ValueError(f"{where}: {pattern!r} uses <{found.group(1)}>, which is not among the words")
        return f"(?:{words[found.group(1)]})"

    return _WORDS.sub(fill, pattern)


def safe(patterns: Sequence[str], where: str) -> re.Pattern[str]:
    """The alternatives as one compiled pattern, or ValueError naming the place and what is wrong with it."""
    for pattern in patterns:
        if complaint := _fault(pattern):
            raise ValueError(f"{where}: {complaint} in {pattern[:200]!r}")
    return re.compile("|".join(f"(?:{p})" for p in patterns))


def _fault(pattern: str) -> str | None:
    if len(pattern) > LONGEST:
        return f"more than {LONGEST} characters"
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        return f"not a regular expression ({error})"
    if compiled.match(""):
        return "it matches an empty text and so would be found everywhere"
    bare = _LITERAL.sub("x", pattern)
    if "*" in bare or "+" in bare:
        return "unbounded repetition: write {0,9} instead of * or +"
    if "){" in bare:
        return "a repeated group: only single characters may repeat"
    for low, comma, high in _REPEAT.findall(bare):
        if (comma and not high) or int(high or low or 0) > WIDEST_GAP:
            return f"a gap without an end or wider than {WIDEST_GAP}"
    if max(branch.count("{") for branch in bare.split("|")) > GAPS:
        return f"more than {GAPS} gaps"
    return None
