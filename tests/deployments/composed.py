"""`deployments/compose.yaml` as the tests read it."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parents[2] / "deployments"
FILE = FOLDER / "compose.yaml"
COMPOSE: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: one for name, one in SERVICES.items() if "build" in one}
"""Those that run from the project's own image."""
FILLED_IN = re.compile(r"\$\{(\w+)(:\?[^}]+)?([^}]*)\}")
"""A variable of whoever calls compose; what to say when it is missing; anything else, such as a default."""


def filled_in(text: str, values: Mapping[str, str]) -> str:
    return FILLED_IN.sub(lambda found: values[found[1]], text)


def environments() -> Iterator[tuple[str, str, str | None]]:
    """Service, variable, value (None: as it stands where compose is called)."""
    for name, one in SERVICES.items():
        for variable, value in one.get("environment", {}).items():
            yield name, variable, value
