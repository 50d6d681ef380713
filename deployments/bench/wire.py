"""A client so thin that what is measured is the server: keep-alive HTTP/1.1 over asyncio streams."""

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit


class Wire:
    """One connection. Not a general client: it speaks to our own servers, which send Content-Length."""

    def __init__(self, url: str, token: str = "") -> None:
        self._parts = urlsplit(url)
        self._token = token
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, body: Any, key: str = "") -> tuple[int, bytes]:
        """Status and body of the answer."""
        if self._streams is None or self._streams[0].at_eof():  # the server closes what was idle for some seconds
            self._streams = await asyncio.open_connection(self._parts.hostname, self._parts.port)
        reader, writer = self._streams
        payload = json.dumps(body, ensure_ascii=False).encode()
        head = [
            f"POST {self._parts.path}{path} HTTP/1.1",
            f"Host: {self._parts.netloc}",
            "Content-Type: application/json",
            f"Content-Length: {len(payload)}",
            *([f"Authorization: Bearer {self._token}"] if self._token else []),
            *([f"Idempotency-Key: {key}"] if key else []),
        ]
        writer.write("\r\n".join(head).encode() + b"\r\n\r\n" + payload)
        answer = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(answer.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        return int(answer.split(b" ", 2)[1]), await reader.readexactly(length)

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
