"""VP9 by libvpx directly, the choice of a codec, and which encoder it gets on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace

from beistand.host.media.convert import Converter, Pair
from beistand.host.media.damage import BLOCK, Grid, row_spans
from beistand.host.media.encoding import Codec, Encoded, Encoder, EncoderError, Kind
from beistand.host.media.libraries import LibraryMissingError
from beistand.host.media.unused_memory import give_back_tokens, give_back_zeros, map_large_blocks
from beistand.host.media.vpx import VpxEncoder, VpxError
from beistand.host.ports import CapturedFrame, Rect

MOST_COMPARED = 120  # blocks of damage, a window of 700 x 700: more is a picture that moves, and not worth a look
THREADS = max(1, min(4, os.cpu_count() or 2))  # two: 1.7 times the pace of one; the rest is the customer's


def choose(codecs: Sequence[str]) -> Codec:
    """The first codec of the technician's list (best first) that we can make; raises EncoderError if there is none."""
    for name in codecs:
        for kind in Kind:
            if name.startswith(kind.value) and _is_eight_bit(name, kind):
                return Codec(name, kind)
    raise EncoderError("The technician's browser decodes neither VP9 nor H.264; it must be renewed.")


def _is_eight_bit(name: str, kind: Kind) -> bool:
    """VP9 strings say profile, level and bit depth; ours is always 8 bit. H.264 must be 4:2:0 (profiles up to 100)."""
    if kind is Kind.H264:
        profile = name[5:7]
        return len(name) == 11 and profile.lower() in {"42", "4d", "64"}
    parts = name.split(".")
    return len(parts) >= 4 and parts[3] == "08"


class Vp9Encoder:
    """VP9 by libvpx directly: active maps, any quantizer at any frame, lossless at quantizer 0."""

    finest = 0

    def __init__(self, width: int, height: int, is_444: bool, threads: int = THREADS, is_full: bool = False) -> None:
        """Raises LibraryMissingError or vpx.VpxError."""
        map_large_blocks()
        self.grid = Grid(width, height)
        self._converter = Converter(width, height, is_444, is_full)
        self._encoder = VpxEncoder(width, height, is_444, threads, is_full=is_full)
        self._is_444, self._is_full = is_444, is_full
        self._strips: dict[int, Pair] = {}  # what the last `take` changed, where it looked
        self._is_new = True
        self._has_zeros = True  # libvpx takes its pictures with the first frame, and clears more than it needs
        self._is_hurried = False
        self._unsure: set[int] = set()  # blocks whose planes may be newer than what was coded
        self.rest()

    def take(self, frame: CapturedFrame) -> frozenset[int]:
        claimed, spans = self.grid.blocks(frame.damage), row_spans(frame.damage, frame.height)
        compares = len(claimed) <= MOST_COMPARED
        strips = self._strips = self._converter.convert(frame.pixels, frame.stride, spans, compares)
        columns = self.grid.columns
        if not compares:
            # Whole rows are grabbed: what happens beside the damage meanwhile stands in the planes before it is told.
            rows = {row for first, end in spans for row in range(first // BLOCK, (end - 1) // BLOCK + 1)}
            self._unsure.update(row * columns + column for row in rows for column in range(columns))
            self._unsure -= claimed
            return claimed
        changed = {
            row * columns + column for row, pair in strips.items() for column in self._converter.planes.differing(pair)
        } | (self._unsure & claimed)
        for block in self._unsure & changed:
            strips.pop(block // columns, None)  # more of it may differ from what was sent than what changed now
        self._unsure -= changed
        return frozenset(changed)

    def changed(self, blocks: Iterable[int]) -> list[Rect]:
        found = []
        for block in blocks:
            row, column = divmod(block, self.grid.columns)
            pair = self._strips.get(row)
            box = pair and self._converter.planes.changed(pair, column)
            found.append(replace(box, y=row * BLOCK + box.y) if box else self.grid.rect(block))
        return [self.grid.within(area) for area in found]

    def is_exact(self, block: int) -> bool:
        return self._is_full and self._is_444 and self._converter.planes.is_neutral(self.grid.rect(block))

    def encode(self, blocks: Iterable[int], quantizer: int, milliseconds: int, is_key: bool) -> Encoded:
        is_key = is_key or self._is_new
        chosen = self.grid.all() if is_key else frozenset(blocks)
        is_whole = len(chosen) == self.grid.count
        active = None if is_whole else self.grid.active_map(chosen)
        try:
            self._encoder.set_quantizer(quantizer)
            self._encoder.set_active_map(active)
            data, key = self._encoder.encode(self._converter.planes.planes, milliseconds, is_key)
        except VpxError as error:
            raise EncoderError(str(error)) from error
        self._is_new = False
        if is_key:
            self._unsure.clear()
        return Encoded(data, key, quantizer, chosen, self.grid.around(chosen))

    def hurry(self, is_hurried: bool) -> None:
        if is_hurried != self._is_hurried:
            self._is_hurried = is_hurried
            self._encoder.hurry(is_hurried)

    def rest(self) -> None:
        give_back_tokens(self.grid.width, self.grid.height)
        if self._has_zeros and not self._is_new:
            self._has_zeros = False
            give_back_zeros(self.grid.width, self.grid.height, self._is_444)

    def close(self) -> None:
        self._encoder.close()
        self._converter.close()


def open_encoder(codec: Codec, width: int, height: int) -> Encoder:
    """The best encoder for this codec on this machine: libvpx directly, else PyAV. Raises EncoderError."""
    reason = ""
    if codec.kind is not Kind.H264:
        try:
            return Vp9Encoder(width, height, codec.kind is Kind.VP9_444, is_full=codec.is_full)
        except (LibraryMissingError, VpxError) as error:
            reason = f"{error} "
    try:
        # Late, so that a program without PyAV (libvpx and swscale alone) starts, and starts faster.
        from beistand.host.media.pyav import PyavEncoder
    except ImportError as error:
        raise EncoderError(f"{reason}PyAV cannot be loaded either ({error}); install the package av.") from error
    return PyavEncoder(codec, width, height)
