"""Desktop duplication against COM objects made here: Wine has none, and the method numbers are ours to get right.

The objects count their references; each test ends with none left.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from ctypes import c_ulong, c_void_p, cast, wintypes
from typing import Any

import pytest

from beistand.host.platform.windows.com import Com
from beistand.host.platform.windows.duplication import (
    ACCESS_LOST,
    WAIT_TIMEOUT,
    DuplicationCapture,
    FrameInfo,
    Mapped,
    MoveRect,
)
from beistand.host.ports import PlatformError, Rect

WIDTH, HEIGHT, PITCH = 64, 32, 512
_METHOD = ctypes.WINFUNCTYPE(c_ulong, *[c_void_p] * 9)


class Fake:
    """A COM object whose methods are Python functions by their number; arguments arrive as plain numbers."""

    def __init__(self, methods: dict[int, Callable[..., int]]) -> None:
        self.references = 1
        all_ = {1: self._add, 2: self._release, **methods}
        self._kept = [_METHOD(self._wrap(all_.get(i))) for i in range(50)]
        self._table = (c_void_p * 50)(*[cast(one, c_void_p) for one in self._kept])
        self._object = (c_void_p * 1)(cast(self._table, c_void_p))
        self.address = ctypes.addressof(self._object)

    @property
    def com(self) -> Com:
        return Com(c_void_p(self.address))

    def _wrap(self, method: Callable[..., int] | None) -> Callable[..., int]:
        def call(_this: int, *arguments: int | None) -> int:
            return method(*[one or 0 for one in arguments]) if method else 0x80004001

        return call

    def _add(self, *_rest: int) -> int:
        self.references += 1
        return self.references

    def _release(self, *_rest: int) -> int:
        self.references -= 1
        return self.references


def write(at: int, value: int) -> None:
    c_void_p.from_address(at).value = value


class Card:
    """A graphics card that shows pictures one after the other."""

    def __init__(self) -> None:
        self.frames: list[tuple[int, list[Any], list[Any]] | int] = []  # what `acquire` finds
        self.now: tuple[int, list[Any], list[Any]] = (0, [], [])
        self.copied: list[tuple[int, int, int, int]] = []
        self.log: list[str] = []
        self.memory = ctypes.create_string_buffer(PITCH * HEIGHT)
        self.staging, self.texture = Fake({}), Fake({})
        self.texture.references = 0
        self.resource = Fake({0: self.query})
        self.resource.references = 0
        self.duplication = Fake({8: self.acquire, 9: self.dirty, 10: self.moves, 14: self.release_frame})
        self.device = Fake({5: self.create_texture})
        self.context = Fake({14: self.map, 15: self.unmap, 46: self.copy})

    def query(self, _interface: int, out: int, *_rest: int) -> int:
        self.texture.references += 1
        write(out, self.texture.address)
        return 0

    def create_texture(self, _description: int, _data: int, out: int, *_rest: int) -> int:
        write(out, self.staging.address)
        return 0

    def acquire(self, _milliseconds: int, info: int, out: int, *_rest: int) -> int:
        self.log.append("acquire")
        found = self.frames.pop(0) if self.frames else WAIT_TIMEOUT
        if isinstance(found, int):
            return found
        self.now = found
        about = FrameInfo.from_address(info)
        about.LastPresentTime, about.TotalMetadataBufferSize = found[0], 1_000
        self.resource.references += 1
        write(out, self.resource.address)
        return 0

    def moves(self, _size: int, out: int, used: int, *_rest: int) -> int:
        return self._fill(MoveRect, self.now[1], out, used)

    def dirty(self, _size: int, out: int, used: int, *_rest: int) -> int:
        return self._fill(wintypes.RECT, self.now[2], out, used)

    def _fill(self, kind: type[ctypes.Structure], entries: list[Any], out: int, used: int) -> int:
        row = (kind * max(1, len(entries)))(*entries)
        ctypes.memmove(out, row, ctypes.sizeof(kind) * len(entries))
        wintypes.DWORD.from_address(used).value = ctypes.sizeof(kind) * len(entries)
        return 0

    def release_frame(self, *_rest: int) -> int:
        self.log.append("release")
        return 0

    def map(self, _resource: int, _sub: int, kind: int, _flags: int, out: int, *_rest: int) -> int:
        assert kind == 1
        self.log.append("map")
        mapped = Mapped.from_address(out)
        mapped.pData, mapped.RowPitch = ctypes.addressof(self.memory), PITCH
        return 0

    def unmap(self, *_rest: int) -> int:
        self.log.append("unmap")
        return 0

    def copy(self, target: int, _sub: int, x: int, y: int, _z: int, source: int, _sub2: int, box: int, *_r: int) -> int:
        assert (target, source) == (self.staging.address, self.texture.address)
        left, top, front, right, bottom, back = (wintypes.DWORD * 6).from_address(box)
        assert (left, top, front, back) == (x & 0xFFFFFFFF, y & 0xFFFFFFFF, 0, 1)
        self.copied.append((left, top, right - left, bottom - top))
        return 0

    def capture(self) -> DuplicationCapture:
        return DuplicationCapture(self.duplication.com, self.device.com, self.context.com, Rect(100, 50, WIDTH, HEIGHT))

    def is_given_back(self) -> bool:
        all_ = (self.staging, self.texture, self.resource, self.duplication, self.device, self.context)
        return all(one.references == 0 for one in all_)


WHOLE = [Rect(0, 0, WIDTH, HEIGHT)]


def test_the_first_frame_is_whole_and_later_ones_copy_what_changed() -> None:
    card = Card()
    moved = MoveRect(wintypes.POINT(0, 0), wintypes.RECT(8, 8, 16, 12))
    card.frames = [(1, [], []), (2, [moved], [wintypes.RECT(-5, 30, 10, 99)])]
    capture = card.capture()
    assert capture.wait(0.1)
    assert capture.take() == WHOLE
    assert (capture.stride, len(capture.pixels)) == (PITCH, PITCH * (HEIGHT - 1) + WIDTH * 4)
    card.memory[0] = b"\x07"
    assert capture.pixels[0] == 7
    assert capture.take() == [Rect(8, 8, 8, 4), Rect(0, 30, 10, 2)]
    assert card.copied == [(0, 0, WIDTH, HEIGHT), (8, 8, 8, 4), (0, 30, 10, 2)]
    assert card.log.count("acquire") == card.log.count("release") == 2
    capture.close()
    assert card.log.count("map") == card.log.count("unmap") == 2
    assert card.is_given_back()


def test_a_pointer_that_moves_is_no_change_of_the_picture() -> None:
    card = Card()
    card.frames = [(1, [], []), (0, [], []), WAIT_TIMEOUT]
    capture = card.capture()
    assert capture.take() == WHOLE
    assert not capture.wait(0.1)
    assert capture.take() == []
    capture.close()
    assert card.is_given_back()


def test_a_duplication_that_is_taken_away_is_told() -> None:
    card = Card()
    card.frames = [(1, [], []), ACCESS_LOST]
    capture = card.capture()
    capture.take()
    with pytest.raises(PlatformError, match="0x887A0026"):
        capture.wait(0.1)
    capture.close()
    assert card.is_given_back()
