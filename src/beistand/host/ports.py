"""What a platform must do for the customer's program: the ports that `host/platform/<name>` fulfils.

This file holds no behaviour. Pixel coordinates are those of the virtual desktop (all monitors),
origin at its upper-left corner.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from beistand.transport.proxy import System


class PlatformError(Exception):
    """The platform cannot do what was asked; the text is one sentence that names the reason and what to do."""


@dataclass(frozen=True)
class Rect:
    """A rectangle in pixels; `width` and `height` are positive."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Monitor:
    """One monitor of the virtual desktop; `scale_percent` is 100 for unscaled."""

    id: int
    area: Rect
    scale_percent: int
    is_primary: bool
    name: str


@dataclass(frozen=True)
class CapturedFrame:
    """Pixels of one monitor: BGRX, 8 bit each, `stride` bytes a row, valid until the next `grab`.

    `damage` lists what changed since the last grab, in frame coordinates; empty means nothing changed.
    """

    pixels: memoryview
    width: int
    height: int
    stride: int
    damage: Sequence[Rect]


@dataclass(frozen=True)
class CursorShape:
    """RGBA pixels (not premultiplied), row by row, `width * height * 4` bytes; `serial` changes with the shape."""

    serial: int
    width: int
    height: int
    hot_x: int
    hot_y: int
    rgba: bytes


class ScreenSource(Protocol):
    """Captures a monitor. Used by one thread alone."""

    def monitors(self) -> Sequence[Monitor]: ...
    def select(self, monitor_id: int) -> None: ...
    def wait_damage(self, timeout_seconds: float) -> bool:
        """Blocks until something changed (True), the resolution changed (True) or the time is over (False)."""
        ...

    def grab(self, full: bool = False) -> CapturedFrame:
        """Takes the damaged rows (or all, if `full`). Raises PlatformError with the reason if it cannot."""
        ...

    def cursor_position(self) -> tuple[int, int]: ...
    def cursor_shape(self, known_serial: int) -> CursorShape | None:
        """The shape, if its serial differs from `known_serial`."""
        ...

    def remarks(self) -> Sequence[str]:
        """Sentences for both sides that came up since the last call, e.g. why a slower way of capture is used."""
        ...

    def close(self) -> None: ...


class InputSink(Protocol):
    """Injects input. Every call is synchronous and returns after the platform has taken it."""

    def move(self, x: int, y: int) -> None: ...
    def button(self, button: int, is_pressed: bool) -> None: ...
    def wheel(self, dx: int, dy: int) -> None:
        """120 = one notch; parts of a notch are kept until they add up where the platform has no smooth wheel."""
        ...

    def text(self, text: str) -> None:
        """Types characters whatever the layouts; leaves the layout as it was."""
        ...

    def key(self, code: str, is_pressed: bool) -> None:
        """A physical key by its DOM `KeyboardEvent.code`; unknown codes raise PlatformError."""
        ...

    def release_all(self) -> None:
        """Lifts every key and button this sink holds. Never raises, needs no network, at most a few milliseconds."""
        ...

    def window_owner_at(self, x: int, y: int) -> int | None:
        """Process id of the window under the point, so that injection over our own windows can be refused."""
        ...

    def focused_owner(self) -> int | None: ...
    def close(self) -> None: ...


class LocalActivity(Protocol):
    """Tells when the customer's own hand moves; injected input is excluded. Runs its own thread."""

    def start(self, on_activity: Callable[[float], None], on_stop_key: Callable[[], None] | None = None) -> None:
        """`on_activity(monotonic_seconds)` is called from the watcher's thread for each real press, motion or key.

        `on_stop_key` is called from there when the customer presses Control+Alt+Escape on real devices.
        """
        ...

    def last_press_was_real(self) -> bool:
        """Whether the latest button or key press on this desktop came from a real device."""
        ...

    def stop(self) -> None: ...


class Unpacked(Protocol):
    """The one-file program's traces on this computer: its temporary folder, its outer process, its own file."""

    @property
    def folder(self) -> Path | None:
        """None where the program runs from its own place."""
        ...

    @property
    def program(self) -> Path: ...
    def hold(self) -> None:
        """Marks the folder as in use for as long as this process lives. Raises OSError."""
        ...

    def watch_outer(self, on_gone: Callable[[], None]) -> None:
        """Calls `on_gone` in a thread of its own once the outer process, which cleans up after us, has ended."""
        ...

    def sweep(self) -> int:
        """Removes folders of earlier runs that nobody cleaned up; returns how many. Never raises."""
        ...

    def remove_program(self) -> None:
        """Removes the program's own file, at the latest once its processes have ended. Raises OSError."""
        ...


class Elevation(Protocol):
    """The level administer on a system whose administration is out of an ordinary program's reach."""

    def begin(
        self, program: Path | None, done: Callable[[tuple[str, ...], str], None], gone: Callable[[], None]
    ) -> None:
        """Asks the system, in a thread of its own, and starts a helper from `program`, the one file.

        Then `done(names of what was made, "")`, or `done((), code)`; `gone()` if the helper dies untold.
        """
        ...

    def end(self) -> None:
        """The helper lifts what it holds and ends. Synchronous, from any thread, any number of times; never raises."""
        ...

    def input(self) -> InputSink:
        """Injects by the helper. Raises PlatformError if there is none."""
        ...


class Platform(Protocol):
    """The factory of the parts above, made once by `host/platform/__init__.py:current()`."""

    name: str

    def screen(self) -> ScreenSource: ...
    def input(self) -> InputSink: ...
    def activity(self) -> LocalActivity: ...
    def raise_window(self, native_window: int) -> None:
        """Puts a window of ours above all others, without taking the focus."""
        ...

    def is_on_screen(self, native_window: int) -> bool:
        """Whether a window of ours stands on the screen now: asking for it and having it are two moments."""
        ...

    def hide_from_capture(self, native_window: int) -> None:
        """Leaves a window of ours out of pictures of the screen, where the platform can."""
        ...

    def network(self) -> System:
        """The way out of this computer: its proxies, and the signed-in user's proof for them."""
        ...

    def claim_session(self) -> bool:
        """Takes this desktop's one place for a session, until the program ends; False if another copy holds it."""
        ...

    def elevation(self) -> Elevation | None:
        """The same one every time; None where the system's questions are ordinary windows and need no helper."""
        ...

    def lift_everything(self) -> None:
        """Lifts every key and button that injection holds, whoever injected it: for a program that hangs or died."""
        ...

    def host_name(self) -> str: ...
    def system_name(self) -> str: ...
