"""What changed on the screen, as bands of rows. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from beistand.host.platform.x11.monitors import clip
from beistand.host.ports import Rect

#: Rows between two bands that are cheaper to fetch along than to ask for apart (a request costs about 50 microseconds).
_GAP_ROWS = 16

#: More rectangles than this are told as one per band: who encodes gains nothing from confetti.
_MANY = 64


def within(damage: Iterable[Rect], area: Rect) -> list[Rect]:
    """The damage inside the monitor's `area`, in the monitor's own coordinates."""
    inside = (clip(rect, area) for rect in damage)
    return [Rect(rect.x - area.x, rect.y - area.y, rect.width, rect.height) for rect in inside if rect]


def row_bands(damage: Iterable[Rect]) -> list[tuple[int, int]]:
    """The fewest bands [top, bottom) that hold all damaged rows, in order, none touching another."""
    bands: list[tuple[int, int]] = []
    for top, bottom in sorted((rect.y, rect.y + rect.height) for rect in damage):
        if bands and top <= bands[-1][1] + _GAP_ROWS:
            bands[-1] = (bands[-1][0], max(bands[-1][1], bottom))
        else:
            bands.append((top, bottom))
    return bands


def few(damage: Sequence[Rect], bands: Sequence[tuple[int, int]]) -> Sequence[Rect]:
    """The damage itself, or where it is too finely cut one rectangle for each band."""
    if len(damage) <= _MANY:
        return damage
    return [_around([rect for rect in damage if top <= rect.y < bottom]) for top, bottom in bands]


def _around(rects: Sequence[Rect]) -> Rect:
    left, top = min(rect.x for rect in rects), min(rect.y for rect in rects)
    right, bottom = max(rect.x + rect.width for rect in rects), max(rect.y + rect.height for rect in rects)
    return Rect(left, top, right - left, bottom - top)
