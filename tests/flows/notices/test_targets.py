"""No webhook calls the inside network, however its host is written; the sentence says why, and echoes nothing."""

import asyncio
import socket
from ipaddress import ip_address

import pytest

from flows.notices import targets
from flows.notices.http import NotTaken, post
from flows.notices.signing import Request
from flows.notices.targets import BadTarget, Inside

NOWHERE = Inside()

INSIDE = [
    "https://127.0.0.1/hook",
    "https://localhost/hook",
    "https://127.1/hook",
    "https://2130706433/hook",
    "https://0x7f.0.0.1/hook",
    "https://0.0.0.0/hook",
    "https://10.1.2.3/hook",
    "https://172.16.0.1/hook",
    "https://192.168.1.1:8443/hook",
    "https://100.64.0.1/hook",
    "https://169.254.169.254/latest/meta-data",
    "https://[::1]/hook",
    "https://[::ffff:10.0.0.1]/hook",
    "https://[fe80::1]/hook",
    "https://[fd00::1]/hook",
    "https://[64:ff9b::a00:1]/hook",
    "https://[2002:7f00:1::]/hook",
    "https://224.0.0.1/hook",
    "https://255.255.255.255/hook",
]


@pytest.mark.parametrize("url", INSIDE)
async def test_the_inside_network_is_refused_however_it_is_written(url):
    with pytest.raises(BadTarget) as caught:
        await targets.look_up(url, NOWHERE)
    assert "inside network" in str(caught.value)
    assert "REDRESS_WEBHOOK_ALLOW" in caught.value.reason.zh
    assert url.split("/")[2] not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["ftp://example.com", "example.com", "https://", "https://[", "javascript:alert(1)", "", "https://e" * 900]
)
def test_what_is_no_web_address_is_refused(url):
    with pytest.raises(BadTarget, match="no web address"):
        targets.check_url(url, NOWHERE)


@pytest.mark.parametrize("url", ["https://user:pass@example.com/", "https://example.com/#x"])
def test_user_password_and_fragment_are_refused(url):
    with pytest.raises(BadTarget, match="neither user"):
        targets.check_url(url, NOWHERE)


def test_plain_http_is_for_named_hosts_of_the_inside_only():
    with pytest.raises(BadTarget, match="must begin with https"):
        targets.check_url("http://example.com/hook", NOWHERE)
    assert targets.check_url("http://bridge.local/hook", Inside.of("bridge.local")).host == "bridge.local"


async def test_a_named_inside_host_may_be_called_and_another_port_of_it_may_not():
    inside = Inside.of(" Bridge.local , 127.0.0.1:8080,[::1]:9000")
    assert (await targets.look_up("http://127.0.0.1:8080/x", inside)).addresses == ("127.0.0.1",)
    assert (await targets.look_up("http://[::1]:9000/x", inside)).addresses == ("::1",)
    with pytest.raises(BadTarget):
        await targets.look_up("https://127.0.0.1:8081/x", inside)


@pytest.mark.parametrize("address", ["1.1.1.1", "8.8.8.8", "2606:4700:4700::1111", "64:ff9b::808:808"])
def test_public_addresses_are_outside(address):
    assert targets.outside([ip_address(address)])


def test_one_inside_address_among_several_is_enough_to_refuse():
    assert not targets.outside([ip_address("1.1.1.1"), ip_address("10.0.0.1")])


async def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch, receiver):
    """A name that is public when it is checked and inside when it is called: it is looked up once, so it cannot be."""
    looked_up = []
    real = asyncio.get_running_loop().getaddrinfo

    async def rebinding(host, *rest, **named):
        looked_up.append(host)
        if host != "rebind.example":
            return await real(host, *rest, **named)
        address = "93.184.215.14" if len(looked_up) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, receiver.port))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", rebinding)
    with pytest.raises((NotTaken, TimeoutError)):
        await asyncio.wait_for(post(f"https://rebind.example:{receiver.port}/hook", Request(b"{}"), NOWHERE, 1.0), 2)
    assert receiver.hits == []
    assert looked_up.count("rebind.example") == 1


@pytest.mark.parametrize("address", ["a@example.com", "a.b+c@mail.example.co"])
def test_an_email_address_is_taken(address):
    assert targets.check_email(address) == address


@pytest.mark.parametrize(
    "address", ["a", "a@b", "a@example.com\nBcc: b@example.com", "a@example.com, b@example.com", "<a@example.com>", ""]
)
def test_what_is_no_email_address_is_refused(address):
    with pytest.raises(BadTarget, match="no e-mail address"):
        targets.check_email(address)


def test_lists_show_only_which_target_it_is():
    assert targets.shown("li.hua@centre.example") == "l***@centre.example"
    assert targets.shown("https://oapi.dingtalk.com/robot/send?access_token=t") == "oapi.dingtalk.com"
