"""What the program may tell its helper, and nothing else: mouse, key, text, capture, stop. Pure, strict.

    frame   length u32 (of what follows) ‖ kind u8 ‖ body; integers big-endian
    1 HELLO    token[32] purpose u8 (1 hands, 2 eyes, 3 watch)        first on each pipe
    2 MOVE     x i32, y i32        pixels from the virtual desktop's corner
    3 BUTTON   button u8, is_pressed u8
    4 WHEEL    dx i16, dy i16
    5 KEY      is_pressed u8, code (UTF-8, the rest)
    6 TEXT     text (UTF-8, the rest)
    7 CAPTURE  x i32, y i32, width u16, height u16     Windows' own coordinates
    8 RELEASE                      lifts everything held, now; has no answer
    9 STOP                         the helper ends; has no answer
    129 DONE · 130 REFUSED sentence (UTF-8, the rest) · 131 PICTURE count u16 ‖ count x (x y width height u16) ‖ pixels

All but RELEASE and STOP are answered once, in order; the pixels are the rectangles' rows one after another, BGRX.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, field

HANDS, EYES, WATCH = 1, 2, 3
TOKEN_BYTES = 32
MOST_REQUEST = 8_192
MOST_SIDE, MOST_RECTS = 16_384, 4_096
MOST_REPLY = 140_000_000  # a picture of 7680x4320
SENTENCE_BYTES = 2_000


class WireError(Exception):
    """The other end of a pipe said what is not in the table: the pipe is closed."""


@dataclass(frozen=True)
class Hello:
    token: bytes = field(repr=False)
    purpose: int


@dataclass(frozen=True)
class Move:
    x: int
    y: int


@dataclass(frozen=True)
class Button:
    button: int
    is_pressed: bool


@dataclass(frozen=True)
class Wheel:
    dx: int
    dy: int


@dataclass(frozen=True)
class Key:
    is_pressed: bool
    code: str


@dataclass(frozen=True)
class Text:
    text: str


@dataclass(frozen=True)
class Capture:
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Release:
    pass


@dataclass(frozen=True)
class Stop:
    pass


@dataclass(frozen=True)
class Done:
    pass


@dataclass(frozen=True)
class Refused:
    sentence: str


@dataclass(frozen=True)
class Picture:
    """`rects` are (x, y, width, height) inside the captured area."""

    rects: tuple[tuple[int, int, int, int], ...]
    pixels: bytes = field(repr=False)


Request = Hello | Move | Button | Wheel | Key | Text | Capture | Release | Stop
Reply = Done | Refused | Picture
Message = Request | Reply

REQUEST_KINDS = frozenset(range(1, 10))
REPLY_KINDS = frozenset({129, 130, 131})
_FIXED: dict[int, tuple[type, str]] = {
    2: (Move, ">ii"),
    3: (Button, ">BB"),
    4: (Wheel, ">hh"),
    7: (Capture, ">iiHH"),
    8: (Release, ">"),
    9: (Stop, ">"),
    129: (Done, ">"),
}
_KIND_OF = {cls: (kind, layout) for kind, (cls, layout) in _FIXED.items()}
_RECT = struct.Struct(">HHHH")


def encode(message: Message) -> bytes:
    """One frame. Raises ValueError or struct.error for values that do not fit: our own mistake."""
    match message:
        case Hello():
            kind, body = 1, message.token + bytes((message.purpose,))
        case Key():
            kind, body = 5, bytes((message.is_pressed,)) + message.code.encode()
        case Text():
            kind, body = 6, message.text.encode()
        case Refused():
            kind, body = 130, message.sentence.encode()[:SENTENCE_BYTES].decode("utf-8", "ignore").encode()
        case Picture():
            head = struct.pack(">H", len(message.rects)) + b"".join(_RECT.pack(*rect) for rect in message.rects)
            kind, body = 131, head + message.pixels
        case _:
            kind, layout = _KIND_OF[type(message)]
            body = struct.pack(layout, *vars(message).values())
    most = MOST_REPLY if kind in REPLY_KINDS else MOST_REQUEST
    if len(body) >= most:
        raise ValueError(f"a frame of {len(body)} bytes is too long")
    return struct.pack(">IB", len(body) + 1, kind) + body


class Reader:
    """Cuts a stream into messages of one direction; any cut gives the same messages."""

    def __init__(self, kinds: frozenset[int]) -> None:
        """`kinds`: REQUEST_KINDS at the helper, REPLY_KINDS at the program."""
        self._kinds = kinds
        self._most = MOST_REPLY if kinds is REPLY_KINDS else MOST_REQUEST
        self._data = bytearray()

    def feed(self, data: bytes) -> list[Message]:
        """The messages that are complete now. Raises WireError, judging each head before its body has come."""
        self._data += data
        found: list[Message] = []
        while len(self._data) >= 5:
            length, kind = struct.unpack_from(">IB", self._data)
            if kind not in self._kinds or not 0 < length <= self._most:
                raise WireError(f"kind {kind} of {length} bytes")
            if len(self._data) < 4 + length:
                break
            body = bytes(self._data[5 : 4 + length])
            del self._data[: 4 + length]
            found.append(_decode(kind, body))
        return found


def _decode(kind: int, body: bytes) -> Message:
    try:
        return _VARIABLE[kind](body) if kind in _VARIABLE else _fixed(kind, body)
    except (UnicodeDecodeError, struct.error, IndexError) as error:
        raise WireError(f"kind {kind}: {error}") from None


def _fixed(kind: int, body: bytes) -> Message:
    cls, layout = _FIXED[kind]
    values = struct.unpack(layout, body)
    if cls is Button:
        return Button(values[0], _yes_or_no(values[1]))
    if cls is Capture and not (0 < values[2] <= MOST_SIDE and 0 < values[3] <= MOST_SIDE):
        raise WireError("an empty or endless picture")
    made: Message = cls(*values)
    return made


def _yes_or_no(byte: int) -> bool:
    if byte > 1:
        raise WireError("a yes-or-no that is neither")
    return byte == 1


def _hello(body: bytes) -> Hello:
    if len(body) != TOKEN_BYTES + 1 or body[-1] not in (HANDS, EYES, WATCH):
        raise WireError("a malformed greeting")
    return Hello(body[:TOKEN_BYTES], body[-1])


def _picture(body: bytes) -> Picture:
    (count,) = struct.unpack_from(">H", body)
    end = 2 + count * _RECT.size
    if count > MOST_RECTS or len(body) < end:
        raise WireError("a picture with too many parts")
    rects = tuple(_RECT.iter_unpack(body[2:end]))
    if sum(width * height * 4 for _x, _y, width, height in rects) != len(body) - end:
        raise WireError("a picture with pixels too many or too few")
    return Picture(rects, body[end:])


_VARIABLE: dict[int, Callable[[bytes], Message]] = {
    1: _hello,
    5: lambda body: Key(_yes_or_no(body[0]), body[1:].decode()),
    6: lambda body: Text(body.decode()),
    130: lambda body: Refused(body.decode()),
    131: _picture,
}
