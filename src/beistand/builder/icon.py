"""The program's icon, drawn from the mark that the pages show, in the firm's colour; and PNG pictures. Pure.

The mark is the one of the pages (`portal/templates/mark.html`, a square of 32 units): drawn here by distances, because
no program for drawing is at hand where the builder runs.
"""

from __future__ import annotations

import math
import struct
import zlib

SIZES_PX = (16, 24, 32, 48, 64, 256)
_HALF_LINE = 1.6
_CORNER = 9.0
_LINES = (((10, 8), (10, 24)), ((10, 8), (16.5, 8)), ((10, 16), (18, 16)), ((10, 24), (18, 24)))
_BOWS = ((16.5, 12.0), (18.0, 20.0))
_BOW_RADIUS = 4.0


def draw(size_px: int, colour: tuple[int, int, int]) -> bytes:
    """A PNG of the mark with a transparent surrounding."""
    rows = (b"\0" + b"".join(bytes(pixel) for pixel in row) for row in pixels(size_px, colour))
    return png(size_px, size_px, b"".join(rows))


def pixels(size_px: int, colour: tuple[int, int, int]) -> list[list[tuple[int, int, int, int]]]:
    """Rows of red, green, blue, opacity."""
    middles = [(index + 0.5) * 32 / size_px for index in range(size_px)]
    return [[_pixel(x, y, 32 / size_px, colour) for x in middles] for y in middles]


def _pixel(x: float, y: float, unit: float, colour: tuple[int, int, int]) -> tuple[int, int, int, int]:
    line = _cover(_line_distance(x, y) - _HALF_LINE, unit)
    red, green, blue = (round(c + (255 - c) * line) for c in colour)
    return red, green, blue, round(255 * _cover(_ground_distance(x, y), unit))


def _cover(distance: float, unit: float) -> float:
    """How much of a pixel lies inside; `distance` in units of the mark, negative inside."""
    return min(1.0, max(0.0, 0.5 - distance / unit))


def _ground_distance(x: float, y: float) -> float:
    dx, dy = abs(x - 16) - (16 - _CORNER), abs(y - 16) - (16 - _CORNER)
    return math.hypot(max(dx, 0.0), max(dy, 0.0)) + min(max(dx, dy), 0.0) - _CORNER


def _line_distance(x: float, y: float) -> float:
    found = []
    for (ax, ay), (bx, by) in _LINES:
        along = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2)
        along = min(1.0, max(0.0, along))
        found.append(math.hypot(x - ax - along * (bx - ax), y - ay - along * (by - ay)))
    for cx, cy in _BOWS:
        if x >= cx:
            found.append(abs(math.hypot(x - cx, y - cy) - _BOW_RADIUS))
    return min(found)


def png(width: int, height: int, rows: bytes) -> bytes:
    """A PNG of 8 bit RGBA; `rows` are its scan lines, each with a filter byte before it."""
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body
