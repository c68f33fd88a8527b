"""The messages of a session and their bytes (docs/protocol.md section 6). Pure, strict.

What is not in the table is wrong. Each message is a frozen dataclass whose fields carry their wire type; the
same table stands in console/protocol/messages.js.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field, fields
from typing import Any

from beistand.protocol.errors import LocalError, PeerError

CONTROL, INPUT, PICTURE, BULK = 0, 1, 2, 3
HOST, TECHNICIAN, BOTH = "host", "technician", "both"
LIMITS = {CONTROL: 65_536, INPUT: 8_192, PICTURE: 16 * 1024 * 1024, BULK: 2 * 1024 * 1024}
PIECE_BYTES = 60_000
STR_BYTES = 4_000
TEXT_BYTES = 1024 * 1024


def _wire(kind: str) -> Any:
    return field(metadata={"wire": kind})


def _list(item: type) -> Any:
    return field(metadata={"wire": "list", "item": item})


@dataclass(frozen=True)
class ConsentAsk:
    level: int = _wire("u8")
    is_chargeable: bool = _wire("bool")
    notice: str = _wire("text")
    covered_by: str = _wire("str")


@dataclass(frozen=True)
class ConsentAnswer:
    level: int = _wire("u8")
    charge: int = _wire("u8")
    notice_sha256: bytes = _wire("bytes")
    way: int = _wire("u8")


@dataclass(frozen=True)
class LevelAsk:
    level: int = _wire("u8")


@dataclass(frozen=True)
class LevelChanged:
    level: int = _wire("u8")
    by: int = _wire("u8")


@dataclass(frozen=True)
class LevelDrop:
    level: int = _wire("u8")


@dataclass(frozen=True)
class Paused:
    is_paused: bool = _wire("bool")


@dataclass(frozen=True)
class Curtain:
    is_on: bool = _wire("bool")


@dataclass(frozen=True)
class CustomerActive:
    muted_ms: int = _wire("u16")


@dataclass(frozen=True)
class Bye:
    why: int = _wire("u8")
    text: str = _wire("str")


@dataclass(frozen=True)
class Ping:
    t: int = _wire("u32")


@dataclass(frozen=True)
class Pong:
    t: int = _wire("u32")


@dataclass(frozen=True)
class MonitorInfo:
    """One entry of Monitors."""

    id: int = _wire("u8")
    x: int = _wire("i32")
    y: int = _wire("i32")
    width: int = _wire("u16")
    height: int = _wire("u16")
    scale_percent: int = _wire("u16")
    is_primary: bool = _wire("bool")
    name: str = _wire("str")


@dataclass(frozen=True)
class Monitors:
    selected: int = _wire("u8")
    monitors: tuple[MonitorInfo, ...] = _list(MonitorInfo)


@dataclass(frozen=True)
class SelectMonitor:
    id: int = _wire("u8")


@dataclass(frozen=True)
class CodecName:
    """One entry of DecoderCan."""

    codec: str = _wire("str")


@dataclass(frozen=True)
class DecoderCan:
    codecs: tuple[CodecName, ...] = _list(CodecName)


@dataclass(frozen=True)
class PictureConfig:
    codec: str = _wire("str")
    width: int = _wire("u16")
    height: int = _wire("u16")
    why: str = _wire("str")


@dataclass(frozen=True)
class KeyframeWanted:
    pass


@dataclass(frozen=True)
class FrameShown:
    frame: int = _wire("u32")
    decode_ms: int = _wire("u16")


@dataclass(frozen=True)
class CursorShape:
    shape: int = _wire("u32")
    width: int = _wire("u16")
    height: int = _wire("u16")
    hot_x: int = _wire("u16")
    hot_y: int = _wire("u16")
    rgba: bytes = _wire("bytes")


@dataclass(frozen=True)
class CursorAt:
    x: int = _wire("i32")
    y: int = _wire("i32")
    is_visible: bool = _wire("bool")
    shape: int = _wire("u32")


@dataclass(frozen=True)
class Notice:
    code: str = _wire("str")
    text: str = _wire("str")


@dataclass(frozen=True)
class Chat:
    text: str = _wire("str")


@dataclass(frozen=True)
class ChargeAsk:
    notice: str = _wire("text")


@dataclass(frozen=True)
class ChargeAnswer:
    is_yes: bool = _wire("bool")
    notice_sha256: bytes = _wire("bytes")
    way: int = _wire("u8")


@dataclass(frozen=True)
class Price:
    """The numbers in the words of the next ask; `rate_cents` is net an hour."""

    reason: str = _wire("str")
    rate_cents: int = _wire("u32")
    step_minutes: int = _wire("u16")
    minimum_minutes: int = _wire("u16")
    vat_bp: int = _wire("u16")
    is_gross: bool = _wire("bool")
    payer: str = _wire("str")
    language: str = _wire("str")
    grace_seconds: int = _wire("u16")
    rounding: str = _wire("str")
    currency: str = _wire("str")


@dataclass(frozen=True)
class PriceLater:
    """Another price of the `Price` before it: in so many seconds, at an hour as the words write it."""

    after_seconds: int = _wire("u32")
    hour: str = _wire("str")
    rate_cents: int = _wire("u32")


@dataclass(frozen=True)
class Clock:
    """What both ends show: seconds of the part that runs, and what it costs if it does."""

    total_seconds: int = _wire("u32")
    seconds: int = _wire("u32")
    is_counting: bool = _wire("bool")
    is_chargeable: bool = _wire("bool")
    has_amount: bool = _wire("bool")
    cents: int = _wire("u32")
    is_gross: bool = _wire("bool")
    vat_bp: int = _wire("u16")
    currency: str = _wire("str")


@dataclass(frozen=True)
class ChargeTold:
    """Somebody agreed to the price on the phone."""

    notice: str = _wire("text")
    said_by: str = _wire("str")


@dataclass(frozen=True)
class PointerMove:
    x: int = _wire("i32")
    y: int = _wire("i32")


@dataclass(frozen=True)
class PointerButton:
    button: int = _wire("u8")
    is_pressed: bool = _wire("bool")
    x: int = _wire("i32")
    y: int = _wire("i32")


@dataclass(frozen=True)
class Wheel:
    dx: int = _wire("i16")
    dy: int = _wire("i16")


@dataclass(frozen=True)
class Text:
    text: str = _wire("str")


@dataclass(frozen=True)
class Key:
    code: str = _wire("str")
    is_pressed: bool = _wire("bool")


@dataclass(frozen=True)
class ReleaseAll:
    pass


@dataclass(frozen=True)
class Frame:
    frame: int = _wire("u32")
    is_key: bool = _wire("bool")
    is_sharp: bool = _wire("bool")
    monitor: int = _wire("u8")
    width: int = _wire("u16")
    height: int = _wire("u16")
    damage_x: int = _wire("u16")
    damage_y: int = _wire("u16")
    damage_width: int = _wire("u16")
    damage_height: int = _wire("u16")
    t_ms: int = _wire("u32")
    data: bytes = _wire("bytes")


@dataclass(frozen=True)
class PatchArea:
    """One entry of Patch: a rectangle of the picture."""

    x: int = _wire("u16")
    y: int = _wire("u16")
    width: int = _wire("u16")
    height: int = _wire("u16")


@dataclass(frozen=True)
class Patch:
    """Pixels as they are: `data` is raw deflate of each area's red, green and blue plane, row by row."""

    frame: int = _wire("u32")
    is_sharp: bool = _wire("bool")
    monitor: int = _wire("u8")
    t_ms: int = _wire("u32")
    areas: tuple[PatchArea, ...] = _list(PatchArea)
    data: bytes = _wire("bytes")


