"""Requests are read strictly: what cannot be meant is refused instead of passed over.

Bodies as RFC 8259 has them, and no name twice in one object (which of the two was meant?): Python's own reader also
takes NaN, Infinity, UTF-16 and the last of two equal names. A query asks only for what the route knows: a filter with
a slip of the pen would otherwise answer with everything. A form has no field that the route does not know and none
twice: of two files the first would be lost without a word.
"""

import json
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.params import Form
from fastapi.routing import APIRoute

from api.faults import UNKNOWN_FIELD


class StrictRoute(APIRoute):
    """A route whose query and body are read strictly."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        known = {parameter.alias for parameter in self.dependant.query_params}

        async def strictly(request: Request) -> Response:
            if unknown := request.query_params.keys() - known:
                raise RequestValidationError([{"type": UNKNOWN_FIELD, "loc": ("query", one)} for one in unknown])
            strict = _StrictRequest(request.scope, request.receive)
            await strict.body()  # before a form is parsed from the stream: the idempotency key looks at the bytes too
            if self.body_field is not None and isinstance(self.body_field.field_info, Form):
                await self._read_form(strict)
            return await handle(strict)

        return strictly

    async def _read_form(self, request: Request) -> None:
        known = {parameter.alias for parameter in self.dependant.body_params}
        given = [name for name, _ in (await request.form()).multi_items()]
        wrong = [{"type": UNKNOWN_FIELD, "loc": ("body", one)} for one in given if one not in known]
        wrong += [{"type": "given_twice", "loc": ("body", one)} for one in known if given.count(one) > 1]
        if wrong:
            await request.close()
            raise RequestValidationError(wrong)


class _StrictRequest(Request):
    async def json(self) -> Any:
        """Raises JSONDecodeError (answered 422), UnicodeDecodeError or RecursionError (400)."""
        text = (await self.body()).decode("utf-8")
        return json.loads(text, object_pairs_hook=_once, parse_constant=_refuse)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        _refuse("a name stands twice in one object")
    return found


def _refuse(_: str) -> NoReturn:
    raise json.JSONDecodeError("not JSON", "", 0)
