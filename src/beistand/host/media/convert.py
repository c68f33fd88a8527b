"""BGRX pixels to planar Y'CbCr of BT.709 by swscale: damaged rows only, into planes that are kept.

Full range where the browser takes it (Codec.is_full): 256 greys stay 256 greys, so text is exact to the pixel; limited
range, which has 219 of them, is what a decoder assumes that is not told by the codec's string. Rows are converted in
strips of 64, so that one context serves every damage; a whole picture of 1920 x 1080 takes 3.9 ms (SWS_ACCURATE_RND
would double that and change no sample by more than one).
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from ctypes import POINTER, c_double, c_int, c_ssize_t, c_void_p

from beistand.host.media import libraries
from beistand.host.media.vpx import Plane
from beistand.host.ports import Rect

STRIP = 64  # rows; even, because 4:2:0 halves them, and one block of damage.py high
_BT_709 = 1  # SWS_CS_ITU709
_POINT, _AREA, _FULL_CHROMA_IN = 0x10, 0x20, 0x2000
_Pointers = c_void_p * 4
_Strides = c_int * 4


class _Buffer(ctypes.Structure):
    """`Py_buffer`: the way to a read-only memoryview's address without copying it."""

    _fields_ = (
        ("buf", c_void_p),
        ("obj", ctypes.py_object),
        ("len", c_ssize_t),
        ("itemsize", c_ssize_t),
        ("readonly", c_int),
        ("ndim", c_int),
        ("format", ctypes.c_char_p),
        ("shape", c_void_p),
        ("strides", c_void_p),
        ("suboffsets", c_void_p),
        ("internal", c_void_p),
    )


Strip = tuple[bytes, ...]  # the rows of one strip, each plane with its padding
Pair = tuple[Strip, Strip]  # one strip before and after it was renewed


