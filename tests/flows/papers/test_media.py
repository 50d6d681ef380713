"""What a file is, by its own structure."""

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.papers.media import WHOLE, media_of
from flows.papers.paper import Paper, render

DOTS = {
    "image/png": "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    "image/jpeg": "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////"
    "////////////////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA=",
    "image/webp": "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA",
}
"""A dot each."""
SAMPLES = {media: base64.b64decode(dot) for media, dot in DOTS.items()}
SAMPLES["image/jpeg"] += b"\xff\xd9"
SAMPLES["application/pdf"] = render(Paper("纸", datetime(2026, 3, 4, tzinfo=UTC)))


@pytest.mark.parametrize("media", WHOLE)
def test_a_whole_file_is_what_it_is_and_a_part_of_it_is_nothing(media: str) -> None:
    content = SAMPLES[media]
    assert media_of(content) == media
    assert media_of(content + b"\n") == media
    for end in (8, 16, len(content) // 2, len(content) - 8):
        assert media_of(content[:end]) is None, end


@pytest.mark.parametrize("media", WHOLE)
@given(junk=st.binary(max_size=200).filter(lambda junk: b"%%EOF" not in junk))
def test_junk_behind_a_borrowed_beginning_is_nothing(media: str, junk: bytes) -> None:
    assert media_of(SAMPLES[media][:8] + junk) is None


def test_lengths_that_lead_nowhere_end() -> None:
    assert media_of(b"\x89PNG\r\n\x1a\n" + b"\xff" * 40) is None
    assert media_of(b"\xff\xd8" + b"\xff" * 4_000) is None
    assert media_of(b"\xff\xd8\xff\xe0" + b"\0" * 4_000) is None
