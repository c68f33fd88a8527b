"""A program on the test's screen: paints, shows cursors, and writes down the keys it gets."""

from typing import Any

import xcffib
import xcffib.xproto as xproto


class Painter:
    """A connection of its own with one window (override-redirect: there is no window manager)."""

    def __init__(self, display: str, x: int = 0, y: int = 0, width: int = 400, height: int = 300) -> None:
        self.connection: Any = xcffib.Connection(display=display)
        self.core: Any = self.connection.core
        self.screen: Any = self.connection.get_setup().roots[0]
        self.window: int = self.connection.generate_id()
        self.core.CreateWindow(
            self.screen.root_depth,
            self.window,
            self.screen.root,
            x,
            y,
            width,
            height,
            0,
            xproto.WindowClass.InputOutput,
            self.screen.root_visual,
            xproto.CW.BackPixel | xproto.CW.OverrideRedirect | xproto.CW.EventMask,
            [
                0x202020,
                1,
                xproto.EventMask.KeyPress
                | xproto.EventMask.KeyRelease
                | xproto.EventMask.ButtonPress
                | xproto.EventMask.ButtonRelease
                | xproto.EventMask.PointerMotion,
            ],
        )
        self.core.MapWindow(self.window)
        self.sync()

    def fill(self, colour: int, x: int, y: int, width: int, height: int) -> None:
        """Paints a rectangle of the window, and returns once it is on the screen."""
        context = self.connection.generate_id()
        self.core.CreateGC(context, self.window, xproto.GC.Foreground, [colour])
        self.core.PolyFillRectangle(self.window, context, 1, [xproto.RECTANGLE.synthetic(x, y, width, height)])
        self.core.FreeGC(context)
        self.sync()

    def show_cursor(self, glyph: int) -> None:
        """Gives the window a cursor of the server's cursor font."""
        font, cursor = self.connection.generate_id(), self.connection.generate_id()
        self.core.OpenFont(font, len("cursor"), "cursor")
        self.core.CreateGlyphCursor(cursor, font, font, glyph, glyph + 1, 0, 0, 0, 65535, 65535, 65535)
        self.core.ChangeWindowAttributes(self.window, xproto.CW.Cursor, [cursor])
        self.sync()

    def take_focus(self) -> None:
        self.core.SetInputFocus(xproto.InputFocus.PointerRoot, self.window, 0)
        self.sync()

    def warp_pointer(self, x: int, y: int) -> None:
        self.core.WarpPointer(0, self.screen.root, 0, 0, 0, 0, x, y)
        self.sync()

    def sync(self) -> None:
        self.core.GetInputFocus().reply()

    def events(self) -> list[Any]:
        """What came so far; everything that was injected before this call is in it."""
        self.sync()
        found = []
        while (event := self.connection.poll_for_event()) is not None:
            found.append(event)
        return found

    def close(self) -> None:
        self.connection.disconnect()
