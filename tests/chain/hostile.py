"""A customer's program that says what no honest one says: the host's end without a desktop."""

from __future__ import annotations

import asyncio
import os
import threading
from typing import Any

from beistand.protocol import rendezvous as r
from beistand.protocol.e2e import messages as m
from beistand.protocol.e2e import number as numbers
from beistand.protocol.e2e.keys import channel_identifier
from beistand.protocol.e2e.peer import CustomerPeer, Got, Outgoing
from beistand.transport.relay_link import RelayLink
from waiting import PATIENCE_SECONDS


class HostileProgram:
    """Joins with a number and agrees to everything; then `say` sends any message."""

    def __init__(self, server: str, organisation: str, digits: str) -> None:
        self._number = numbers.parse(digits)
        ci = channel_identifier(server, organisation, self._number.nameplate)
        self._peer = CustomerPeer(self._number.secret, ci, b"{}", os.urandom)
        self.got: list[Any] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._link = RelayLink(server, self._on_frame, self._on_stream, lambda: None, lambda failure: None)
        hello = r.Join(r.VERSION, self._number.nameplate, "de")
        self._loop.call_soon_threadsafe(self._link.start, self._loop, hello)

    def _on_frame(self, frame: Any) -> None:
        if frame == r.Peer("joined"):
            self._link.send_stream(self._peer.start())

    def _on_stream(self, data: bytes) -> None:
        for event in self._peer.receive(data):
            if isinstance(event, Outgoing):
                self._link.send_stream(event.data)
            elif isinstance(event, Got):
                self.got.append(event.message)
                if isinstance(event.message, m.ConsentAsk):
                    self._send(m.ConsentAnswer(event.message.level, 0, b"", 1))

    def _send(self, message: Any) -> None:
        self._link.send_stream(self._peer.send(message))

    def say(self, message: Any) -> None:
        self._loop.call_soon_threadsafe(self._send, message)

    def report(self, name: str, data: dict[str, Any]) -> None:
        """A fact for the server's store."""
        self._loop.call_soon_threadsafe(self._link.send_frame, r.Fact(name, data))

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(PATIENCE_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_SECONDS)
        self._loop.close()

    async def _close(self) -> None:
        self._link.close()
        if self._link._task is not None:
            await asyncio.wait([self._link._task])
