"""Sequence, acknowledge, replay under the seal: a lost link loses and doubles nothing (docs/protocol.md section 4)."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from beistand.protocol.errors import LocalError, PeerError
from beistand.protocol.wire import ACK, RECORD, RESUME, Frame

KEEP_BYTES = 8 * 1024 * 1024
ACK_RECORDS = 16
ACK_BYTES = 64 * 1024
SEQ_LIMIT = 2**32


@dataclass(frozen=True)
class Received:
    """`records`: new sealed records in order; `reply`: frames to send back."""

    records: list[bytes]
    reply: list[Frame]


class Replay:
    """One end's memory of what it sent and what it has received."""

    def __init__(self) -> None:
        self._next_out = 0
        self._kept: deque[bytes] = deque()  # records [_first_kept, _next_out)
        self._first_kept = 0
        self._kept_bytes = 0
        self._next_in = 0
        self._unacked_records = 0
        self._unacked_bytes = 0
        #: After a re-join until the other end has said what it has: nothing new leaves, and only RESUME is read.
        self.is_waiting = False

    @property
    def is_full(self) -> bool:
        """Whether more must not be sent before the other end acknowledges."""
        return self._kept_bytes >= KEEP_BYTES

    @property
    def kept_bytes(self) -> int:
        """Bytes sent and not acknowledged."""
        return self._kept_bytes

    def send(self, sealed: bytes) -> Frame:
        """Numbers a sealed record and keeps it until acknowledged."""
        if self._next_out >= SEQ_LIMIT:
            raise LocalError("a session cannot send more than 2^32 records")
        frame = Frame(RECORD, self._next_out.to_bytes(4, "big") + sealed)
        self._next_out += 1
        self._kept.append(sealed)
        self._kept_bytes += len(sealed)
        return frame

    def receive(self, frame: Frame) -> Received:
        """Takes a RECORD, ACK or RESUME frame. PeerError "sequence" for a gap or an impossible acknowledgement."""
        seq = int.from_bytes(frame.body[:4], "big")
        if frame.kind == RECORD:
            return self._record(seq, frame.body[4:])
        if frame.kind == ACK:
            self._forget_below(seq)
            return Received([], [])
        if frame.kind == RESUME:
            self._forget_below(seq)
            self.is_waiting = False
            again = [
                Frame(RECORD, (self._first_kept + i).to_bytes(4, "big") + sealed) for i, sealed in enumerate(self._kept)
            ]
            return Received([], again)
        raise LocalError(f"replay does not read frames of kind {frame.kind}")

    def resume(self) -> Frame:
        """What to say first after a re-join."""
        self._unacked_records = self._unacked_bytes = 0
        self.is_waiting = True
        return Frame(RESUME, self._next_in.to_bytes(4, "big"))

    def flush_ack(self) -> Frame | None:
        """The acknowledgement that is due, if any; the driver asks at most 50 ms after a record."""
        if self._unacked_records == 0:
            return None
        self._unacked_records = self._unacked_bytes = 0
        return Frame(ACK, self._next_in.to_bytes(4, "big"))

    def _record(self, seq: int, sealed: bytes) -> Received:
        if seq < self._next_in:
            return Received([], [])  # had it already: a replay after a resume
        if seq > self._next_in:
            raise PeerError("sequence", "A part of the session was lost on the way.")
        self._next_in += 1
        self._unacked_records += 1
        self._unacked_bytes += len(sealed)
        reply: list[Frame] = []
        if self._unacked_records >= ACK_RECORDS or self._unacked_bytes >= ACK_BYTES:
            ack = self.flush_ack()
            reply = [ack] if ack else []
        return Received([sealed], reply)

    def _forget_below(self, seq: int) -> None:
        if seq > self._next_out or seq < self._first_kept:
            raise PeerError("sequence", "The other end acknowledged what it cannot have received.")
        while self._first_kept < seq:
            self._kept_bytes -= len(self._kept.popleft())
            self._first_kept += 1
