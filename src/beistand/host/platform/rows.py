"""What changed between two pictures of the same size, by comparing their rows. Pure but for reading memory.

GDI tells nothing about what changed, so the adapter keeps the last picture. One rectangle for each strip of 64 rows:
the encoder works in blocks of 64 anyway (media/damage.py). A still picture of 1920x1080 costs one comparison a strip.
"""

from __future__ import annotations

from collections.abc import Callable

from beistand.host.ports import Rect

STRIP = 64  # rows
BLOCK = 64  # columns that are told apart
_BYTES_A_PIXEL = 4

#: Like C's memcmp: addresses of two places and a number of bytes; 0 means equal.
Compare = Callable[[int, int, int], int]


def changed(old: int, new: int, width: int, height: int, compare: Compare) -> list[Rect]:
    """The changed rectangles, from top to bottom; `old` and `new` are addresses of `width * height` 4-byte pixels."""
    stride = width * _BYTES_A_PIXEL
    found = []
    for top in range(0, height, STRIP):
        rows = min(STRIP, height - top)
        at = top * stride
        if compare(old + at, new + at, rows * stride):
            found.append(_strip(old, new, width, range(top, top + rows), compare))
    return found


def _strip(old: int, new: int, width: int, rows: range, compare: Compare) -> Rect:
    """The smallest rectangle (columns in whole blocks) around what differs in a strip that differs somewhere."""
    stride = width * _BYTES_A_PIXEL
    blocks = -(-width // BLOCK)
    left, right = blocks, 0  # what is known to differ so far, in blocks
    top = bottom = -1
    for row in rows:
        at = row * stride
        if not compare(old + at, new + at, stride):
            continue
        top, bottom = (row if top < 0 else top), row
        left = _first_differing(old + at, new + at, left, stride, compare)
        right = _last_differing(old + at, new + at, right, blocks, stride, compare)
    end = min(width, right * BLOCK)
    return Rect(left * BLOCK, top, end - left * BLOCK, bottom + 1 - top)


def _first_differing(old: int, new: int, known: int, stride: int, compare: Compare) -> int:
    """The first block that differs in this row, at most `known`; the answer is known if nothing left of it differs."""
    size = BLOCK * _BYTES_A_PIXEL
    if known == 0 or not compare(old, new, min(known * size, stride)):
        return known
    low, high = 0, known  # the first `low` blocks are equal, the first `high` are not
    while high - low > 1:
        middle = (low + high) // 2
        if compare(old, new, middle * size):
            high = middle
        else:
            low = middle
    return low


def _last_differing(old: int, new: int, known: int, blocks: int, stride: int, compare: Compare) -> int:
    """One behind the last block that differs in this row, at least `known`."""
    size = BLOCK * _BYTES_A_PIXEL

    def differs_from(block: int) -> bool:
        at = block * size
        return bool(compare(old + at, new + at, stride - at))

    if known == blocks or not differs_from(known):
        return known
    low, high = known, blocks  # from `low` on something differs, from `high` on nothing
    while high - low > 1:
        middle = (low + high) // 2
        if differs_from(middle):
            low = middle
        else:
            high = middle
    return high
