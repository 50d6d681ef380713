"""One POST to a webhook: to the address that was checked, without redirects, read no further than an answer needs."""

import json
import ssl
from functools import cache
from typing import Any

import httpx

from flows.notices.signing import Request
from flows.notices.targets import Inside, Place, look_up

ANSWER_AT_MOST = 64 * 1024
CONTENT = {
    "Content-Type": "application/json; charset=utf-8",
    "User-Agent": "Redress",
    "Accept-Encoding": "identity",  # a small answer that unpacks to a large one is no use to anybody
}


class NotTaken(Exception):
    """The receiver did not take it, or could not be reached; the message holds nothing of what was sent."""


async def post(url: str, request: Request, inside: Inside, seconds: float) -> dict[str, Any]:
    """Its JSON answer (empty: none). Raises BadTarget when it may not be called, NotTaken when it did not take it."""
    try:
        place = await look_up(url, inside)
    except OSError:
        raise NotTaken("the host is not found") from None
    # An address that does not even connect leaves time for the others.
    timeout = httpx.Timeout(seconds, connect=seconds / (len(place.addresses) + 1))
    # No proxy of the environment: it would look the host up anew, out of our sight.
    async with httpx.AsyncClient(verify=_trusted(), trust_env=False, follow_redirects=False, timeout=timeout) as client:
        for address in place.addresses:
            try:
                return await _post(client, place, address, request)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
            except httpx.TimeoutException:
                raise NotTaken("no answer in time") from None
            except httpx.HTTPError as error:
                raise NotTaken(f"the connection broke: {type(error).__name__}") from None
    raise NotTaken("no connection")


@cache
def _trusted() -> ssl.SSLContext:
    """The usual authorities, and those of SSL_CERT_FILE; reading them takes a while."""
    return httpx.create_ssl_context()


async def _post(client: httpx.AsyncClient, place: Place, address: str, request: Request) -> dict[str, Any]:
    """The name stays in the Host header and in the TLS handshake, so the certificate is the name's."""
    there = place.url.copy_with(host=address).copy_merge_params(request.query)
    headers = {**CONTENT, **request.headers, "Host": place.url.netloc.decode("ascii")}
    extensions = {"sni_hostname": place.url.raw_host.decode("ascii")}
    async with client.stream("POST", there, content=request.body, headers=headers, extensions=extensions) as response:
        if response.is_redirect:
            raise NotTaken(f"it answered {response.status_code}: redirects are not followed")
        if not response.is_success:
            raise NotTaken(f"it answered {response.status_code}")
        answer = b""
        async for chunk in response.aiter_raw():
            answer += chunk
            if len(answer) > ANSWER_AT_MOST:
                return {}
    return _read(answer)


def _read(answer: bytes) -> dict[str, Any]:
    try:
        said = json.loads(answer)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
