"""Chinese texts are set as Chinese is: with its own punctuation, and in Chinese words."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
HAN = "[一-鿿]"
HALF_WIDTH = re.compile(rf"{HAN}[,;:?!](?:{HAN}|\{{|$)|\}}[,;]{HAN}")
"""Between two Chinese characters, what is filled in, or the end of a text."""
PATTERNS = {"flows/rulebook/taxonomy.toml"}
"""What customers write is looked for there, however they set it."""
SHIPPED = [
    path.relative_to(ROOT).as_posix()
    for folder in ("models", "flows", "api", "deployments")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in {".py", ".toml", ".html"} and "texts" not in path.parts
]


def texts(name: str) -> Iterator[str]:
    """The strings of a file: of an f-string each part, `{}` standing for what is filled in."""
    content = (ROOT / name).read_text(encoding="utf-8")
    if name.endswith(".toml"):
        yield from _leaves(tomllib.loads(content))
    elif name.endswith(".html"):
        yield from content.splitlines()
    else:
        for node in ast.walk(ast.parse(content)):
            if isinstance(node, ast.JoinedStr):
                yield "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _leaves(one)


@pytest.mark.parametrize("name", sorted(set(SHIPPED) - PATTERNS))
def test_chinese_is_set_with_its_own_punctuation(name: str) -> None:
    assert [text for text in texts(name) if HALF_WIDTH.search(text)] == []
