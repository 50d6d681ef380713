"""What a file is, by its own words: photographs and papers only, so no library of a thousand types.

How it begins says the type; its outer structure, that it is a whole one and not some other thing behind a borrowed
beginning. Whether a viewer likes the picture in it is not looked at.
"""

import re
from collections.abc import Callable, Mapping

PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
"""Markers of a JPEG's frame header, which has the size of the picture."""
BARE = frozenset({0x01, *range(0xD0, 0xD8)})
"""Markers that stand alone, without a length."""
SCAN, END = 0xDA, b"\xff\xd9"
PDF = re.compile(rb"%PDF-[12]\.\d\s")
TAIL = 1024
"""Where readers look for the end of a PDF."""


def media_of(content: bytes) -> str | None:
    """The media type the content itself speaks of; None: none that we know, or not a whole one."""
    return next((media for media, holds in WHOLE.items() if holds(content)), None)


def _png(content: bytes) -> bool:
    """Chunks one behind the other (PNG, third edition, 5): the header first, picture data, the end."""
    if not content.startswith(PNG):
        return False
    at, kinds = len(PNG), list[bytes]()
    while at + 12 <= len(content) and b"IEND" not in kinds:
        size, kind = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8]
        at += 12 + size
        if at > len(content):
            return False
        kinds.append(kind)
    return kinds[:1] == [b"IHDR"] and b"IDAT" in kinds and kinds[-1] == b"IEND"


def _jpeg(content: bytes) -> bool:
    """Segments one behind the other (ITU T.81, B.1): a frame header, then a scan that ends."""
    at, framed = 2, False
    if not content.startswith(JPEG):
        return False
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == SCAN:
            return framed and content.find(END, at) > 0
        framed |= marker in FRAMES
        if marker == 0xFF or marker in BARE:  # 0xFF: filling
            at += 1 if marker == 0xFF else 2
        else:
            at += 2 + max(int.from_bytes(content[at + 2 : at + 4]), 2)
    return False


def _webp(content: bytes) -> bool:
    """A RIFF of the size it says (RFC 9649, 2.4), with a picture as its first chunk."""
    size = int.from_bytes(content[4:8], "little")
    chunk = content[8:15] == b"WEBPVP8" and content[15:16] in (b" ", b"L", b"X")
    return content.startswith(b"RIFF") and chunk and 12 < size + 8 <= len(content)


def _pdf(content: bytes) -> bool:
    """A version in its first line, and its end near the end (ISO 32000-1, 7.5.2 and 7.5.5)."""
    return PDF.match(content) is not None and b"%%EOF" in content.rstrip(b"\0\t\n\f\r ")[-TAIL:]


WHOLE: Mapping[str, Callable[[bytes], bool]] = {
    "image/jpeg": _jpeg,
    "image/png": _png,
    "image/webp": _webp,
    "application/pdf": _pdf,
}
