"""A mail server spoken to until a moment, and not beyond.

smtplib's time-out is for each read and write: a server that drips its answer byte by byte would hold a thread for
hours. So the line itself is cut when the time is over, whatever goes on in it: greeting, TLS handshake, letter.
"""

import smtplib
import socket
import ssl
from contextlib import suppress
from functools import cache
from threading import Timer
from time import monotonic

LEAVE_SECONDS = 1.0
"""For saying good-bye: the letter is taken by then, or refused."""


class Server(smtplib.SMTP):
    """Connected. `until`: a moment of `time.monotonic`; `tls`: from the first byte on. Raises as smtplib does."""

    def __init__(self, host: str, port: int, until: float, tls: ssl.SSLContext | None) -> None:
        self._until, self._tls = until, tls
        self._line: socket.socket | None = None
        self._cut: Timer | None = None
        try:
            super().__init__(host, port, local_hostname=_own_name())
        except BaseException:
            self.close()
            raise

    def _get_socket(self, host: str, port: int, timeout: object) -> socket.socket:
        """Where smtplib connects, and smtplib.SMTP_SSL wraps what is connected."""
        plain = _connected(host, port, self._until)
        self._line = plain.dup()  # TLS takes the socket over; this one stays ours
        self._cut_at(self._until)
        return self._tls.wrap_socket(plain, server_hostname=host) if self._tls else plain

    def leave(self) -> None:
        """Say good-bye, without insisting on an answer: what was taken stays taken."""
        self._cut_at(min(self._until, monotonic() + LEAVE_SECONDS))
        with suppress(smtplib.SMTPException, OSError):
            self.quit()
        self.close()

    def close(self) -> None:
        super().close()
        if self._cut is not None:
            self._cut.cancel()
        if self._line is not None:
            self._line.close()

    def _cut_at(self, moment: float) -> None:
        if self._cut is not None:
            self._cut.cancel()
        self._cut = Timer(max(0.0, moment - monotonic()), self._hang_up)
        self._cut.daemon = True  # a process that ends waits for no mail server
        self._cut.start()

    def _hang_up(self) -> None:
        with suppress(OSError):  # closed meanwhile
            if self._line is not None:
                self._line.shutdown(socket.SHUT_RDWR)


def _connected(host: str, port: int, until: float) -> socket.socket:
    """An address that does not even connect leaves time for the others."""
    error: OSError = TimeoutError()
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for tried, (family, kind, protocol, _, address) in enumerate(found):
        left = until - monotonic()
        if left <= 0:
            break
        line = socket.socket(family, kind, protocol)
        line.settimeout(left / (len(found) - tried))
        try:
            line.connect(address)
        except OSError as failed:
            line.close()
            error = failed
        else:
            line.settimeout(left)
            return line
    raise error


@cache
def _own_name() -> str:
    """Looked up once: that may take a while, and is none of a letter's time."""
    return socket.getfqdn()
