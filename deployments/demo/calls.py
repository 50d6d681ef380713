"""Every HTTP call of the demo: who calls, what came back, and what should never have."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

AT_ONCE = 12
KEPT_SECONDS = 2.0
"""How long a connection is kept for the next call: less than the server keeps it."""
TRIES = 5
TRY_AGAIN_SECONDS = 0.5
TROUBLES_AT_MOST = 20
CONFLICT, SERVER_ERROR = 409, 500
JSON = ("application/json", "application/problem+json")


class UnreachableError(Exception):
    """The API does not answer, however often it is asked."""


@dataclass
class Troubles:
    """What should not have happened, counted, and the first few as sentences."""

    counts: Counter[str] = field(default_factory=Counter)
    sentences: list[str] = field(default_factory=list)

    def add(self, kind: str, sentence: str) -> None:
        self.counts[kind] += 1
        if len(self.sentences) < TROUBLES_AT_MOST:
            self.sentences.append(sentence)


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any


class Calls:
    """A bounded number of requests at a time to the API; a lost connection is tried again with the same key."""

    def __init__(self, api_url: str) -> None:
        limits = httpx.Limits(max_connections=AT_ONCE, keepalive_expiry=KEPT_SECONDS)
        self._client = httpx.AsyncClient(
            base_url=f"{api_url}/api/v1",
            limits=limits,
            timeout=30,
            verify=False,  # noqa: S501 - plain HTTP: spares reading the system's certificates
            trust_env=False,
        )
        self._room = asyncio.Semaphore(AT_ONCE)
        self.statuses: Counter[int] = Counter()
        self.by_token: Counter[tuple[str, str]] = Counter()
        """Requests by token and method."""
        self.conflicts = 0
        self.last_conflict = ""
        self.troubles = Troubles()

    async def close(self) -> None:
        await self._client.aclose()

    async def get(self, token: str, path: str, **query: Any) -> Any:
        """The answer's body; None when it was none."""
        answer = await self._send("GET", token, path, params=query)
        return answer.body if answer.status < 400 else None

    async def post(self, token: str, path: str, body: dict[str, Any], key: str | None = None) -> Answer:
        """409 is the caller's to handle; every other refusal is noted as trouble."""
        return await self._send("POST", token, path, json=body, headers={"Idempotency-Key": key or uuid4().hex})

    async def page(self, method: str, path: str, form: dict[str, Any] | None = None) -> int:
        """The status of a page beside the API, asked for as a browser does: without a token."""
        root = str(self._client.base_url).removesuffix("/api/v1/")
        async with self._room:
            response = await self._try(method, f"{root}{path}", {}, {"data": form} if form else {})
        self.statuses[response.status_code] += 1
        return response.status_code

    async def _send(
        self, method: str, token: str, path: str, headers: dict[str, str] | None = None, **more: Any
    ) -> Answer:
        headers = {"Authorization": f"Bearer {token}"} | (headers or {})
        async with self._room:
            response = await self._try(method, path, headers, more)
        self.statuses[response.status_code] += 1
        self.by_token[token, method] += 1
        has_body = response.headers.get("Content-Type", "").startswith(JSON)
        body = response.json() if has_body else None
        if response.status_code == CONFLICT and method == "POST":
            self.conflicts += 1
            self.last_conflict = f"{method} {plain(path)}: {_detail(body)}"
        elif response.status_code >= 400:
            kind = "5xx" if response.status_code >= SERVER_ERROR else "4xx"
            self.troubles.add(kind, f"{method} {plain(path)} was answered {response.status_code}: {_detail(body)}")
        return Answer(response.status_code, body)

    async def _try(self, method: str, path: str, headers: dict[str, str], more: dict[str, Any]) -> httpx.Response:
        for _ in range(TRIES - 1):
            try:
                return await self._client.request(method, path, headers=headers, **more)
            except httpx.TransportError as error:
                self.troubles.add("lost", f"{method} {plain(path)} got no answer ({type(error).__name__})")
                await asyncio.sleep(TRY_AGAIN_SECONDS)
        try:
            return await self._client.request(method, path, headers=headers, **more)
        except httpx.TransportError as error:
            raise UnreachableError(f"The API gave no answer {TRIES} times ({type(error).__name__}).") from error


def _detail(body: Any) -> str:
    return str(body.get("detail", "")) if isinstance(body, dict) else ""


def plain(path: str) -> str:
    """A path without its ids."""
    return "/".join("…" if len(part) == 36 and part.count("-") == 4 else part for part in path.split("/"))
