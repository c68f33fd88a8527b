"""Carries the relay's WebSocket between the technician's browser and the firm's server: sealed bytes, unread."""

from __future__ import annotations

import asyncio
import logging
from collections import deque

from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

CONNECT_SECONDS = 15.0
MESSAGE_BYTES = 131_072
# What may wait until the server has answered.
MOST_WAITING = 64

log = logging.getLogger("beistand.console")


class Bridge:
    """What `server/front.py` asks of a relay; each browser's socket gets one of its own to the server."""

    def __init__(self, url: str, origin: str) -> None:
        self._url, self._origin = url, origin
        self._tasks: set[asyncio.Task[None]] = set()

    def listener(self, address: str) -> WSListener:
        """The browser's end of a new pair."""
        return _Near(self)

    def tick(self) -> None:
        """Nothing is due by the clock here."""

    def drain(self) -> None:
        """The browser tries again by itself, and finds nobody."""

    def open(self, near: _Near) -> None:
        """Begins the other end of a pair."""
        task = asyncio.get_running_loop().create_task(self._reach(near))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _reach(self, near: _Near) -> None:
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await ws_connect(
                    lambda: _Far(near),
                    self._url,
                    max_frame_size=MESSAGE_BYTES + 64,
                    extra_headers={"Origin": self._origin},
                    logger_name=log,
                )
        except Exception as error:  # picows raises its own WSError for a refused upgrade
            log.info("the server's relay cannot be reached: %s", error)
            near.close()


class _End(WSListener):
    """Passes each whole binary message to the other end; a closed end closes the other."""

    def __init__(self) -> None:
        super().__init__()
        self.transport: WSTransport | None = None
        self.other: _End | None = None
        self._waiting: deque[bytes] = deque()

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.CLOSE:
            transport.send_close(WSCloseCode.OK)
            transport.disconnect()
        elif frame.msg_type == WSMsgType.BINARY:
            self.passed(frame.get_payload_as_bytes())

    def passed(self, data: bytes) -> None:
        """Now, or once the other end stands."""
        if self.other is not None and self.other.transport is not None:
            self.other.transport.send(WSMsgType.BINARY, data)
        elif len(self._waiting) < MOST_WAITING:
            self._waiting.append(data)
        else:
            self.close()

    def joined(self, other: _End) -> None:
        """The other end stands: what waited goes out."""
        self.other = other
        while self._waiting:
            self.passed(self._waiting.popleft())

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.transport = None
        if self.other is not None:
            self.other.close()

    def close(self) -> None:
        """Ends this end's socket."""
        if self.transport is not None:
            self.transport.disconnect()


class _Near(_End):
    """The browser's end."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport
        self._bridge.open(self)


class _Far(_End):
    """The server's end."""

    def __init__(self, near: _Near) -> None:
        super().__init__()
        self._near = near

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport
        self.joined(self._near)
        self._near.joined(self)
        if self._near.transport is None:
            self.close()
