"""Captures a monitor: MIT-SHM for the pixels, DAMAGE for what changed, RandR for when the monitors change.

Only rows that changed are fetched, whole rows each, into one frame that stays in shared memory. Needs an X server on
this machine with 24 or 32 bit colour, which every desktop has.
"""

from __future__ import annotations

import select
import time
from collections.abc import Sequence
from typing import Any

from beistand.host.platform.x11.bands import few, row_bands, within
from beistand.host.platform.x11.connection import Display, XError, damage, randr, reported, shm, xfixes, xproto
from beistand.host.platform.x11.cursor import CursorWatch
from beistand.host.platform.x11.monitors import list_monitors
from beistand.host.platform.x11.shared_memory import SharedMemory
from beistand.host.ports import CapturedFrame, CursorShape, Monitor, PlatformError, Rect

_ALL_PLANES = 0xFFFFFFFF
_BYTES_A_PIXEL = 4


class X11Screen:
    """A `ScreenSource`. Starts with the primary monitor; when the monitors change, it follows the selected one by name.

    If the selected monitor is gone, the primary one takes its place. The first grab is always full.
    """

    def __init__(self, display_name: str | None = None) -> None:
        self._display = display = Display(display_name)
        self._require_true_colour()
        self._shm = display.extension(shm, "capturing the screen")
        self._xfixes = display.extension(xfixes, "capturing the screen")
        self._damage = display.extension(damage, "capturing the screen")
        self._cursor = CursorWatch(display)
        self._watch_monitors()
        self._damage_id = display.connection.generate_id()
        self._region_id = display.connection.generate_id()
        self._xfixes.CreateRegion(self._region_id, 0, [])
        self._damage.Create(self._damage_id, display.root, damage.ReportLevel.NonEmpty)
        self._is_damaged = False
        self._is_stale = False  # the monitors changed and were not read again
        self._monitors = list_monitors(display)
        self._memory: SharedMemory | None = None
        self._segment = 0
        self._needs_all = True
        self._monitor: Monitor = self._monitors[0]
        self._use(self._monitor)

    @reported
    def monitors(self) -> Sequence[Monitor]:
        """The monitors, the primary one first; ids count from 0 and are valid until the monitors change."""
        self._take_events()
        self._refresh()
        return tuple(self._monitors)

    @reported
    def select(self, monitor_id: int) -> None:
        """Captures this monitor from now on. Raises PlatformError if there is none with this id."""
        self._refresh()
        for monitor in self._monitors:
            if monitor.id == monitor_id:
                self._use(monitor)
                return
        raise PlatformError(f"There is no monitor {monitor_id}: choose one of those that are connected.")

    @reported
    def wait_damage(self, timeout_seconds: float) -> bool:
        deadline = time.monotonic() + timeout_seconds
        self._display.flush()
        while not self._take_events():
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            select.select([self._display.fileno()], [], [], left)
        return True

    @reported
    def grab(self, full: bool = False) -> CapturedFrame:
        """Takes the damaged rows (or all, if `full`).

        `pixels` is one frame that later grabs write into; its size changes only after the monitors changed.
        """
        self._take_events()
        self._refresh()
        try:
            return self._grab(full)
        except XError:
            # The resolution shrank between the event and the request: look again, once.
            self._is_stale = True
            self._refresh()
            return self._grab(True)

    def _grab(self, full: bool) -> CapturedFrame:
        area = self._monitor.area
        changed = self._collect_damage()
        everything = Rect(0, 0, area.width, area.height)
        rects = [everything] if full or self._needs_all else within(changed, area)
        bands = row_bands(rects)
        self._fetch(bands)
        self._needs_all = False
        assert self._memory is not None
        return CapturedFrame(
            pixels=self._memory.view,
            width=area.width,
            height=area.height,
            stride=area.width * _BYTES_A_PIXEL,
            damage=few(rects, bands),
        )

    @reported
    def cursor_position(self) -> tuple[int, int]:
        pointer = self._display.core.QueryPointer(self._display.root).reply()
        return pointer.root_x, pointer.root_y

    @reported
    def cursor_shape(self, known_serial: int) -> CursorShape | None:
        self._take_events()
        return self._cursor.shape(known_serial)

    def remarks(self) -> Sequence[str]:
        return ()  # there is one way to capture, and it works or says why not

    def close(self) -> None:
        self._memory = None
        self._display.close()

    # inside ----------------------------------------------------------------------------------------------------

    def _require_true_colour(self) -> None:
        setup = self._display.connection.get_setup()
        depth = self._display.screen.root_depth
        bits = {one.depth: one.bits_per_pixel for one in setup.pixmap_formats}.get(depth)
        if bits != 32 or setup.image_byte_order != xproto.ImageOrder.LSBFirst:
            raise PlatformError(
                f"This screen has a colour depth of {depth} bit, of which no picture can be made: set it to 24 bit."
            )

    def _watch_monitors(self) -> None:
        display = self._display
        display.core.ChangeWindowAttributes(display.root, xproto.CW.EventMask, [xproto.EventMask.StructureNotify])
        if display.has(randr):
            extension = display.extension(randr, "several monitors")
            extension.SelectInput(
                display.root,
                randr.NotifyMask.ScreenChange | randr.NotifyMask.CrtcChange | randr.NotifyMask.OutputChange,
            )

    def _take_events(self) -> bool:
        """Reads what the server has sent. True if there is something to grab."""
        while (event := self._display.connection.poll_for_event()) is not None:
            self._handle(event)
        return self._is_damaged or self._is_stale

    def _handle(self, event: Any) -> None:
        match event:
            case damage.NotifyEvent():
                self._is_damaged = True
            case xproto.ConfigureNotifyEvent() | randr.ScreenChangeNotifyEvent() | randr.NotifyEvent():
                self._is_stale = True
            case _:
                self._cursor.handle(event)

    def _refresh(self) -> None:
        """Reads the monitors again if they changed, and follows the selected one by its name."""
        if not self._is_stale:
            return
        self._is_stale = False
        self._monitors = list_monitors(self._display)
        same_name = [one for one in self._monitors if one.name == self._monitor.name]
        self._use((same_name or self._monitors)[0])

    def _use(self, monitor: Monitor) -> None:
        if self._memory is None or monitor.area != self._monitor.area:
            self._attach(monitor.area.width * monitor.area.height * _BYTES_A_PIXEL)
            self._needs_all = True
        self._monitor = monitor

    def _attach(self, size: int) -> None:
        if self._memory is not None:
            self._shm.Detach(self._segment)
        try:
            memory = SharedMemory(size)
        except OSError as error:
            raise PlatformError(
                f"There is no shared memory of {size} bytes for the picture ({error.strerror}): raise the limit."
            ) from error
        segment = self._display.connection.generate_id()
        try:
            self._shm.AttachChecked(segment, memory.id, False).check()
        except Exception as error:
            raise PlatformError(
                "The X server takes no shared memory of ours (it runs on another machine or in a container): "
                "start the program on the machine whose screen is shown."
            ) from error
        finally:
            memory.mark_for_removal()
        self._memory, self._segment = memory, segment

    def _collect_damage(self) -> list[Rect]:
        """What changed since the last time, on the whole screen; from now on newer damage counts anew."""
        if not self._is_damaged:
            return []
        self._is_damaged = False
        # Taken before the pixels: what changes in between is in the picture and is told once more with the next.
        self._damage.Subtract(self._damage_id, 0, self._region_id)
        found = self._xfixes.FetchRegion(self._region_id).reply()
        return [Rect(one.x, one.y, one.width, one.height) for one in found.rectangles]

    def _fetch(self, bands: Sequence[tuple[int, int]]) -> None:
        area, root = self._monitor.area, self._display.root
        cookies = [
            self._shm.GetImage(
                root,
                area.x,
                area.y + top,
                area.width,
                bottom - top,
                _ALL_PLANES,
                xproto.ImageFormat.ZPixmap,
                self._segment,
                top * area.width * _BYTES_A_PIXEL,
            )
            for top, bottom in bands
        ]
        for cookie in cookies:  # all asked before the first answer is waited for
            self._display.ask(cookie)
