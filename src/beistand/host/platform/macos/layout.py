"""Where the monitors lie in pixels. Pure.

macOS places monitors in points, which are one or two pixels each, so a desktop of mixed monitors has no common pixel.
The technician's side counts pixels: the monitors are put side by side, each in its own pixels, and pointers are led
back to points by the monitor that they are on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from beistand.host.ports import Monitor, Rect


@dataclass(frozen=True)
class Display:
    """A display as CoreGraphics tells it: place and size in points, width and height in pixels."""

    number: int
    left: float
    top: float
    width_points: float
    height_points: float
    width_px: int
    height_px: int
    is_main: bool


@dataclass(frozen=True)
class Placed:
    """A display and its place in pixels."""

    display: Display
    monitor: Monitor


def placed(displays: Sequence[Display]) -> list[Placed]:
    """The displays from left to right as monitors; ids count from 0 with the main one first."""
    ordered = sorted(displays, key=lambda one: (one.left, one.top))
    ids = {one.number: index for index, one in enumerate(sorted(ordered, key=lambda one: not one.is_main))}
    found, left = [], 0
    for one in ordered:
        scale = round(100 * one.width_px / max(one.width_points, 1.0))
        area = Rect(left, 0, one.width_px, one.height_px)
        found.append(Placed(one, Monitor(ids[one.number], area, scale, one.is_main, f"Monitor {ids[one.number] + 1}")))
        left += one.width_px
    return sorted(found, key=lambda each: each.monitor.id)


def to_points(all_placed: Sequence[Placed], x: int, y: int) -> tuple[float, float]:
    """A pixel of the desktop in points, within the nearest monitor."""
    each = min(all_placed, key=lambda one: _distance(one.monitor.area, x))
    display, area = each.display, each.monitor.area
    across = min(max(x - area.x, 0), area.width - 1) / area.width
    down = min(max(y - area.y, 0), area.height - 1) / area.height
    return display.left + across * display.width_points, display.top + down * display.height_points


def to_pixels(all_placed: Sequence[Placed], x: float, y: float) -> tuple[int, int]:
    """A place in points as a pixel of the desktop; outside all monitors it is the nearest edge of the main one."""

    def holds(one: Display) -> bool:
        is_across = one.left <= x < one.left + one.width_points
        return is_across and one.top <= y < one.top + one.height_points

    each = next((one for one in all_placed if holds(one.display)), all_placed[0])
    display, area = each.display, each.monitor.area
    across = (x - display.left) * area.width / display.width_points
    down = (y - display.top) * area.height / display.height_points
    return (
        area.x + min(max(int(across), 0), area.width - 1),
        area.y + min(max(int(down), 0), area.height - 1),
    )


def _distance(area: Rect, x: int) -> int:
    return max(area.x - x, x - (area.x + area.width - 1), 0)
