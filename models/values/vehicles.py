"""One way to write what goods travel on, so that the same vehicle is one key however people wrote it."""

import re
import unicodedata
from functools import lru_cache

PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
SPECIAL = "挂学警港澳领试超"
"""What a plate may end with: a trailer, a learner, police, Hong Kong and Macao, a consulate, on trial, oversize."""

_PLATE = re.compile(rf"([{PROVINCES}][A-Z])([A-Z0-9]{{4}}[A-Z0-9{SPECIAL}]|[A-Z0-9]{{6}})")
_APART = re.compile(r"[\s.·•‧∙⋅●・_\-‐-―\u200b-\u200d\u2060\ufeff]+")
"""What stands between the letters of a plate: spaces (also those without width), points, dashes."""


@lru_cache(maxsize=50_000)  # files of shipments name the same vehicles again and again
def normal_vehicle(written: str) -> str:
    """A Chinese number plate as it is painted on (沪A·80017). Any other name (a trip, a flight, a vessel) keeps its
    signs: of those only width, case and white space tell nothing apart, so it is in capitals, as ships' names are.
    """
    # Twice: capitals of some letters are several signs, which compose anew.
    name = _wide(_wide(written).upper())
    plate = _PLATE.fullmatch(_APART.sub("", name))
    return f"{plate[1]}·{plate[2]}" if plate else name


def _wide(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())