class Planes:
    """Three planes of 8 bit samples; 4:4:4 keeps the chroma's size, 4:2:0 halves it (rounded up)."""

    def __init__(self, width: int, height: int, is_444: bool) -> None:
        shift = 0 if is_444 else 1
        self.shifts = (0, shift, shift)
        self.sizes = [(width, height)] + [((width + shift) >> shift, (height + shift) >> shift)] * 2
        self.strides = [-(-columns // 64) * 64 for columns, _ in self.sizes]
        self._memory = [
            ctypes.create_string_buffer(stride * (rows + STRIP) + 64)
            for stride, (_, rows) in zip(self.strides, self.sizes, strict=True)
        ]
        self.planes = [
            Plane(-(-ctypes.addressof(memory) // 64) * 64, stride)
            for memory, stride in zip(self._memory, self.strides, strict=True)
        ]

    def rows(self, index: int) -> bytes:
        """The plane's samples without padding, row by row."""
        plane, (width, height) = self.planes[index], self.sizes[index]
        return b"".join(ctypes.string_at(plane.address + row * plane.stride, width) for row in range(height))

    def strip(self, top: int) -> Strip:
        """A copy of the strip that begins with this row of the picture."""
        return tuple(
            ctypes.string_at(plane.address + (top >> shift) * plane.stride, (STRIP >> shift) * plane.stride)
            for plane, shift in zip(self.planes, self.shifts, strict=True)
        )

    def differing(self, pair: Pair) -> set[int]:
        """The columns of blocks (64 px wide) in which a strip changed."""
        found: set[int] = set()
        for before, after, stride, shift, size in zip(*pair, self.strides, self.shifts, self.sizes, strict=True):
            if before == after:
                continue
            side, width = STRIP >> shift, size[0]
            for row in range(0, len(before), stride):
                end = row + width  # what stands behind it is the converter's own
                if before[row:end] == after[row:end]:
                    continue
                found.update(
                    column
                    for column, at in enumerate(range(row, end, side))
                    if column not in found and before[at : min(at + side, end)] != after[at : min(at + side, end)]
                )
        return found

    def changed(self, pair: Pair, column: int) -> Rect | None:
        """The pixels of a block (of the picture's width) that a strip's renewal changed; `y` counts from the strip."""
        boxes = []
        for before, after, stride, shift, size in zip(*pair, self.strides, self.shifts, self.sizes, strict=True):
            first, rows, differing = column * (STRIP >> shift), [], 0
            side = min(STRIP >> shift, size[0] - first)
            for row, at in enumerate(range(first, len(before), stride)):
                old, new = before[at : at + side], after[at : at + side]
                if old != new:
                    rows.append(row)
                    differing |= int.from_bytes(old, "big") ^ int.from_bytes(new, "big")
            if rows:
                left = side - (differing.bit_length() + 7) // 8
                right = side - ((differing & -differing).bit_length() - 1) // 8
                boxes.append([edge << shift for edge in (left, rows[0], right, rows[-1] + 1)])
        if not boxes:
            return None
        lefts, tops, rights, bottoms = zip(*boxes, strict=True)
        left, top, right, bottom = min(lefts), min(tops), max(rights), max(bottoms)
        return Rect(column * STRIP + left, top, right - left, bottom - top)

    def is_neutral(self, area: Rect) -> bool:
        """Whether an area of a 4:4:4 picture holds greys alone."""
        grey = b"\x80" * area.width
        return all(
            ctypes.string_at(plane.address + row * plane.stride + area.x, area.width) == grey
            for plane in self.planes[1:]
            for row in range(area.y, area.y + area.height)
        )

    def padded(self, index: int, stride: int) -> bytes:
        """The plane with `stride` bytes a row, as PyAV's frames want it."""
        plane, (width, height) = self.planes[index], self.sizes[index]
        if plane.stride == stride:
            return ctypes.string_at(plane.address, stride * height)
        rows = (ctypes.string_at(plane.address + row * plane.stride, width) for row in range(height))
        return b"".join(row.ljust(stride, b"\0")[:stride] for row in rows)


class Converter:
    """Keeps the planes of one picture size and renews the rows it is told to."""

    def __init__(self, width: int, height: int, is_444: bool, is_full: bool = False) -> None:
        """`is_full`: full range instead of limited. Raises LibraryMissingError if swscale does not know it."""
        self._scale, self._util = libraries.load("swscale"), libraries.load("avutil")
        self._width, self._height, self._is_444, self._is_full = width, height, is_444, is_full
        self._contexts: dict[int, c_void_p] = {}
        self.planes = Planes(width, height, is_444)
        self._declare()

    def _declare(self) -> None:
        scale = self._scale
        self._util.av_get_pix_fmt.argtypes, self._util.av_get_pix_fmt.restype = [ctypes.c_char_p], c_int
        scale.sws_getContext.argtypes = [c_int] * 7 + [c_void_p, c_void_p, POINTER(c_double)]
        scale.sws_getContext.restype = c_void_p
        scale.sws_getCoefficients.argtypes, scale.sws_getCoefficients.restype = [c_int], c_void_p
        scale.sws_setColorspaceDetails.argtypes = [c_void_p, c_void_p, c_int, c_void_p, c_int, c_int, c_int, c_int]
        scale.sws_scale.argtypes = [c_void_p, _Pointers, _Strides, c_int, c_int, _Pointers, _Strides]
        scale.sws_freeContext.argtypes, scale.sws_freeContext.restype = [c_void_p], None

    def _context(self, rows: int) -> c_void_p:
        """The context for a strip of so many rows: the usual 64, and one for the picture's last rows."""
        if rows not in self._contexts:
            width = self._width
            source, target = (
                self._util.av_get_pix_fmt(name) for name in (b"bgr0", b"yuv444p" if self._is_444 else b"yuv420p")
            )
            flags = (_POINT if self._is_444 else _AREA) | _FULL_CHROMA_IN
            context = self._scale.sws_getContext(width, rows, source, width, rows, target, flags, None, None, None)
            if not context:
                raise libraries.LibraryMissingError("swscale does not know this conversion; reinstall the package av.")
            table = self._scale.sws_getCoefficients(_BT_709)
            self._scale.sws_setColorspaceDetails(context, table, 1, table, int(self._is_full), 0, 1 << 16, 1 << 16)
            self._contexts[rows] = c_void_p(context)
        return self._contexts[rows]

    def convert(
        self, pixels: memoryview, stride: int, spans: Sequence[tuple[int, int]], compares: bool = False
    ) -> dict[int, Pair]:
        """Renews the rows of `spans` (first, end) of `pixels`, BGRX with `stride` bytes a row.

        If it `compares`, the answer holds each strip that has changed, by its number.
        """
        changed: dict[int, Pair] = {}
        if len(pixels) * pixels.itemsize < stride * (self._height - 1) + self._width * 4:
            raise ValueError("The captured picture is smaller than its size says.")
        view = _Buffer()
        ctypes.pythonapi.PyObject_GetBuffer(ctypes.py_object(pixels), ctypes.byref(view), 0)
        try:
            for first, end in spans:
                for top in range(first // STRIP * STRIP, min(end, self._height), STRIP):
                    before = self.planes.strip(top) if compares else ()
                    self._convert_strip(view.buf + top * stride, stride, top)
                    after = self.planes.strip(top) if compares else ()
                    if before != after:
                        changed[top // STRIP] = changed.get(top // STRIP, (before, after))[0], after
        finally:
            ctypes.pythonapi.PyBuffer_Release(ctypes.byref(view))
        return changed

    def _convert_strip(self, source: int, stride: int, top: int) -> None:
        rows = min(STRIP, self._height - top)
        planes = self.planes
        targets = [p.address + (top >> s) * p.stride for p, s in zip(planes.planes, planes.shifts, strict=True)]
        self._scale.sws_scale(
            self._context(rows), _Pointers(source), _Strides(stride), 0, rows,
            _Pointers(*targets), _Strides(*self.planes.strides),
        )  # fmt: skip

    def close(self) -> None:
        """Frees the contexts; may be called twice."""
        while self._contexts:
            self._scale.sws_freeContext(self._contexts.popitem()[1])
