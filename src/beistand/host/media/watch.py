"""What passes through the picture's worker besides frames: the monitors and the cursor, told when they change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from beistand.host.ports import CursorShape, Monitor, ScreenSource


@dataclass(frozen=True)
class Outputs:
    """Where things go besides frames; all optional, all called from the worker's thread.

    `config(codec, width, height, why)` comes before the first frame of a size; `error(sentence)` once for each new
    failure; `remark(sentence)` what the screen has to say to both sides; `cursor(x, y, serial)` in pixels of the
    monitor's frame, whenever it moved or changed its shape.
    """

    error: Callable[[str], None]
    config: Callable[[str, int, int, str], None] = lambda codec, width, height, why: None
    monitors: Callable[[Sequence[Monitor], int], None] = lambda monitors, selected: None
    cursor: Callable[[int, int, int], None] = lambda x, y, serial: None
    cursor_shape: Callable[[CursorShape], None] = lambda shape: None
    remark: Callable[[str], None] = lambda sentence: None


class Watch:
    """Follows the selected monitor and the cursor; used by the worker's thread alone.

    `emit` runs a call if pictures may leave now; the cursor and the monitors' names are pictures in this sense.
    """

    def __init__(self, screen: ScreenSource, outputs: Outputs, emit: Callable[[Callable[[], None]], None]) -> None:
        self._screen, self._outputs, self._emit = screen, outputs, emit
        self.monitor: Monitor | None = None
        self._cursor = (0, 0, -1)

    def forget(self) -> None:
        """The other side knows no cursor (any more)."""
        self._cursor = (0, 0, -1)

    def look_at_cursor(self) -> bool:
        """Tells the cursor's shape and place if they changed since the last look; says whether they did."""
        shape = self._screen.cursor_shape(self._cursor[2])
        if shape is not None:
            self._emit(lambda: self._outputs.cursor_shape(shape))
        x, y = self._screen.cursor_position()
        if self.monitor is not None:
            x, y = x - self.monitor.area.x, y - self.monitor.area.y
        cursor = (x, y, self._cursor[2] if shape is None else shape.serial)
        has_moved = cursor != self._cursor
        if has_moved:
            self._cursor = cursor
            self._emit(lambda: self._outputs.cursor(*cursor))
        for sentence in self._screen.remarks():
            self._outputs.remark(sentence)
        return has_moved

    def learn_monitors(self) -> None:
        """Finds the selected monitor's place again, else takes the primary one, and tells all of them."""
        monitors = self._screen.monitors()
        wanted = None if self.monitor is None else self.monitor.id
        ranked = sorted(monitors, key=lambda m: (m.id != wanted, not m.is_primary))
        self.monitor = ranked[0] if ranked else None
        if self.monitor is not None:
            selected = self.monitor.id
            self._emit(lambda: self._outputs.monitors(monitors, selected))

    def select(self, monitor: int) -> None:
        """Captures another monitor from now on. Raises PlatformError."""
        self._screen.select(monitor)
        self.monitor = next((m for m in self._screen.monitors() if m.id == monitor), self.monitor)
        self.learn_monitors()
