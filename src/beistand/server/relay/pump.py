"""The relay's shell on picows: carries out what `rooms.py` decides and pumps stream bytes without reading them.

Freshness: the sender is not read while the receiver is behind (capped user buffer, TCP_NOTSENT_LOWAT, capped socket
buffers); a receiver that does not read for `SLOW_SECONDS` loses its link and may re-join.
"""

from __future__ import annotations

import logging
import secrets
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport

from beistand.protocol import rendezvous as r
from beistand.protocol.errors import PeerError
from beistand.server.relay import rooms
from beistand.server.relay.limits import Bucket

log = logging.getLogger("beistand.relay")

MESSAGE_BYTES = 131_072 + 1
HIGH_WATER_BYTES = 256 * 1024
LOW_WATER_BYTES = 64 * 1024
SOCKET_BUFFER_BYTES = 256 * 1024
NOTSENT_LOWAT_BYTES = 32 * 1024
SLOW_SECONDS = 15.0
HEAD_ROOM = 14  # bytes that picows wants before a message for the longest head of a WebSocket frame
CONTROL_FRAMES_PER_SECOND, CONTROL_BURST = 5.0, 60.0
STREAM_BYTES_PER_SECOND, STREAM_BURST = 12_500_000.0, 64_000_000.0

Fact = Callable[[str, str, str, dict[str, Any]], None]
State = Callable[[str, str, str], None]


@dataclass(frozen=True)
class Created:
    """What the API hands to the console."""

    nameplate: str
    ticket: str


class Relay:
    """One relay. `on_fact(room, role, name, data)` and `on_state(room, state, detail)` must return at once."""

    def __init__(
        self,
        key: bytes,
        on_fact: Fact,
        on_state: State,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] | None = None,
    ) -> None:
        self._rooms = rooms.Rooms(key, secrets.randbelow, lambda: secrets.token_urlsafe(24))
        self._on_fact, self._on_state = on_fact, on_state
        self.clock = clock
        self.wall = wall or _wall_clock
        self._links: dict[int, Link] = {}
        self._next_link = 0

    def create_room(self, room_id: str, origin: str, organisation: str, seconds: float = 600.0) -> Created:
        """A new room. OverflowError with a sentence if the relay is full."""
        room = self._rooms.create(room_id, origin, organisation, self.clock(), seconds)
        self._on_state(room_id, "created", room.nameplate)
        return Created(room.nameplate, room.ticket)

    def close_room(self, room_id: str, code: str) -> None:
        """Ends a room for both."""
        self.perform(self._rooms.close(room_id, code, self.clock()))

    def tick(self) -> None:
        """To be called about once a second."""
        now = self.clock()
        self.perform(self._rooms.tick(now))
        for link in list(self._links.values()):
            link.check_speed(now)

    def drain(self) -> None:
        """Tells everybody to re-join: this process is about to end."""
        self.perform(self._rooms.drain())

    def listener(self, address: str) -> Link:
        """The picows listener of a new connection."""
        self._next_link += 1
        return Link(self, self._next_link, address)

    @property
    def link_count(self) -> int:
        """Connections now."""
        return len(self._links)

    # called by Link ------------------------------------------------------------------------------------------------

    def opened(self, link: Link) -> None:
        self._links[link.id] = link
        self._rooms.connected(link.id, self.clock())

    def said(self, link: Link, frame: r.RendezvousFrame) -> None:
        self.perform(self._rooms.said(link.id, link.address, frame, self.clock(), self.wall()))

    def closed(self, link: Link) -> None:
        if self._links.pop(link.id, None) is not None:
            self.perform(self._rooms.gone(link.id, self.clock()))

    def has_seat(self, link: Link) -> bool:
        return self._rooms.role_of(link.id) is not None

    def perform(self, effects: list[rooms.Effect]) -> None:
        """Carries effects out in order."""
        for effect in effects:
            match effect:
                case rooms.Say():
                    if (link := self._links.get(effect.link)) is not None:
                        link.say(effect.frame)
                case rooms.Hang():
                    if (link := self._links.get(effect.link)) is not None:
                        link.hang()
                case rooms.Pair():
                    if (link := self._links.get(effect.link)) is not None:
                        link.pair(self._links.get(effect.other))
                case rooms.Tell():
                    self._on_state(effect.room_id, effect.state, effect.detail)
                case rooms.Note():
                    self._on_fact(effect.room_id, effect.role, effect.name, effect.data)


