"""A mail server that drips holds nothing for longer than a try lasts."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import pytest

from models.settings import Settings
from models.values.notice_terms import NoticeChannel
from tests.fixtures.worker import until

EMAIL = NoticeChannel.EMAIL
TRY_SECONDS = 1.0
BETWEEN_BYTES = 0.05
GREETING, RECORD = b"220-", bytes((22, 3, 3, 64, 0))
"""A line of a greeting that never ends; the head of a TLS record whose body never comes."""


class Dripping:
    """It answers as a mail server does until the command it drips at; then byte by byte, while anybody listens."""

    def __init__(self, at: bytes, begins: bytes) -> None:
        self.at, self.begins = at, begins
        self.letters = 0
        self.hung_up, self.stop = threading.Event(), threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._serve)

    def _serve(self) -> None:
        with suppress(OSError), self.listener, self.listener.accept()[0] as line:
            try:
                self._speak(line)
            finally:
                self.hung_up.set()

    def _speak(self, line: socket.socket) -> None:
        if self.at == b"connect":
            return self._drip(line)
        line.sendall(b"220 here\r\n")
        for said in line.makefile("rb"):
            command = said.split()[0].upper()
            if command == self.at:
                return self._drip(line)
            line.sendall(b"354 go on\r\n" if command == b"DATA" else b"250 yes\r\n")
            if command == b"DATA":
                self._take(line)
        return None

    def _take(self, line: socket.socket) -> None:
        taken = b""
        while not taken.endswith(b"\r\n.\r\n"):
            taken += line.recv(65536)
        self.letters += 1
        line.sendall(b"250 taken\r\n")

    def _drip(self, line: socket.socket) -> None:
        line.sendall(self.begins)
        while not self.stop.wait(BETWEEN_BYTES):
            line.sendall(b"x")


@pytest.fixture
def dripping(request: pytest.FixtureRequest) -> Iterator[Dripping]:
    server = Dripping(*request.param)
    server.thread.start()
    yield server
    server.stop.set()
    with suppress(OSError), socket.create_connection(("127.0.0.1", server.port)):
        pass  # it may still wait for somebody
    server.thread.join()


def through(post, server, security="none"):
    """The postman, with that mail server and short tries."""
    settings = Settings(
        smtp_host="127.0.0.1", smtp_port=server.port, smtp_security=security, smtp_from="redress@centre.example"
    )
    short = replace(post.postman.resources, lease_seconds=TRY_SECONDS / 2)
    return replace(post.postman, settings=settings, resources=short)


@pytest.mark.parametrize(
    ("dripping", "security"),
    [
        ((b"connect", GREETING), "none"),
        ((b"connect", GREETING), "starttls"),
        ((b"connect", RECORD), "tls"),
        ((b"MAIL", GREETING), "none"),
    ],
    indirect=["dripping"],
)
async def test_it_is_hung_up_on_when_the_time_of_the_try_is_over(post, dripping, security):
    await post.subscribe("li@centre.example", EMAIL)
    await post.write()
    await through(post, dripping, security).deliver()
    assert await post.database.value("SELECT error FROM deliveries") == "no answer in time"
    await until(dripping.hung_up.is_set, within=20, what="the end of the connection")


@pytest.mark.parametrize("dripping", [(b"QUIT", GREETING)], indirect=True)
async def test_a_letter_that_was_taken_is_taken_however_long_the_good_bye(post, dripping):
    await post.subscribe("li@centre.example", EMAIL)
    id_ = await post.write()
    postman = through(post, dripping)
    await replace(postman, resources=replace(postman.resources, lease_seconds=30)).deliver()
    assert (await post.row(id_)).delivered_at is not None
    assert dripping.letters == 1
    await until(dripping.hung_up.is_set, within=20, what="the end of the connection")
