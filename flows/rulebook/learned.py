"""Where learned weights are kept: files named by the digest of their content, shipped or of the centre's own."""

import gzip
import os
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from models.settings import Settings
from models.values.learned import FaultyWeights, Learned, digest, parsed

SUFFIX = ".json.gz"


def shipped() -> Traversable:
    """The folder of the weights that come with Redress."""
    return resources.files("flows.rulebook") / "learned"


def own() -> Path:
    """The folder of the weights a centre trained itself; other machines get them from the database."""
    return Settings().home / "learned"


def is_here(name: str) -> bool:
    return any((folder / f"{name}{SUFFIX}").is_file() for folder in (shipped(), own()))


def packed(name: str) -> bytes | None:
    """Weights of the centre's own as kept; None when they are shipped with Redress, so that every machine has them."""
    file = own() / f"{name}{SUFFIX}"
    return None if (shipped() / f"{name}{SUFFIX}").is_file() or not file.is_file() else file.read_bytes()


def unpack(name: str, content: bytes) -> None:
    """Keep weights that came from elsewhere, whole or not at all: other processes may look at the same moment."""
    own().mkdir(parents=True, exist_ok=True)
    beside = own() / f"{name}.{os.getpid()}.part"
    beside.write_bytes(content)
    beside.replace(own() / f"{name}{SUFFIX}")


@lru_cache(maxsize=4)
def load_weights(name: str) -> Learned:
    """The weights of that name; raises FaultyWeights when they are nowhere or not what the name says."""
    for folder in (shipped(), own()):
        file = folder / f"{name}{SUFFIX}"
        if file.is_file():
            try:
                content = gzip.decompress(file.read_bytes())
            except (OSError, EOFError) as error:
                raise FaultyWeights(f"cannot read the learned weights {name}: {type(error).__name__}") from None
            if digest(content) != name:
                raise FaultyWeights(f"the learned weights {name} are not what their name says: copy them again")
            return parsed(content)
    raise FaultyWeights(f"the learned weights {name} are not here: copy {name}{SUFFIX} into {own()}")


def keep(content: bytes, folder: Path) -> str:
    """Put weights into a folder; returns their name."""
    folder.mkdir(parents=True, exist_ok=True)
    name = digest(content)
    (folder / f"{name}{SUFFIX}").write_bytes(gzip.compress(content, mtime=0))
    return name
