"""The suite itself: it stays on this machine."""

import socket

import pytest

from tests.support.network import NetworkClosed


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "example.com"])
def test_nothing_leaves_this_machine(host):
    """A test that reaches for another machine is refused before a packet leaves."""
    with pytest.raises(NetworkClosed):
        socket.create_connection((host, 80), timeout=1)
