"""The relayed path: one WebSocket to the firm's server, which comes back by itself for two minutes once it may."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable

from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSParsedURL, WSTransport, ws_connect

from beistand.protocol import rendezvous as r
from beistand.protocol.errors import PeerError
from beistand.transport.link import LinkFailed
from beistand.transport.network import Network, why

CONNECT_SECONDS = 8.0
REJOIN_SECONDS = 120.0
# A server starts in about a second: try often in it.
BACK_OFF = (0.0, *[0.05] * 20, *[0.1] * 10, *[0.25] * 6, 0.5, 0.5, 1.0, 1.0, 2.0)
MESSAGE_BYTES = 131_072
KEPT_FRAMES = 64
quiet = logging.getLogger("beistand.link")
quiet.setLevel(logging.WARNING)


class RelayLink:
    """`start`, then callbacks in the loop's thread: frames, stream bytes, `on_lost` (it tries again), `on_failed`."""

    def __init__(
        self,
        server: str,
        on_frame: Callable[[r.RendezvousFrame], None],
        on_stream: Callable[[bytes], None],
        on_lost: Callable[[], None],
        on_failed: Callable[[LinkFailed], None],
        network: Network | None = None,
    ) -> None:
        """`network` knows the way out of this computer; None: directly."""
        scheme, _, rest = server.partition("://")
        self._url = ("wss" if scheme == "https" else "ws") + "://" + rest + "/relay"
        self._on_frame, self._on_stream = on_frame, on_stream
        self._on_lost, self._on_failed = on_lost, on_failed
        self._loop: asyncio.AbstractEventLoop | None = None
        self._transport: WSTransport | None = None
        self._token = ""
        self._network = network or Network(None)
        self._problem = LinkFailed("The server cannot be reached or closed the link.")
        self._is_closed = False
        self._is_inside = False  # the relay has let us in on this link
        self._waiting: list[r.RendezvousFrame] = []
        self._task: asyncio.Task[None] | None = None
        self.may_rejoin = False

    def start(self, loop: asyncio.AbstractEventLoop, hello: r.RendezvousFrame) -> None:
        """Connects and says `hello`."""
        self._loop = loop
        self._task = loop.create_task(self._run(hello))  # owned by this link: `close` cancels it

    async def _run(self, hello: r.RendezvousFrame) -> None:
        attempt = 0
        deadline = 0.0
        loop = asyncio.get_running_loop()
        while not self._is_closed:
            said = r.Rejoin(self._token) if self.may_rejoin and self._token else hello
            was_inside = await self._once(said)
            if self._is_closed:
                return
            if not (self.may_rejoin and self._token):
                self._fail(self._problem)
                return
            now = loop.time()
            if was_inside:
                attempt, deadline = 0, now + REJOIN_SECONDS
                self._on_lost()
            if now >= deadline:
                self._fail(LinkFailed("The link did not come back within two minutes."))
                return
            await asyncio.sleep(BACK_OFF[min(attempt, len(BACK_OFF) - 1)])
            attempt += 1

    async def _once(self, hello: r.RendezvousFrame) -> bool:
        """One connection from its begin to its end; tells whether the relay had let us in."""
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                transport, _listener = await ws_connect(
                    lambda: _Listener(self),
                    self._url,
                    max_frame_size=MESSAGE_BYTES + 64,
                    enable_auto_ping=True,
                    auto_ping_idle_timeout=6.0,
                    auto_ping_reply_timeout=6.0,
                    logger_name=quiet,
                    socket_factory=self._open_socket,
                )
        except (OSError, TimeoutError, ValueError, asyncio.IncompleteReadError) as error:
            self._no_link(error)
            return False
        except Exception as error:  # picows raises its own WSError for a refused upgrade
            self._no_link(error)
            return False
        self._transport, self._is_inside = transport, False
        self._write(b"\x00" + r.encode(hello))
        try:
            await transport.wait_disconnected()
        except Exception as error:  # how the connection broke does not matter here
            quiet.info("link lost: %s", error)
        self._transport = None
        was_inside, self._is_inside = self._is_inside, False
        return was_inside

    def _fail(self, failure: LinkFailed) -> None:
        self._is_closed = True
        self._on_failed(failure)

    async def _open_socket(self, url: WSParsedURL) -> socket.socket | None:
        return await self._network.open(self._url, str(url.host), int(url.port))

    def _no_link(self, error: Exception) -> None:
        quiet.info("no link: %s", error)
        self._problem = LinkFailed(f"The server cannot be reached: {error}", why(error))

    def received(self, payload: bytes) -> None:
        """A WebSocket message came."""
        if self._is_closed or not payload:
            return
        if payload[0] == 1:
            self._on_stream(payload[1:])
            return
        try:
            frame = r.decode(payload[1:])
        except PeerError as error:
            quiet.warning("the relay sent nonsense: %s", error.sentence)
            self._drop()
            return
        match frame:
            case r.Joined():
                self._token, self._is_inside = frame.resume, True
                self._on_frame(frame)
                waiting, self._waiting = self._waiting, []
                for kept in waiting:
                    self.send_frame(kept)
            case r.Drain():
                self._drop()
            case r.Refused() | r.Closed():
                self._is_closed = True
                self._on_frame(frame)
                self._drop()
            case _:
                self._on_frame(frame)

    def _drop(self) -> None:
        if self._transport is not None:
            self._transport.disconnect(False)

    def _write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.send(WSMsgType.BINARY, data)

    def send_stream(self, data: bytes) -> None:
        """Bytes for the other end, cut to the relay's limit. Dropped without a link."""
        if not self._is_inside:
            return
        for at in range(0, len(data), MESSAGE_BYTES):
            self._write(b"\x01" + data[at : at + MESSAGE_BYTES])

    def send_frame(self, frame: r.RendezvousFrame) -> None:
        """A rendezvous frame; kept until the link is back."""
        if self._is_inside:
            self._write(b"\x00" + r.encode(frame))
        elif len(self._waiting) < KEPT_FRAMES:
            self._waiting.append(frame)

    def close(self) -> None:
        """Sends what is written, then ends; from the loop's thread."""
        self._is_closed = True
        if self._transport is not None:
            self._transport.send_close(WSCloseCode.OK)
            self._transport.disconnect()
        elif self._task is not None:
            self._task.cancel()


class _Listener(WSListener):
    def __init__(self, link: RelayLink) -> None:
        super().__init__()
        self._link = link

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.CLOSE:
            transport.disconnect()
        elif frame.msg_type == WSMsgType.BINARY:
            self._link.received(frame.get_payload_as_bytes())

    def pause_writing(self) -> None:
        """The rate's credit keeps the picture fresh; nothing to do here."""

    def resume_writing(self) -> None:
        """See `pause_writing`."""
