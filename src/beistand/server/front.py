"""One process, one port: WebSocket upgrades at /relay go to picows, everything else to the pages through uvicorn's H11.

It leans on constructors that neither library documents; their versions are pinned and
tests/server/test_front.py holds the contract.
"""

from __future__ import annotations

import asyncio
import logging
import ssl as tls
from collections.abc import Awaitable, Callable, Collection, MutableMapping
from typing import Any

from picows import WSAutoPingStrategy, WSUpgradeRequest
from picows.picows import WSProtocol  # type: ignore[attr-defined]  # compiled, not in its stub
from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from beistand.server.relay.pump import MESSAGE_BYTES, Relay

log = logging.getLogger("beistand.front")
quiet = logging.getLogger("beistand.front.websocket")
quiet.setLevel(logging.WARNING)

HEAD_BYTES = 16 * 1024
HEAD_SECONDS = 10.0
PING_SECONDS = 20.0
PONG_SECONDS = 20.0
READ_BUFFER_BYTES = 4 * 1024  # keeps an idle session small; picows grows it when needed
CONNECTIONS_PER_ADDRESS = 200

App = Callable[
    [MutableMapping[str, Any], Callable[[], Awaitable[Any]], Callable[[MutableMapping[str, Any]], Awaitable[None]]],
    Awaitable[None],
]


class Server:
    """A running front. `port` is the one it listens on."""

    def __init__(self, relay: Relay, listening: asyncio.Server, ticker: asyncio.Task[None], front: _Front) -> None:
        self._relay, self._listening, self._ticker, self._front = relay, listening, ticker, front
        self.port: int = listening.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Tells sessions to re-join elsewhere, then closes everything."""
        self._listening.close()
        self._relay.drain()
        self._ticker.cancel()
        await asyncio.sleep(0)
        self._front.close_all()
        await asyncio.sleep(0)


async def serve(
    app: App,
    relay: Relay,
    host: str,
    port: int,
    ssl: tls.SSLContext | None = None,
    origins: Collection[str] = (),
    trusted_proxy: str = "",
) -> Server:
    """Starts listening. `origins` are the web origins whose pages may open the relay. OSError if the port is taken.

    `trusted_proxy` is the address of a reverse proxy whose X-Forwarded-For is believed, for the limits per address.
    """
    config = Config(app, lifespan="off", log_config=None, access_log=False, server_header=False, date_header=True)
    config.load()
    front = _Front(config, relay, frozenset(origins), trusted_proxy)
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(lambda: _Connection(front), host, port, ssl=ssl, backlog=512)
    ticker = loop.create_task(_tick(relay))  # owned by Server.close
    return Server(relay, listening, ticker, front)


async def _tick(relay: Relay) -> None:
    while True:
        await asyncio.sleep(1.0)
        relay.tick()


class _Front:
    """What all connections share."""

    def __init__(self, config: Config, relay: Relay, origins: frozenset[str], trusted_proxy: str) -> None:
        self.config, self.relay, self.origins, self.trusted_proxy = config, relay, origins, trusted_proxy
        self.state = ServerState()
        self.transports: set[asyncio.BaseTransport] = set()
        self.by_address: dict[str, int] = {}

    def close_all(self) -> None:
        for transport in list(self.transports):
            transport.close()


class _Connection(asyncio.Protocol):
    """Reads the head of the first request, then hands the connection over."""

    def __init__(self, front: _Front) -> None:
        self._front = front
        self._head = bytearray()
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._address = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]
        peer = transport.get_extra_info("peername")
        self._address = str(peer[0]) if peer else "local"
        count = self._front.by_address.get(self._address, 0) + 1
        self._front.by_address[self._address] = count
        self._front.transports.add(transport)
        is_exempt = self._address in ("127.0.0.1", "::1", self._front.trusted_proxy)
        if count > CONNECTIONS_PER_ADDRESS and not is_exempt:
            transport.close()
            return
        self._timer = asyncio.get_running_loop().call_later(HEAD_SECONDS, transport.close)

    def data_received(self, data: bytes) -> None:
        self._head += data
        if b"\r\n\r\n" not in self._head:
            if len(self._head) > HEAD_BYTES and self._transport is not None:
                self._transport.write(b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n\r\n")
                self._transport.close()
            return
        if self._timer is not None:
            self._timer.cancel()
        self._hand_over(bytes(self._head))

    def _hand_over(self, data: bytes) -> None:
        transport = self._transport
        if transport is None:
            return
        leave = self._leave
        if is_relay_upgrade(data):
            websocket = _WebSocket(*self._websocket_arguments())
            websocket.leave = leave
            transport.set_protocol(websocket)
            websocket.connection_made(transport)
            _feed(websocket, data)
        else:
            page = _Page(self._front.config, self._front.state, {}, asyncio.get_running_loop())
            page.leave = leave
            transport.set_protocol(page)
            page.connection_made(transport)
            page.data_received(data)

    def _websocket_arguments(self) -> tuple[Any, ...]:
        front, address = self._front, self._address

        def listener(request: WSUpgradeRequest) -> Any:
            origin = request.headers.get("Origin")
            if origin is not None and origin not in front.origins:
                log.info("relay: refused a page of a foreign origin")
                return None  # picows answers 404
            return front.relay.listener(client_address(address, front.trusted_proxy, request))

        pings = (True, PING_SECONDS, PONG_SECONDS, WSAutoPingStrategy.PING_WHEN_IDLE, True)
        limits = (MESSAGE_BYTES + 14, None, READ_BUFFER_BYTES)
        return (None, None, False, listener, quiet, True, HEAD_SECONDS, *pings, *limits)

    def _leave(self) -> None:
        _leave(self._front, self._address, self._transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._leave()


class _WebSocket(WSProtocol):  # type: ignore[misc]  # picows is compiled
    """picows' own protocol, which also tells the front when it is gone."""

    leave: Callable[[], None]

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.leave()


class _Page(H11Protocol):
    """uvicorn's own protocol, which also tells the front when it is gone."""

    leave: Callable[[], None]

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.leave()


def _feed(protocol: Any, data: bytes) -> None:
    """Gives a buffered protocol bytes that were read before it came."""
    while data:
        room = protocol.get_buffer(len(data))
        count = min(len(room), len(data))
        room[:count] = data[:count]
        protocol.buffer_updated(count)
        data = data[count:]


def _leave(front: _Front, address: str, transport: asyncio.BaseTransport | None) -> None:
    if transport is not None:
        front.transports.discard(transport)
    count = front.by_address.get(address, 1) - 1
    if count <= 0:
        front.by_address.pop(address, None)
    else:
        front.by_address[address] = count


def client_address(direct: str, trusted_proxy: str, request: WSUpgradeRequest) -> str:
    """Who really asks: behind the trusted proxy the last address that it added, else the connection's own."""
    forwarded = request.headers.get("X-Forwarded-For", "")
    if not forwarded or direct != trusted_proxy:
        return direct
    return forwarded.rpartition(",")[2].strip()[:64] or direct


def is_relay_upgrade(head: bytes) -> bool:
    """Whether a request's head asks for the relay's WebSocket."""
    line, _, rest = head.partition(b"\r\n")
    parts = line.split(b" ")
    if len(parts) != 3 or parts[0] != b"GET" or parts[1].partition(b"?")[0] != b"/relay":
        return False
    fields = rest.partition(b"\r\n\r\n")[0].lower().split(b"\r\n")
    return any(f.partition(b":")[0].strip() == b"upgrade" and b"websocket" in f for f in fields)
