"""No body larger than a long complaint needs; refused before it is read into memory."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import problem

BYTES_AT_MOST = 128 * 1024


class BodyLimit:
    """Counts what arrives, whatever Content-Length says."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > BYTES_AT_MOST:
                sentence = f"the body is larger than {BYTES_AT_MOST // 1024} KiB"
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
