"""The helper as the session uses it: an `InputSink` and a `Capture` whose work is done at the other end of a pipe."""

from __future__ import annotations

import sys

assert sys.platform == "win32"

import ctypes
import threading
from collections.abc import Sequence
from typing import Protocol

from beistand.host.platform.windows import desktop
from beistand.host.platform.windows.elevation import wire
from beistand.host.platform.windows.monitors import origin
from beistand.host.platform.windows.owners import focused_owner, window_owner_at
from beistand.host.platform.windows.situations import Situation
from beistand.host.ports import PlatformError, Rect

_BYTES_A_PIXEL = 4
_GONE = "The helper with an administrator's rights is gone."


class Stream(Protocol):
    """`pipes.Pipe`, as far as it is used here."""

    def read(self) -> bytes: ...
    def write(self, data: bytes) -> None: ...
    def close(self) -> None: ...


class Line:
    """Questions and answers over one pipe, in order; `tell` needs no answer and overtakes a question under way."""

    def __init__(self, stream: Stream, token: bytes, purpose: int) -> None:
        """Greets. Raises OSError if the helper does not take the greeting."""
        self._stream = stream
        self._reader = wire.Reader(wire.REPLY_KINDS)
        self._asking, self._writing = threading.Lock(), threading.Lock()
        try:
            self.ask(wire.Hello(token, purpose))
        except PlatformError as error:
            stream.close()
            raise OSError(str(error)) from None

    def ask(self, request: wire.Request) -> wire.Message:
        """The answer. Raises PlatformError with the helper's sentence, or if it is gone."""
        with self._asking:
            self.tell(request)
            try:
                while data := self._stream.read():
                    for reply in self._reader.feed(data):
                        if isinstance(reply, wire.Refused):
                            raise PlatformError(reply.sentence)
                        return reply
            except (OSError, wire.WireError):
                pass
            raise PlatformError(_GONE)

    def tell(self, request: wire.Request) -> None:
        """Raises PlatformError if the helper is gone."""
        try:
            with self._writing:
                self._stream.write(wire.encode(request))
        except OSError:
            raise PlatformError(_GONE) from None

    def wait_for_end(self) -> None:
        """Returns once the other end is gone; for the pipe on which nothing is asked."""
        try:
            while self._stream.read():
                pass
        except OSError:
            return

    def close(self) -> None:
        self._stream.close()


class FarInput:
    """An `InputSink`. What lies under a point is asked here; while UAC's own desktop is shown nothing of ours is."""

    def __init__(self, hands: Line) -> None:
        self._hands = hands

    def move(self, x: int, y: int) -> None:
        self._hands.ask(wire.Move(x, y))

    def button(self, button: int, is_pressed: bool) -> None:
        self._hands.ask(wire.Button(button, is_pressed))

    def wheel(self, dx: int, dy: int) -> None:
        self._hands.ask(wire.Wheel(dx, dy))

    def text(self, text: str) -> None:
        self._hands.ask(wire.Text(text))

    def key(self, code: str, is_pressed: bool) -> None:
        self._hands.ask(wire.Key(is_pressed, code))

    def release_all(self) -> None:
        """Never raises: a helper that is gone has lifted everything before it went."""
        try:
            self._hands.tell(wire.Release())
        except PlatformError:
            return

    def window_owner_at(self, x: int, y: int) -> int | None:
        if desktop.now() is not Situation.OPEN:
            return None
        left, top = origin()
        return window_owner_at(x + left, y + top)

    def focused_owner(self) -> int | None:
        return focused_owner() if desktop.now() is Situation.OPEN else None

    def close(self) -> None:
        self.release_all()


class FarCapture:
    """A `Capture` of one area: the helper sends what changed, the whole picture is kept here."""

    name = "helper"
    waits_for_changes = False

    def __init__(self, eyes: Line, area: Rect) -> None:
        self._eyes, self._area = eyes, area
        self._pixels = bytearray(area.width * area.height * _BYTES_A_PIXEL)

    def take(self) -> Sequence[Rect]:
        """Raises PlatformError if there is no picture now."""
        area = self._area
        reply = self._eyes.ask(wire.Capture(area.x, area.y, area.width, area.height))
        if not isinstance(reply, wire.Picture):
            raise PlatformError(_GONE)
        at = 0
        for x, y, width, height in reply.rects:
            if x + width > area.width or y + height > area.height:
                raise PlatformError(_GONE)
            for row in range(y, y + height):
                place = (row * area.width + x) * _BYTES_A_PIXEL
                count = width * _BYTES_A_PIXEL
                self._pixels[place : place + count] = reply.pixels[at : at + count]
                at += count
        return [Rect(*rect) for rect in reply.rects]

    @property
    def pixels(self) -> memoryview:
        """BGRX, of ctypes' own type, because the coder asks for its address."""
        return memoryview((ctypes.c_ubyte * len(self._pixels)).from_buffer(self._pixels)).cast("B")

    @property
    def stride(self) -> int:
        return self._area.width * _BYTES_A_PIXEL

    def wait(self, timeout_seconds: float) -> bool:
        """It cannot wait for a change."""
        raise NotImplementedError

    def close(self) -> None:
        """The pipe goes on: the next area uses it again."""