class Link(WSListener):
    """One connection."""

    def __init__(self, relay: Relay, id_: int, address: str) -> None:
        super().__init__()
        self.id, self.address = id_, address
        self._relay = relay
        self._transport: WSTransport | None = None
        self._other: Link | None = None
        self._is_paused = False  # our own writing is behind
        self._behind_since: float | None = None
        self._control = Bucket(CONTROL_FRAMES_PER_SECOND, CONTROL_BURST)
        self._stream = Bucket(STREAM_BYTES_PER_SECOND, STREAM_BURST)

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._transport = transport
        _cap_buffers(transport)
        self._relay.opened(self)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.CLOSE:
            transport.send_close(WSCloseCode.OK)
            transport.disconnect()
            return
        if frame.msg_type != WSMsgType.BINARY or not frame.fin or frame.payload_size < 1:
            self._refuse(WSCloseCode.UNSUPPORTED_DATA)
            return
        payload = frame.get_payload_as_memoryview()
        if payload[0] == 1:
            self._stream_bytes(payload)
        elif payload[0] == 0:
            self._control_frame(bytes(payload[1:]))
        else:
            self._refuse(WSCloseCode.UNSUPPORTED_DATA)

    def _stream_bytes(self, payload: memoryview) -> None:
        if not self._relay.has_seat(self) or not self._stream.take(len(payload), self._relay.clock()):
            self._refuse(WSCloseCode.POLICY_VIOLATION)
        elif self._other is not None:
            self._other.forward(payload)

    def _control_frame(self, data: bytes) -> None:
        if not self._control.take(1, self._relay.clock()):
            self.say(r.Refused("rate"))
            self.hang()
            return
        try:
            frame = r.decode(data)
        except PeerError as error:
            log.info("link refused: %s", error.sentence)
            self._refuse(WSCloseCode.POLICY_VIOLATION)
            return
        self._relay.said(self, frame)

    def _refuse(self, code: WSCloseCode) -> None:
        if self._transport is not None:
            self._transport.send_close(code)
            self._transport.disconnect()

    def forward(self, payload: memoryview) -> None:
        """Stream bytes of the other end, untouched.

        Copied into a frame of their own: `send` hands uvloop its own header buffer and this view of the other link's
        read buffer, and both are written again before a receiver on a slow line has taken them.
        """
        if self._transport is not None:
            frame = bytearray(HEAD_ROOM + len(payload))
            frame[HEAD_ROOM:] = payload
            self._transport.send_reuse_external_bytearray(WSMsgType.BINARY, frame, HEAD_ROOM)

    def say(self, frame: r.RendezvousFrame) -> None:
        """A rendezvous frame to this end."""
        if self._transport is not None:
            self._transport.send(WSMsgType.BINARY, b"\x00" + r.encode(frame))

    def hang(self) -> None:
        """Closes after what was said has left."""
        if self._transport is not None:
            self._transport.send_close(WSCloseCode.OK)
            self._transport.disconnect()

    def pair(self, other: Link | None) -> None:
        """From now on stream bytes go to `other`."""
        self._other = other
        if self._transport is not None:
            _read(self._transport, other is None or not other._is_paused)

    def pause_writing(self) -> None:
        self._is_paused = True
        self._behind_since = self._relay.clock()
        if self._other is not None and self._other._transport is not None:
            _read(self._other._transport, False)

    def resume_writing(self) -> None:
        self._is_paused = False
        self._behind_since = None
        if self._other is not None and self._other._transport is not None:
            _read(self._other._transport, True)

    def check_speed(self, now: float) -> None:
        """A receiver that does not read at all is cut off; it may re-join."""
        if self._behind_since is not None and now - self._behind_since > SLOW_SECONDS and self._transport is not None:
            self._behind_since = None
            self._transport.disconnect(False)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        other = self._other
        if other is not None and other._transport is not None:
            _read(other._transport, True)
        self._relay.closed(self)
        self._transport = self._other = None


def _read(transport: WSTransport, is_reading: bool) -> None:
    under = transport.underlying_transport
    if under.is_closing() or under.is_reading() == is_reading:
        return
    if is_reading:
        under.resume_reading()
    else:
        under.pause_reading()


def _cap_buffers(transport: WSTransport) -> None:
    under = transport.underlying_transport
    under.set_write_buffer_limits(HIGH_WATER_BYTES, LOW_WATER_BYTES)
    raw = under.get_extra_info("socket")
    if raw is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SOCKET_BUFFER_BYTES)
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SOCKET_BUFFER_BYTES)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if hasattr(socket, "TCP_NOTSENT_LOWAT"):
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, NOTSENT_LOWAT_BYTES)


def _wall_clock() -> float:
    return time.clock_gettime(time.CLOCK_REALTIME)
