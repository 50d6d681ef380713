import socket

from deployments import ports


def test_a_free_port_is_taken_as_wished():
    free = ports.choose("127.0.0.1", 0)
    assert ports.choose("127.0.0.1", free) == free


def test_a_taken_port_is_replaced_by_a_free_one():
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        port = somebody.getsockname()[1]
        chosen = ports.choose("127.0.0.1", port)
        assert chosen != port
        assert not ports.taken("127.0.0.1", chosen)


def test_a_listener_on_all_addresses_takes_the_port_too():
    with socket.create_server(("0.0.0.0", 0)) as somebody:  # noqa: S104 - that is the case
        assert ports.taken("127.0.0.1", somebody.getsockname()[1])


def test_a_wildcard_address_is_reached_at_the_loopback():
    assert ports.reachable("0.0.0.0") == "127.0.0.1"  # noqa: S104 - compared only
    assert ports.reachable("192.0.2.1") == "192.0.2.1"