@dataclass(frozen=True)
class Clipboard:
    text: str = _wire("text")


@dataclass(frozen=True)
class RecordAsk:
    """The technician asks to record; kept so many days, readable with this key alone."""

    days: int = _wire("u16")
    key_sha256: bytes = _wire("bytes")


@dataclass(frozen=True)
class RecordAnswer:
    is_yes: bool = _wire("bool")
    way: int = _wire("u8")


@dataclass(frozen=True)
class RecordStopped:
    pass


@dataclass(frozen=True)
class RecordStop:
    pass


@dataclass(frozen=True)
class AdministerAsk:
    """`reason` is shown to the customer as the technician's own words."""

    reason: str = _wire("str")


@dataclass(frozen=True)
class AdministerState:
    """`state`: the numbers below; `by` 0 program, 1 customer, 2 technician; `text` a code for why it failed."""

    state: int = _wire("u8")
    by: int = _wire("u8")
    text: str = _wire("str")


@dataclass(frozen=True)
class AdministerDrop:
    """Back to control."""


# AdministerState.state
ADMINISTER_SYSTEM_ASKS, ADMINISTER_ON, ADMINISTER_OFF = 1, 2, 3
ADMINISTER_DECLINED, ADMINISTER_FAILED, ADMINISTER_NOT_NEEDED = 4, 5, 6

