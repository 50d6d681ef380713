"""Files written by tests, and imports of them into a database of their own."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from flows.customers import importing
from flows.customers.columns import What
from flows.customers.importing import Outcome, Wanted
from flows.customers.table_file import Fault
from tests.fixtures.database import Database


@dataclass
class Importer:
    """Imports a text, bytes or file; keeps what was said about lines."""

    database: Database
    folder: Path
    left_out: list[Fault] = field(default_factory=list)
    warned: list[Fault] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def file(self, content: str | bytes) -> Path:
        path = self.folder / "given.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    async def run(self, what: What, content: str | bytes | Path, **more: object) -> Outcome:
        path = content if isinstance(content, Path) else self.file(content)
        for kept in (self.left_out, self.warned, self.said):
            kept.clear()
        listener = importing.Listener(say=self.said.append, left_out=self.left_out.append, warned=self.warned.append)
        return await importing.run(self.database.engine, self.database.seal, Wanted(what, path, **more), listener)

    async def customers(self, content: str | bytes | Path, **more: object) -> Outcome:
        return await self.run(What.CUSTOMERS, content, **more)

    async def shipments(self, content: str | bytes | Path, **more: object) -> Outcome:
        return await self.run(What.SHIPMENTS, content, **more)

    def lines(self) -> list[tuple[int, str]]:
        return [(fault.line, fault.why.en) for fault in self.left_out]


@pytest.fixture
def importer(database: Database, tmp_path: Path) -> Importer:
    return Importer(database, tmp_path)


@pytest.fixture(scope="session")
def real_data() -> Callable[[str], Path]:
    """Files of ../shared/data; the project ships none of them."""
    folder = Path(__file__).parents[4] / "shared" / "data"

    def find(name: str) -> Path:
        if not (folder / name).exists():
            pytest.skip(f"{folder / name} is not here: the project ships no real data")
        return folder / name

    return find
