"""Stream frames: `kind u8 || length u24 || body` (docs/protocol.md section 3). Pure; does not look inside."""

from __future__ import annotations

from dataclasses import dataclass

from beistand.protocol.errors import LocalError, PeerError

HANDSHAKE = 1  # index u8 (0..4 = m0..m4) || bytes
RECORD = 2  # seq u32 || sealed record
ACK = 3  # next expected seq u32
RESUME = 4  # next expected seq u32: the first frame of each side after a re-join

HEADER_BYTES = 4
MAX_BODY = {HANDSHAKE: 8_192, RECORD: 65_600, ACK: 4, RESUME: 4}
MIN_BODY = {HANDSHAKE: 1, RECORD: 4, ACK: 4, RESUME: 4}
RESUME_HEADER = bytes((RESUME, 0, 0, MAX_BODY[RESUME]))


@dataclass(frozen=True)
class Frame:
    """One frame; `body` as described beside the kinds above."""

    kind: int
    body: bytes


def encode(frame: Frame) -> bytes:
    """The frame's bytes. LocalError if it breaks a limit."""
    if frame.kind not in MAX_BODY or not MIN_BODY[frame.kind] <= len(frame.body) <= MAX_BODY[frame.kind]:
        raise LocalError(f"a stream frame of kind {frame.kind} cannot carry {len(frame.body)} bytes")
    return bytes((frame.kind,)) + len(frame.body).to_bytes(3, "big") + frame.body


class FrameReader:
    """Cuts a stream into frames; any cut of the stream gives the same frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes | bytearray | memoryview) -> list[Frame]:
        """Takes bytes as they come. PeerError "frame" as soon as a header breaks a limit."""
        self._buffer += data
        frames: list[Frame] = []
        at = 0
        while len(self._buffer) - at >= HEADER_BYTES:
            kind = self._buffer[at]
            length = int.from_bytes(self._buffer[at + 1 : at + 4], "big")
            if kind not in MAX_BODY or not MIN_BODY[kind] <= length <= MAX_BODY[kind]:
                raise PeerError("frame", f"The other end sent a frame of kind {kind} with {length} bytes.")
            end = at + HEADER_BYTES + length
            if len(self._buffer) < end:
                break
            frames.append(Frame(kind, bytes(self._buffer[at + HEADER_BYTES : end])))
            at = end
        del self._buffer[:at]
        return frames