Message = Any  # one of the dataclasses in TABLE

# kind -> (class, channel, who may send it)
TABLE: dict[int, tuple[type, int, str]] = {
    0x01: (ConsentAsk, CONTROL, TECHNICIAN),
    0x02: (ConsentAnswer, CONTROL, HOST),
    0x03: (LevelAsk, CONTROL, TECHNICIAN),
    0x04: (LevelChanged, CONTROL, HOST),
    0x05: (LevelDrop, CONTROL, TECHNICIAN),
    0x06: (Paused, CONTROL, HOST),
    0x07: (Curtain, CONTROL, HOST),
    0x08: (CustomerActive, CONTROL, HOST),
    0x09: (Bye, CONTROL, BOTH),
    0x0A: (Ping, CONTROL, BOTH),
    0x0B: (Pong, CONTROL, BOTH),
    0x0C: (Monitors, CONTROL, HOST),
    0x0D: (SelectMonitor, CONTROL, TECHNICIAN),
    0x0E: (DecoderCan, CONTROL, TECHNICIAN),
    0x0F: (PictureConfig, CONTROL, HOST),
    0x10: (KeyframeWanted, CONTROL, TECHNICIAN),
    0x11: (FrameShown, CONTROL, TECHNICIAN),
    0x12: (CursorShape, CONTROL, HOST),
    0x13: (CursorAt, CONTROL, HOST),
    0x14: (Notice, CONTROL, HOST),
    0x15: (Chat, CONTROL, BOTH),
    0x16: (ChargeAsk, CONTROL, TECHNICIAN),
    0x17: (ChargeAnswer, CONTROL, HOST),
    0x18: (Price, CONTROL, TECHNICIAN),
    0x19: (Clock, CONTROL, HOST),
    0x1A: (ChargeTold, CONTROL, TECHNICIAN),
    0x1B: (PriceLater, CONTROL, TECHNICIAN),
    0x20: (PointerMove, INPUT, TECHNICIAN),
    0x21: (PointerButton, INPUT, TECHNICIAN),
    0x22: (Wheel, INPUT, TECHNICIAN),
    0x23: (Text, INPUT, TECHNICIAN),
    0x24: (Key, INPUT, TECHNICIAN),
    0x25: (ReleaseAll, INPUT, TECHNICIAN),
    0x30: (Frame, PICTURE, HOST),
    0x31: (Patch, PICTURE, HOST),
    0x40: (Clipboard, BULK, BOTH),
    0x50: (RecordAsk, CONTROL, TECHNICIAN),
    0x51: (RecordAnswer, CONTROL, HOST),
    0x52: (RecordStopped, CONTROL, HOST),
    0x53: (RecordStop, CONTROL, TECHNICIAN),
    0x60: (AdministerAsk, CONTROL, TECHNICIAN),
    0x61: (AdministerState, CONTROL, HOST),
    0x62: (AdministerDrop, CONTROL, TECHNICIAN),
}
_KIND_OF = {cls: kind for kind, (cls, _channel, _who) in TABLE.items()}
_NUMBERS = {"u8": ">B", "u16": ">H", "u32": ">I", "u64": ">Q", "i16": ">h", "i32": ">i"}


def channel_of(message: Message) -> int:
    """The channel on which a message travels."""
    return TABLE[_KIND_OF[type(message)]][1]


def encode(message: Message) -> bytes:
    """kind || fields. LocalError for values that do not fit their type or a message over its channel's limit."""
    kind = _KIND_OF.get(type(message))
    if kind is None:
        raise LocalError(f"{type(message).__name__} is no message")
    out = bytearray((kind,))
    _put_fields(out, message)
    if len(out) > LIMITS[TABLE[kind][1]]:
        raise LocalError(f"a {type(message).__name__} of {len(out)} bytes is over its channel's limit")
    return bytes(out)


def _put_fields(out: bytearray, value: object) -> None:
    for spec in fields(value):  # type: ignore[arg-type]
        wire = spec.metadata["wire"]
        content = getattr(value, spec.name)
        if wire == "list":
            if len(content) > 255:
                raise LocalError(f"{spec.name} has more than 255 entries")
            out.append(len(content))
            for item in content:
                _put_fields(out, item)
        else:
            try:
                out += _put(wire, content)
            except (struct.error, UnicodeEncodeError) as error:
                raise LocalError(f"{spec.name} does not fit {wire}") from error


