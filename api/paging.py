"""How much a list answers at once."""

from typing import Annotated

from fastapi import Query

Limit = Annotated[int, Query(ge=1, le=200)]
AT_ONCE = 50
"""What a page holds when nobody says otherwise."""
