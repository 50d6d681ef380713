"""A port to listen on: the wished one, or a free one when somebody has it."""

import socket


def choose(host: str, wished: int) -> int:
    """The wished port when it is free on that host, else one the system picks.

    Between this answer and the listening another program may still take it: the child then fails to come up
    and says so.
    """
    return wished if wished and not taken(host, wished) else _any(host)


def taken(host: str, port: int) -> bool:
    """Binding tells about this very address, connecting about one on all addresses (macOS allows it)."""
    with socket.socket(_family(host), socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    with socket.socket(_family(host), socket.SOCK_STREAM) as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((reachable(host), port)) == 0


def reachable(host: str) -> str:
    """Where to knock for somebody who listens at `host`: a wildcard address is no destination."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound


def _any(host: str) -> int:
    with socket.socket(_family(host), socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
