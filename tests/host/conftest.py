"""Screens for the tests: each an X server of its own, whatever the machine it runs on shows."""

from collections.abc import Callable, Iterator

import pytest

from host.xserver import XServer


@pytest.fixture(scope="session")
def x_server() -> Iterator[XServer]:
    """One screen of 1280x800 for all tests that leave it as they found it."""
    server = XServer("-screen", "0", "1280x800x24")
    yield server
    server.close()


@pytest.fixture
def new_x_server() -> Iterator[Callable[..., XServer]]:
    """Starts a screen of one's own, for tests that change its size or its keyboard."""
    servers: list[XServer] = []

    def start(size: str = "1280x800", *options: str) -> XServer:
        servers.append(XServer("-screen", "0", f"{size}x24", *options))
        return servers[-1]

    yield start
    for server in servers:
        server.close()
