"""Estimates with their intervals as a picture (SVG)."""

from typing import Literal

from flows.sampling.estimates import Estimates


def picture(found: Estimates, question: str, language: Literal["zh", "en"], domain: str = "stratum") -> str:
    """An SVG document of its own: the total and each domain, unadjusted beside adjusted; suppressed ones say so."""
    raise NotImplementedError