def _put(wire: str, content: Any) -> bytes:
    if wire in _NUMBERS:
        return struct.pack(_NUMBERS[wire], content)
    if wire == "bool":
        return b"\x01" if content else b"\x00"
    raw = content if wire == "bytes" else content.encode()
    limit = {"str": STR_BYTES, "text": TEXT_BYTES}.get(wire, LIMITS[PICTURE])
    if len(raw) > limit:
        raise LocalError(f"a {wire} of {len(raw)} bytes is too long")
    return bytes(len(raw).to_bytes(2 if wire == "str" else 4, "big") + raw)


class _Reader:
    """Reads typed fields from a message's bytes; a cut field is a PeerError."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 1

    def _take(self, count: int) -> bytes:
        end = self._at + count
        if end > len(self._data):
            raise _wrong("is cut")
        piece = self._data[self._at : end]
        self._at = end
        return piece

    def value(self, wire: str) -> Any:
        if wire in _NUMBERS:
            return struct.unpack(_NUMBERS[wire], self._take(struct.calcsize(_NUMBERS[wire])))[0]
        if wire == "bool":
            byte = self._take(1)[0]
            if byte > 1:
                raise _wrong("holds a yes-or-no that is neither")
            return byte == 1
        length = int.from_bytes(self._take(2 if wire == "str" else 4), "big")
        if length > {"str": STR_BYTES, "text": TEXT_BYTES}.get(wire, LIMITS[PICTURE]):
            raise _wrong("holds a text that is too long")
        raw = self._take(length)
        if wire == "bytes":
            return raw
        try:
            return raw.decode()
        except UnicodeDecodeError as error:
            raise _wrong("holds a text that is not UTF-8") from error

    def fill(self, cls: type) -> Any:
        values: dict[str, Any] = {}
        for spec in fields(cls):
            wire = spec.metadata["wire"]
            if wire == "list":
                count = self._take(1)[0]
                values[spec.name] = tuple(self.fill(spec.metadata["item"]) for _ in range(count))
            else:
                values[spec.name] = self.value(wire)
        return cls(**values)

    def finish(self) -> None:
        if self._at != len(self._data):
            raise _wrong("has bytes after its end")


def decode(channel: int, sender: str, data: bytes) -> Message:
    """Reads one message that `sender` (HOST or TECHNICIAN) sent on `channel`. PeerError "message" for anything else."""
    entry = TABLE.get(data[0]) if data else None
    if entry is None:
        raise _wrong("is of an unknown kind")
    cls, own_channel, who = entry
    if channel != own_channel or who not in (BOTH, sender):
        raise _wrong("came on the wrong way")
    reader = _Reader(data)
    message = reader.fill(cls)
    reader.finish()
    return message


def split(message: Message) -> list[tuple[int, bytes]]:
    """The pieces of a message as (channel, last u8 || piece), each at most PIECE_BYTES + 1 long."""
    data = encode(message)
    channel = channel_of(message)
    if len(data) <= PIECE_BYTES:
        return [(channel, b"\x01" + data)]
    starts = range(0, len(data), PIECE_BYTES)
    last = starts[-1]
    return [(channel, (b"\x01" if at == last else b"\x00") + data[at : at + PIECE_BYTES]) for at in starts]


class Joiner:
    """Joins pieces per channel into messages of one sender."""

    def __init__(self, sender: str) -> None:
        self._sender = sender
        self._parts: dict[int, list[bytes]] = {}
        self._sizes: dict[int, int] = {}

    def add(self, channel: int, data: bytes) -> Message | None:
        """Takes one record's data; a message when its last piece came. PeerError "message"."""
        if channel not in LIMITS or not data or data[0] > 1:
            raise _wrong("came in a malformed piece")
        parts = self._parts.setdefault(channel, [])
        size = self._sizes.get(channel, 0) + len(data) - 1
        if size > LIMITS[channel]:
            raise _wrong("is over its channel's limit")
        parts.append(data[1:])
        self._sizes[channel] = size
        if data[0] == 0:
            return None
        whole = parts[0] if len(parts) == 1 else b"".join(parts)
        self._parts[channel], self._sizes[channel] = [], 0
        return decode(channel, self._sender, whole)


def _wrong(what: str) -> PeerError:
    return PeerError("message", f"A message of the other end {what}.")
