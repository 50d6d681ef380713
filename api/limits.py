"""No body larger than a long complaint needs, or an attachment may have; refused before it is read into memory."""

import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.desk import Office
from api.problems import problem

BYTES_AT_MOST = 128 * 1024
ATTACHING = re.compile(r"/api/v1/cases/[^/]+/attachments")
WRAPPING_AT_MOST = 16 * 1024
"""What a multipart body has around its file."""


class BodyLimit:
    """Counts what arrives, whatever Content-Length says."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        bytes_at_most = _bytes_at_most(scope)
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > bytes_at_most:
                sentence = f"the body is larger than {bytes_at_most // 1024} KiB"
                await problem(413, sentence, "内容过大")(scope, receive, send)
                return
        given = False

        async def replay() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": bytes(body), "more_body": False}

        await self.app(scope, replay, send)


def _bytes_at_most(scope: Scope) -> int:
    """Attachments are as large as the rulebook says."""
    if not ATTACHING.fullmatch(scope["path"]):
        return BYTES_AT_MOST
    office: Office = scope["app"].state.office
    return office.desk.policies.current.rulebook.attachments.bytes_at_most + WRAPPING_AT_MOST
