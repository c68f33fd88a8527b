"""Whose window is it: the process behind a point of the screen, or behind the keyboard focus.

The X server itself says which process made a window (X-Resource extension); `_NET_WM_PID`, which any program may write
on any window, is asked only where the server and we count processes differently (containers) or it cannot tell.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from beistand.host.platform.x11.connection import Display, XError, res, xproto

#: How deep windows are followed below a window manager's frame in search of the program's own window.
_DEPTH_BELOW_FRAME = 3

#: How long the owner of the focused window is remembered: asking for each key costs seven round trips, 1 ms between key
#: and photon. A window never changes its owner; its number is free for another program only after that one ended.
_KNOWN_SECONDS = 1.0


class WindowOwners:
    """Answers by process id. Shares its display's thread."""

    def __init__(self, display: Display, clock: Callable[[], float] = time.monotonic) -> None:
        self._display, self._clock = display, clock
        self._last_focus: tuple[int, float, int | None] = (0, 0.0, None)  # window, known until, its owner
        self._res = display.extension(res, "telling our own windows from others") if display.has(res) else None
        # A window of our own tells whether the server sees the same process numbers as we do.
        if self._res is not None and self._server_pid(display.connection.generate_id()) != os.getpid():
            self._res = None

    def at(self, x: int, y: int) -> int | None:
        """Who owns the window that a click at this point would reach; None for the bare desktop or if nobody knows."""
        try:
            path = self._path_down(x, y)
            return self._owner(path) if path else None
        except XError:
            return None  # the window went away while we looked at it: there is nothing left to protect

    def focused(self) -> int | None:
        """Who owns the window that gets the keys."""
        try:
            focus = self._display.ask(self._display.core.GetInputFocus()).focus
            if focus == xproto.InputFocus._None:
                return None
            if focus == xproto.InputFocus.PointerRoot or focus == self._display.root:
                pointer = self._display.ask(self._display.core.QueryPointer(self._display.root))
                return self.at(pointer.root_x, pointer.root_y)
            window, until, owner = self._last_focus
            if focus != window or self._clock() >= until:
                owner = self._owner(self._path_up(focus))
                until = self._clock() + (0.0 if owner is None else _KNOWN_SECONDS)
                self._last_focus = (focus, until, owner)
            return owner
        except XError:
            return None

    def _owner(self, path: list[int]) -> int | None:
        """The owner of a top-level window, given the windows from it down to the one that was hit."""
        window = self._program_window(path)
        if self._res is not None:
            return self._server_pid(window)
        for one in (window, *reversed(path)):
            if words := self._display.property_words(one, "_NET_WM_PID"):
                return words[0]
        return None

    def _program_window(self, path: list[int]) -> int:
        """The program's own window: a frame around it, and its title bar, belong to the window manager."""
        for window in path:
            if self._display.property_words(window, "WM_STATE"):
                return window
        return self._below(path[0], _DEPTH_BELOW_FRAME) or path[-1]

    def _below(self, frame: int, depth: int) -> int | None:
        if depth == 0:
            return None
        for child in self._display.ask(self._display.core.QueryTree(frame)).children:
            if self._display.property_words(child, "WM_STATE"):
                return int(child)
            if found := self._below(child, depth - 1):
                return found
        return None

    def _path_down(self, x: int, y: int) -> list[int]:
        """The windows under a point, from the top-level one to the innermost."""
        core, root = self._display.core, self._display.root
        path: list[int] = []
        window = root
        while True:
            window = self._display.ask(core.TranslateCoordinates(root, window, x, y)).child
            if not window:
                return path
            path.append(window)

    def _path_up(self, window: int) -> list[int]:
        """From the top-level window around `window` down to it."""
        path = [window]
        while True:
            tree = self._display.ask(self._display.core.QueryTree(path[0]))
            if tree.parent in (0, tree.root):
                return path
            path.insert(0, tree.parent)

    def _server_pid(self, window: int) -> int | None:
        assert self._res is not None
        spec = res.ClientIdSpec.synthetic(window, res.ClientIdMask.LocalClientPID)
        for found in self._display.ask(self._res.QueryClientIds(1, [spec])).ids:
            if found.spec.mask == res.ClientIdMask.LocalClientPID and len(found.value):
                return int(found.value[0])
        return None


def is_viewable(display: Display, window: int) -> bool:
    """Whether a window and all around it are mapped: the window manager does that some time after it was asked to."""
    try:
        about = display.ask(display.core.GetWindowAttributes(window))
    except XError:
        return False  # our toolkit has made it, but the server has not heard of it yet
    return bool(about.map_state == xproto.MapState.Viewable)


def _top_of(display: Display, window: int) -> int:
    """The window that the window manager knows: a toolkit's handle may be a window inside of it."""
    while not display.property_words(window, "WM_STATE"):
        tree = display.ask(display.core.QueryTree(window))
        if tree.parent in (0, tree.root):
            break
        window = tree.parent
    return window


def raise_window(display: Display, window: int) -> None:
    """Puts a window above all others and asks the window manager to keep it there; the focus stays where it is."""
    core, root = display.core, display.root
    try:
        window = _top_of(display, window)
    except XError:
        return  # it is gone, or not there yet: the next raise is near
    state, above = display.atom("_NET_WM_STATE"), display.atom("_NET_WM_STATE_ABOVE")
    add, from_application = 1, 1
    message = xproto.ClientMessageEvent.synthetic(
        32, window, state, xproto.ClientMessageData.synthetic([add, above, 0, from_application, 0], "=5I")
    )
    to_manager = xproto.EventMask.SubstructureRedirect | xproto.EventMask.SubstructureNotify
    core.SendEvent(False, root, to_manager, message.pack())
    core.ConfigureWindow(window, xproto.ConfigWindow.StackMode, [xproto.StackMode.Above])
    display.sync()
