"""The pure engine of one end: frames, handshake, replay, channel and messages (docs/protocol.md section 8).

Bytes go in, events come out; `send` gives the bytes to write. No I/O, no clock; randomness is an argument.
"""

from __future__ import annotations

from dataclasses import dataclass

from beistand.protocol import wire
from beistand.protocol.e2e import messages
from beistand.protocol.e2e.channel import Opener, Sealer
from beistand.protocol.e2e.handshake import CustomerHandshake, Ident, Kem, Random, TechnicianHandshake
from beistand.protocol.e2e.keys import ConfirmedKeys
from beistand.protocol.e2e.messages import HOST, TECHNICIAN, Joiner, Message
from beistand.protocol.errors import LocalError, PeerError
from beistand.protocol.replay import Replay


@dataclass(frozen=True)
class Outgoing:
    """Bytes to write to the link now."""

    data: bytes


@dataclass(frozen=True)
class Confirmed:
    """Both proofs hold. `peer_info`: the technician's ident for the customer, the program's info for the technician.

    `share`: for the customer, the technician's PAKE share, which the ident's signature must cover.
    """

    peer_info: bytes
    share: bytes = b""


@dataclass(frozen=True)
class Attempt:
    """The technician's proof is about to leave: one guess is used up, whatever comes back."""


@dataclass(frozen=True)
class Got:
    """A message of the other end, in order."""

    message: Message


Event = Outgoing | Confirmed | Attempt | Got


class _Peer:
    """What both roles share once the keys are confirmed."""

    _me = ""
    _other = ""

    def __init__(self) -> None:
        self._reader = wire.FrameReader()
        self._replay = Replay()
        self._sealer: Sealer | None = None
        self._opener: Opener | None = None
        self._joiner = Joiner(self._other)
        self._is_broken = False
        self.exporter = b""

    @property
    def is_confirmed(self) -> bool:
        """Whether messages may flow."""
        return self._sealer is not None

    @property
    def is_full(self) -> bool:
        """Whether so much is unacknowledged that pictures must wait."""
        return self._replay.is_full

    @property
    def is_waiting(self) -> bool:
        """Whether the other end has yet to say, after a re-join, what it has."""
        return self._replay.is_waiting

    def _confirm(self, keys: ConfirmedKeys, out: bytes, into: bytes) -> None:
        self._sealer, self._opener, self.exporter = Sealer(out), Opener(into), keys.exporter

    def send(self, message: Message) -> bytes:
        """The bytes of a message, to be written in the order of the calls. LocalError before `Confirmed`."""
        if self._sealer is None:
            raise LocalError("no message may be sent before the keys are confirmed")
        if messages.TABLE[messages._KIND_OF[type(message)]][2] not in (self._me, messages.BOTH):
            raise LocalError(f"{type(message).__name__} is not ours to send")
        out = b""
        for channel, piece in messages.split(message):
            frame = self._replay.send(self._sealer.seal(channel, piece))
            if not self._replay.is_waiting:  # else it leaves with everything else that is sent again
                out += wire.encode(frame)
        return out

    def receive(self, data: bytes) -> list[Event]:
        """Takes stream bytes, any cut. A PeerError is the end of the stream: nothing is accepted afterwards."""
        if self._is_broken:
            raise PeerError("broken", "The session was already ended because of an error.")
        if self._replay.is_waiting:
            if data[: wire.HEADER_BYTES] != wire.RESUME_HEADER:
                return []  # under way before the re-join (perhaps the middle of a record): it comes again
            self._reader = wire.FrameReader()
        events: list[Event] = []
        try:
            for frame in self._reader.feed(data):
                events += self._frame(frame)
        except PeerError:
            self._is_broken = True
            raise
        return events

    def _frame(self, frame: wire.Frame) -> list[Event]:
        if frame.kind == wire.HANDSHAKE:
            if self.is_confirmed:
                raise PeerError("handshake", "The other end began a second handshake.")
            return self._handshake(frame.body[0], frame.body[1:])
        if self._opener is None:
            raise PeerError("handshake", "The other end sent data before the handshake was over.")
        received = self._replay.receive(frame)
        events: list[Event] = []
        if received.reply:
            events.append(Outgoing(b"".join(wire.encode(f) for f in received.reply)))
        for record in received.records:
            message = self._joiner.add(*self._opener.open(record))
            if message is not None:
                events.append(Got(message))
        return events

    def _handshake(self, index: int, body: bytes) -> list[Event]:
        raise NotImplementedError  # each role has its own

    def flush(self) -> bytes:
        """The acknowledgement that is due, or nothing. To be asked at most 50 ms after `receive`."""
        ack = self._replay.flush_ack()
        return wire.encode(ack) if ack else b""

    def link_lost(self) -> None:
        """The link is gone: forget a half-received frame."""
        self._reader = wire.FrameReader()

    def resume(self) -> bytes:
        """What to write first on a new link."""
        self._reader = wire.FrameReader()
        return wire.encode(self._replay.resume())


def _handshake_frame(index: int, body: bytes) -> Outgoing:
    return Outgoing(wire.encode(wire.Frame(wire.HANDSHAKE, bytes((index,)) + body)))


class CustomerPeer(_Peer):
    """The host's end. One peer per typed number: a wrong number needs a new peer and a new join."""

    _me, _other = HOST, TECHNICIAN

    def __init__(self, secret: str, ci: bytes, info: bytes, random: Random, kem: Kem | None = None) -> None:
        super().__init__()
        self._hand = CustomerHandshake(secret, ci, info, random, kem)

    def start(self) -> bytes:
        """m0, to be written when the other end is there."""
        return _handshake_frame(0, self._hand.start()).data

    def _handshake(self, index: int, body: bytes) -> list[Event]:
        if index == 1:
            return [_handshake_frame(2, self._hand.on_m1(body))]
        if index != 3:
            raise PeerError("handshake", "A handshake message came out of order.")
        m4 = self._hand.on_m3(body)
        keys = self._hand.keys
        if keys is None:
            raise LocalError("a verified proof gave no keys")
        self._confirm(keys, keys.customer_to_technician, keys.technician_to_customer)
        return [_handshake_frame(4, m4), Confirmed(self._hand.ident, self._hand.technician_share)]


class TechnicianPeer(_Peer):
    """The console's end. One peer per joined customer."""

    _me, _other = TECHNICIAN, HOST

    def __init__(self, secret: str, ci: bytes, ident: Ident, random: Random, kem: Kem | None = None) -> None:
        super().__init__()
        self._hand = TechnicianHandshake(secret, ci, ident, random, kem)

    def _handshake(self, index: int, body: bytes) -> list[Event]:
        if index == 0:
            return [_handshake_frame(1, self._hand.on_m0(body))]
        if index == 2:
            return [Attempt(), _handshake_frame(3, self._hand.on_m2(body))]
        if index != 4:
            raise PeerError("handshake", "A handshake message came out of order.")
        self._hand.on_m4(body)
        keys = self._hand.keys
        if keys is None:
            raise LocalError("a verified proof gave no keys")
        self._confirm(keys, keys.technician_to_customer, keys.customer_to_technician)
        return [Confirmed(self._hand.info2)]
