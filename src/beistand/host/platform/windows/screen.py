"""Captures a monitor by the best way that works here, and follows it when the monitors change.

While the lock screen or UAC holds the screen, `grab` raises PlatformError with the sentence that says so.
"""

from __future__ import annotations

import sys

assert sys.platform == "win32"

import time
from collections.abc import Callable, Sequence

from beistand.host.platform.pace import Pace
from beistand.host.platform.windows import desktop
from beistand.host.platform.windows.api import LASTINPUTINFO, user32
from beistand.host.platform.windows.cursor import CursorWatch
from beistand.host.platform.windows.duplication import open_duplication
from beistand.host.platform.windows.gdi import GdiCapture
from beistand.host.platform.windows.ladder import Capture, Ladder, Rung
from beistand.host.platform.windows.monitors import list_monitors, origin
from beistand.host.platform.windows.situations import Situation
from beistand.host.ports import CapturedFrame, CursorShape, Monitor, PlatformError, Rect

#: How often monitors and the desktop that holds the screen are looked at.
_LOOK_SECONDS = 0.5
_RUNGS = (Rung("DXGI", open_duplication), Rung("GDI", GdiCapture))


Far = Callable[[Rect], Capture | None]


def _no_far(_area: Rect) -> Capture | None:
    return None


class WindowsScreen:
    """A `ScreenSource`. Starts with the primary monitor; when the monitors change, it follows its own by name."""

    def __init__(self, rungs: Sequence[Rung] = _RUNGS, far: Far = _no_far) -> None:
        """`far(area)`: the capture of a helper that sees UAC's own desktop; None while there is no helper."""
        self._ladder = Ladder(rungs)
        self._far = far
        self._cursor = CursorWatch()
        self._pace = Pace()
        self._monitors: list[Monitor] = list_monitors()
        self._monitor = self._monitors[0]
        self._capture: Capture | None = None
        self._found: list[Rect] = []  # changes that `wait_damage` saw and `grab` has not told
        self._needs_all = True
        self._looked_at = time.monotonic()
        self._situation = Situation.OPEN
        self._touched = 0

    def monitors(self) -> Sequence[Monitor]:
        """The monitors, the primary one first; ids count from 0 and are valid until the monitors change."""
        self._refresh()
        return tuple(self._monitors)

    def select(self, monitor_id: int) -> None:
        """Captures this monitor from now on. Raises PlatformError if there is none with this id."""
        self._refresh()
        for monitor in self._monitors:
            if monitor.id == monitor_id:
                self._use(monitor)
                return
        raise PlatformError(f"There is no monitor {monitor_id}: choose one of those that are connected.")

    def wait_damage(self, timeout_seconds: float) -> bool:
        deadline = time.monotonic() + timeout_seconds
        while True:
            now = time.monotonic()
            if self._look(now) or self._needs_all or self._found:
                return True
            left = deadline - now
            if left <= 0:
                return False
            if self._changes_within(left, now):
                return True

    def _changes_within(self, seconds: float, now: float) -> bool:
        try:
            capture = self._open()
            if capture.waits_for_changes:
                return capture.wait(seconds)
            self._notice_touch(now)
            due = self._pace.due(now)
            if due > 0:
                time.sleep(min(due, seconds))
                return False
            self._found += capture.take()
            self._pace.looked(bool(self._found), time.monotonic())
            return bool(self._found)
        except PlatformError as error:
            self._lose(error)
            return True  # `grab` says why

    def grab(self, full: bool = False) -> CapturedFrame:
        """Takes what changed (or all, if `full`). Raises PlatformError with the reason if it cannot."""
        self._look(time.monotonic(), is_due=full)
        try:
            capture = self._open()
            fresh = list(capture.take())
        except PlatformError as error:
            self._lose(error)
            self._look(time.monotonic(), is_due=True)
            raise PlatformError(self._situation.value or str(error)) from error
        self._ladder.worked()
        changes, self._found = self._found + fresh, []
        area = self._monitor.area
        if full or self._needs_all:
            changes = [Rect(0, 0, area.width, area.height)]
            self._needs_all = False
        if not capture.waits_for_changes:
            self._pace.looked(bool(fresh), time.monotonic())  # what was found before has been told to the pace already
        return CapturedFrame(capture.pixels, area.width, area.height, capture.stride, changes)

    def cursor_position(self) -> tuple[int, int]:
        x, y = self._cursor.position()
        left, top = origin()
        return x - left, y - top

    def cursor_shape(self, known_serial: int) -> CursorShape | None:
        return self._cursor.shape(known_serial)

    def remarks(self) -> Sequence[str]:
        return self._ladder.take_remarks()

    def close(self) -> None:
        self._drop()

    # inside ----------------------------------------------------------------------------------------------------

    def _open(self) -> Capture:
        if self._capture is None:
            area, (left, top) = self._monitor.area, origin()
            place = Rect(area.x + left, area.y + top, area.width, area.height)
            if self._situation is Situation.OPEN:
                self._capture = self._ladder.open(place)
            elif self._situation is Situation.ASKING:
                self._capture = self._far(place)
            if self._capture is None:
                raise PlatformError(self._situation.value)
            self._needs_all = True
        return self._capture

    def _lose(self, error: PlatformError) -> None:
        """The capture broke: opened anew next time. While another desktop holds the screen that is nobody's fault."""
        self._drop()
        if desktop.now() is Situation.OPEN:
            self._ladder.failed(str(error))

    def _drop(self) -> None:
        self._found, self._needs_all = [], True
        capture, self._capture = self._capture, None
        if capture is not None:
            capture.close()

    def _look(self, now: float, is_due: bool = False) -> bool:
        """Looks for another desktop and other monitors; True if there is something to tell."""
        if not is_due and now - self._looked_at < _LOOK_SECONDS:
            return False
        self._looked_at = now
        before, self._situation = self._situation, desktop.now()
        if self._situation is not before:
            self._drop()
            return True
        return self._situation is Situation.OPEN and self._refresh()

    def _refresh(self) -> bool:
        """Reads the monitors again and follows the selected one by its name; True if its place or size changed."""
        found = list_monitors()
        if found == self._monitors:
            return False
        self._monitors = found
        same_name = [one for one in found if one.name == self._monitor.name]
        before = self._monitor.area
        self._use((same_name or found)[0])
        return self._monitor.area != before

    def _use(self, monitor: Monitor) -> None:
        if monitor.area != self._monitor.area:
            self._drop()
        self._monitor = monitor

    def _notice_touch(self, now: float) -> None:
        about = LASTINPUTINFO(cbSize=8)
        if user32.GetLastInputInfo(about) and about.dwTime != self._touched:
            self._touched = about.dwTime
            self._pace.touched(now)
