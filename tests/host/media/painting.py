"""A screen that tests paint: text-like glyphs, gradients and noise, with the damage an X server would report."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

from beistand.host.ports import CapturedFrame, CursorShape, Monitor, Rect

WHITE, INK, BLUE, RED = (255, 255, 255), (32, 32, 32), (30, 80, 200), (220, 30, 30)


def _pixel(colour: tuple[int, int, int]) -> bytes:
    red, green, blue = colour
    return bytes((blue, green, red, 0))


class Canvas:
    """BGRX pixels and the damage since the last `take_damage`."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height, self.stride = width, height, width * 4
        self.pixels = bytearray(_pixel(WHITE) * (width * height))
        self.damage: list[Rect] = []
        source = random.Random(7)
        self._glyphs = [[source.getrandbits(6) for _ in range(10)] for _ in range(40)]

    def fill(self, rect: Rect, colour: tuple[int, int, int]) -> None:
        line = _pixel(colour) * rect.width
        for y in range(rect.y, rect.y + rect.height):
            start = y * self.stride + rect.x * 4
            self.pixels[start : start + len(line)] = line
        self.damage.append(rect)

    def glyph(self, x: int, y: int, number: int, ink: tuple[int, int, int] = INK) -> None:
        """One of 40 letters of 8 x 12 px with its paper."""
        dark, light = _pixel(ink), _pixel(WHITE)
        for row, bits in enumerate(self._glyphs[number % 40]):
            line = b"".join(dark if bits >> column & 1 else light for column in range(8))
            start = (y + row) * self.stride + x * 4
            self.pixels[start : start + 32] = line
        self.damage.append(Rect(x, y, 8, 10))

    def text(self, rect: Rect, seed: int = 1) -> None:
        """Fills the rectangle with lines of words; few different words, as in true text."""
        source = random.Random(seed)
        words = [[source.randrange(40) for _ in range(source.randrange(2, 9))] for _ in range(60)]
        for y in range(rect.y, rect.y + rect.height - 12, 18):
            x, end = rect.x, rect.x + rect.width - 80 - source.randrange(rect.width // 3)
            while x < end:
                for number in source.choice(words):
                    self.glyph(x, y, number)
                    x += 8
                x += 8
        self.damage.append(rect)

    def noise(self, rect: Rect, seed: int) -> None:
        """A frame of a moving picture: soft blobs with grain, different for each seed."""
        source = random.Random(seed)
        for y in range(rect.y, rect.y + rect.height):
            shade = bytes(
                (int(128 + 100 * ((x + y + seed * 9) % 97) / 97) + source.randrange(8)) & 255 for x in range(rect.width)
            )
            line = bytearray(rect.width * 4)
            line[0::4], line[1::4], line[2::4] = shade, shade, bytes(255 - value for value in shade)
            start = y * self.stride + rect.x * 4
            self.pixels[start : start + len(line)] = line
        self.damage.append(rect)

    def scroll(self, rect: Rect, by: int) -> None:
        """Moves the rectangle's content up by so many rows; the rows that come in repeat the first."""
        rows = []
        for y in range(rect.y, rect.y + rect.height):
            start = y * self.stride + rect.x * 4
            rows.append(bytes(self.pixels[start : start + rect.width * 4]))
        for index, y in enumerate(range(rect.y, rect.y + rect.height)):
            start = y * self.stride + rect.x * 4
            self.pixels[start : start + rect.width * 4] = rows[(index + by) % len(rows)]
        self.damage.append(rect)

    def grab(self, full: bool = False) -> CapturedFrame:
        damage = [Rect(0, 0, self.width, self.height)] if full else self.damage
        self.damage = []
        return CapturedFrame(memoryview(self.pixels), self.width, self.height, self.stride, damage)


class PaintedScreen:
    """A ScreenSource over canvases (one a monitor); `paint` calls of the test wake a waiting worker."""

    def __init__(self, *canvases: Canvas) -> None:
        self.canvases = list(canvases)
        self.selected = 0
        self.grabs = 0
        self.is_closed = False
        self.cursor = (40, 30)
        self.shape = CursorShape(1, 1, 1, 0, 0, bytes(4))
        self.error: Exception | None = None
        self._changed = threading.Condition()

    @property
    def canvas(self) -> Canvas:
        return self.canvases[self.selected]

    def paint(self, action: Callable[[Canvas], None]) -> None:
        """Paints on the selected canvas and wakes a waiting worker, which sees all of it or nothing."""
        with self._changed:
            action(self.canvas)
            self._changed.notify_all()

    def monitors(self) -> Sequence[Monitor]:
        return [
            Monitor(index, Rect(index * 10, 0, canvas.width, canvas.height), 100, index == 0, f"painted {index}")
            for index, canvas in enumerate(self.canvases)
        ]

    def select(self, monitor_id: int) -> None:
        self.selected = monitor_id

    def wait_damage(self, timeout_seconds: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: bool(self.canvas.damage), timeout_seconds)

    def grab(self, full: bool = False) -> CapturedFrame:
        if self.error is not None:
            raise self.error
        with self._changed:
            self.grabs += 1
            frame = self.canvas.grab(full)
            return replace(frame, pixels=memoryview(bytes(frame.pixels)))

    def cursor_position(self) -> tuple[int, int]:
        return self.cursor

    def remarks(self) -> list[str]:
        return []

    def cursor_shape(self, known_serial: int) -> CursorShape | None:
        return None if known_serial == self.shape.serial else self.shape

    def close(self) -> None:
        self.is_closed = True
