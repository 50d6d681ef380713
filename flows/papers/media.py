"""What a file is, by how it begins: photographs and papers only, so no library of a thousand types."""

SIGNATURES: tuple[tuple[str, int, bytes], ...] = (
    ("image/jpeg", 0, b"\xff\xd8\xff"),
    ("image/png", 0, b"\x89PNG\r\n\x1a\n"),
    ("image/webp", 8, b"WEBP"),
    ("application/pdf", 0, b"%PDF-"),
)
"""Type, offset, bytes: JFIF/Exif (ITU T.81), PNG (RFC 2083), WebP (RFC 9649), PDF (ISO 32000)."""


def media_of(content: bytes) -> str | None:
    """The media type the content itself speaks of; None: none that we know."""
    for media, offset, signature in SIGNATURES:
        if content[offset : offset + len(signature)] == signature:
            return media if media != "image/webp" or content[:4] == b"RIFF" else None
    return None
