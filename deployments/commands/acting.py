"""What a named member of staff does from the command line."""

from typing import Any


def act_as(by: str, work: Any) -> Any:
    """`work(connection, desk, actor)` in one transaction; what it returns."""
    from deployments.office import in_office
    from flows.staffing import staff_named

    async def do(connection: Any, desk: Any) -> Any:
        return await work(connection, desk, await staff_named(connection, by, desk.policies.current))

    return in_office(do)
