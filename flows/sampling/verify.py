"""Drawing a round again from what is stored, and comparing."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True)
class Check:
    """One comparison: `what` was looked at, and what was found in a sentence."""

    what: str
    ok: bool
    zh: str
    en: str


@dataclass(frozen=True)
class Verdict:
    round_id: int
    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        return all(check.ok for check in self.checks)


async def verify(connection: AsyncConnection, round_id: int) -> Verdict:
    """Frame hash, strata, sizes and allocation, draws, releases, and the ledger's anchor. Raises SamplingError."""
    raise NotImplementedError
