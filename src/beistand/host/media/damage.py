"""Which blocks of the picture changed, how sharp each one is on the other side, and which are moving pictures. Pure.

The picture is cut into blocks of 64 x 64 px, VP9's largest; the last column and row may be cut off by the edge. Blocks
are numbered row by row. Quantizers are VP9's public scale: 0 lossless to 63 coarsest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from beistand.host.ports import Rect

BLOCK = 64
CELL = 16  # one byte of a VP9 active map
_CELLS = BLOCK // CELL
SETTLED = 4  # quantizers up to this one: nobody sees a difference (52 dB)
UNKNOWN = 255  # a block the other side has never seen: coarser than any quantizer

MOVING_CHANGES = 10  # so many changes, none longer after the one before than MOVING_GAP: a moving picture
MOVING_GAP = 0.1  # seconds; people type 8 keys a second into one block, a film has 24 frames


@dataclass(frozen=True)
class Grid:
    """A picture of `width` x `height` px and its blocks."""

    width: int
    height: int

    @property
    def columns(self) -> int:
        return -(-self.width // BLOCK)

    @property
    def rows(self) -> int:
        return -(-self.height // BLOCK)

    @property
    def count(self) -> int:
        return self.columns * self.rows

    def all(self) -> frozenset[int]:
        return frozenset(range(self.count))

    def blocks(self, rects: Iterable[Rect]) -> frozenset[int]:
        """The blocks that the rectangles touch; parts outside of the picture count for nothing."""
        found: set[int] = set()
        for rect in rects:
            left, top = max(rect.x, 0), max(rect.y, 0)
            right, bottom = min(rect.x + rect.width, self.width), min(rect.y + rect.height, self.height)
            if left >= right or top >= bottom:
                continue
            first, end = left // BLOCK, (right - 1) // BLOCK + 1
            for row in range(top // BLOCK, (bottom - 1) // BLOCK + 1):
                found.update(range(row * self.columns + first, row * self.columns + end))
        return frozenset(found)

    def around(self, blocks: Iterable[int]) -> frozenset[int]:
        """The blocks and those left of and above them, whose edge pixels VP9's loop filter changes with them."""
        found: set[int] = set()
        for block in blocks:
            found.add(block)
            if block % self.columns:
                found.add(block - 1)
            if block >= self.columns:
                found.add(block - self.columns)
        return frozenset(found)

    def rect(self, block: int) -> Rect:
        """The block's pixels, cut at the picture's edge."""
        x, y = block % self.columns * BLOCK, block // self.columns * BLOCK
        return Rect(x, y, min(BLOCK, self.width - x), min(BLOCK, self.height - y))

    def within(self, area: Rect) -> Rect:
        """The part of a rectangle that lies in the picture."""
        return Rect(area.x, area.y, min(area.width, self.width - area.x), min(area.height, self.height - area.y))

    def bounds(self, blocks: Iterable[int]) -> Rect:
        """The smallest rectangle around these blocks, cut at the picture's edge; of none it is the whole picture."""
        chosen = set(blocks) or {0, self.count - 1}
        columns = [block % self.columns for block in chosen]
        x, y = min(columns) * BLOCK, min(chosen) // self.columns * BLOCK
        right = min((max(columns) + 1) * BLOCK, self.width)
        bottom = min((max(chosen) // self.columns + 1) * BLOCK, self.height)
        return Rect(x, y, right - x, bottom - y)

    def active_map(self, blocks: Iterable[int]) -> bytes:
        """One byte for each 16 x 16 px cell of the picture, row by row: 1 within the blocks."""
        cells, lines = -(-self.width // CELL), -(-self.height // CELL)
        flags = bytearray(self.count)
        for block in blocks:
            flags[block] = 1
        made = bytearray()
        for row in range(self.rows):
            line = bytes(flag for flag in flags[row * self.columns : (row + 1) * self.columns] for _ in range(_CELLS))
            made += line[:cells] * min(_CELLS, lines - row * _CELLS)
        return bytes(made)


def around(areas: Sequence[Rect]) -> Rect:
    """The smallest rectangle around these (at least one)."""
    x, y = min(area.x for area in areas), min(area.y for area in areas)
    right = max(area.x + area.width for area in areas)
    return Rect(x, y, right - x, max(area.y + area.height for area in areas) - y)


def row_spans(rects: Iterable[Rect], height: int) -> list[tuple[int, int]]:
    """The rows that the rectangles touch as sorted, separate (first, end) pairs within the picture."""
    spans = sorted((max(r.y, 0), min(r.y + r.height, height)) for r in rects if r.y < height and r.y + r.height > 0)
    merged: list[tuple[int, int]] = []
    for first, end in spans:
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((first, end))
    return merged


class Sharpness:
    """How coarsely each block was last sent, when it last changed, and whether it keeps moving."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self._quantizers = bytearray([UNKNOWN]) * grid.count
        self._changed = [float("-inf")] * grid.count
        self._changes = [0] * grid.count
        self._owed: set[int] = set()
        self._exact: set[int] = set()

    def changed(self, blocks: Iterable[int], now: float) -> None:
        """Pixels of these blocks changed at `now` (seconds)."""
        for block in blocks:
            is_series = now - self._changed[block] <= MOVING_GAP
            self._changes[block] = self._changes[block] + 1 if is_series else 1
            self._changed[block] = now

    def sent(self, blocks: Iterable[int], quantizer: int) -> None:
        """These blocks left coded; their neighbours' edges are as coarse now, unless it was lossless."""
        blocks = frozenset(blocks)
        self._owed -= blocks
        self._exact -= self._redrawn(blocks)
        for block in blocks:
            self._quantizers[block] = quantizer
        if quantizer:
            for block in self.grid.around(blocks) - blocks:
                self._quantizers[block] = max(self._quantizers[block], quantizer)

    def patched(self, blocks: Iterable[int], is_whole: bool) -> None:
        """Pixels of these blocks left as they are: all of them, or those that changed."""
        blocks = frozenset(blocks)
        self._owed |= blocks
        if is_whole:
            self._exact |= blocks
            for block in blocks:
                self._quantizers[block] = 0

    def excuse(self, blocks: Iterable[int]) -> None:
        """These blocks are as exact as they shall be."""
        self._exact.update(blocks)

    def with_owed(self, blocks: Iterable[int]) -> frozenset[int]:
        """The blocks and those that must be coded with them: the coder does not hold what a patch has drawn there."""
        chosen = frozenset(blocks)
        while more := (self._owed & self._redrawn(chosen)) - chosen:
            chosen |= more
        return chosen

    def _redrawn(self, blocks: frozenset[int]) -> set[int]:
        """The blocks that the other side draws from the coder's picture when these are coded."""
        return set(self.grid.blocks([self.grid.bounds(self.grid.around(blocks))]))

    def is_settled(self, block: int) -> bool:
        """Whether the other side shows the block as sharp as anybody can see."""
        return self._quantizers[block] <= SETTLED

    def inexact(self, now: float, still: float) -> list[int]:
        """Lossless blocks that have been still for so long and are not known to be exact; the latest changed first."""
        if len(self._exact) == self.grid.count:
            return []
        found = [
            block
            for block, was in enumerate(self._quantizers)
            if not was and block not in self._exact and now - self._changed[block] >= still
        ]
        return sorted(found, key=lambda block: -self._changed[block])

    def is_moving(self, block: int, now: float) -> bool:
        """Whether the block belongs to a moving picture, which is never sharpened while it moves."""
        return self._changes[block] >= MOVING_CHANGES and now - self._changed[block] <= MOVING_GAP

    def coarser_than(self, quantizer: int, now: float, still: float) -> list[int]:
        """Blocks sent more coarsely than this that have not changed for `still` seconds; the latest changed first."""
        if self.worst() <= quantizer:
            return []
        found = [
            block
            for block, was in enumerate(self._quantizers)
            if was > quantizer and now - self._changed[block] >= still
        ]
        return sorted(found, key=lambda block: -self._changed[block])

    def next_still(self, quantizer: int, still: float, now: float) -> float | None:
        """When the next block coarser than this, or inexact, will have been still so long; None if none is younger."""
        times = [
            self._changed[block] + still
            for block, was in enumerate(self._quantizers)
            if was > quantizer or block not in self._exact
        ]
        return min((time for time in times if time > now), default=None)

    def worst(self) -> int:
        """The coarsest quantizer on the other side's screen (UNKNOWN before the first frame)."""
        return max(self._quantizers, default=0)

    def forget(self) -> None:
        """The other side lost its picture."""
        self._owed.clear()
        self._exact.clear()
        self._quantizers = bytearray([UNKNOWN]) * self.grid.count

    def __iter__(self) -> Iterator[int]:
        """The quantizers, block by block."""
        return iter(self._quantizers)
