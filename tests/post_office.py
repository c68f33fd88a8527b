"""A real mail server on this computer, for the tests of everything that is sent by mail."""

import email
import email.policy
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller


class Post:
    """What the mail server got; it refuses addresses that begin with "no", and is busy for those with "busy"."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.got: list[Any] = []
        self.stop: Callable[[], None]

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address.startswith("no"):
            return "550 no such mailbox"
        if address.startswith("busy"):
            return "451 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.got.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 OK"


@contextmanager
def open_post() -> Iterator[Post]:
    """The server runs on a free port until the end, or until its `stop`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    handler = Post(port)
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    handler.stop = controller.stop
    yield handler
    controller.stop(no_assert=True)
