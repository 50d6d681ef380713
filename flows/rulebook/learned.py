"""Where learned weights are kept: files named by the digest of their content, shipped or of the centre's own."""

import gzip
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
    """The folder of the weights a centre trained itself; every machine with a worker needs them there."""
    return Settings().home / "learned"


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
