"""Where a notice may go: what is no address, and what stands on the inside network, is refused with a sentence.

A webhook is an outsider's way to make our own servers call somebody: so the host is looked up by us, every address it
has must be public, and the connection goes to the address that was checked (`flows.notices.http`).
"""

import asyncio
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import httpx

from flows.acts.refusals import Implausible

EMAIL = re.compile(
    r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}", re.ASCII
)
EMAIL_AT_MOST = 254
HOST = re.compile(r"[a-z0-9_.-]{1,253}|[0-9a-f:.]{2,45}", re.ASCII)
URL_AT_MOST = 2000
NAT64 = IPv6Network("64:ff9b::/96")
ADDRESSES_TRIED = 3

Address = IPv4Address | IPv6Address


class BadTarget(Implausible):
    """No notice may go there."""


@dataclass(frozen=True)
class Inside:
    """The hosts of the inside network that the settings name."""

    hosts: frozenset[str] = frozenset()

    @classmethod
    def of(cls, setting: str) -> "Inside":
        return cls(frozenset(one.strip().lower() for one in setting.split(",") if one.strip()))

    def has(self, host: str, port: int) -> bool:
        shown = f"[{host}]" if ":" in host else host
        return host in self.hosts or f"{shown}:{port}" in self.hosts


@dataclass(frozen=True)
class Place:
    """A URL whose host was looked up: the addresses to connect to, in order."""

    url: httpx.URL
    addresses: tuple[str, ...]


def check_email(address: str) -> str:
    """Raises BadTarget."""
    if len(address) > EMAIL_AT_MOST or not EMAIL.fullmatch(address):
        raise BadTarget("邮箱地址无效", "this is no e-mail address such as name@example.com")
    return address


def check_url(url: str, inside: Inside) -> httpx.URL:
    """What can be said of a URL without looking its host up. Raises BadTarget."""
    try:
        parsed = httpx.URL(url) if len(url) <= URL_AT_MOST else httpx.URL()
    except (httpx.InvalidURL, ValueError):
        parsed = httpx.URL()
    if parsed.scheme not in ("https", "http") or not HOST.fullmatch(_host(parsed)):
        raise BadTarget("网址无效，须以 https:// 开头", "this is no web address such as https://example.com/hook")
    if parsed.userinfo or parsed.fragment:
        raise BadTarget("网址不得含用户名、密码或片段", "the address must hold neither user, password nor fragment")
    if parsed.scheme == "http" and not inside.has(_host(parsed), _port(parsed)):
        raise BadTarget(
            "外部网址须使用 https", "a web address outside must begin with https: the text would be readable on its way"
        )
    return parsed


async def look_up(url: str, inside: Inside) -> Place:
    """The addresses of a URL's host, all of them public (or the host named in the settings).

    Raises BadTarget for what may not be called, OSError when the host is not found.
    """
    parsed = check_url(url, inside)
    host, port = _host(parsed), _port(parsed)
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not inside.has(host, port) and not outside(ip_address(one.partition("%")[0]) for one in addresses):
        raise BadTarget(
            "目标位于内部网络，不得作为通知地址；确需使用请由管理员在 REDRESS_WEBHOOK_ALLOW 中列出",
            "the host stands on the inside network and may not be a target; "
            "the administrator can name it in REDRESS_WEBHOOK_ALLOW",
        )
    return Place(parsed, addresses[:ADDRESSES_TRIED])


def outside(addresses: Iterable[Address]) -> bool:
    """Whether all are public: not loopback, private, link-local (cloud metadata), shared, multicast, reserved."""
    return all(_public(one) for one in addresses)


def shown(channel_target: str) -> str:
    """A target as lists show it: enough to know which, too little to use it."""
    if "://" in channel_target:
        return httpx.URL(channel_target).host
    name, _, domain = channel_target.partition("@")
    return f"{name[:1]}***@{domain}"


def _public(address: Address) -> bool:
    if isinstance(address, IPv6Address):
        within = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
        if address in NAT64:
            within = IPv4Address(int(address) & 0xFFFFFFFF)
        if within:
            return _public(within)
    return address.is_global and not address.is_multicast and not address.is_reserved


def _host(url: httpx.URL) -> str:
    return url.raw_host.decode("ascii").lower()


def _port(url: httpx.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)
