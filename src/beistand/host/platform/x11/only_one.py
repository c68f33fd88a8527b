"""At most one session a desktop: two stop signs would stand on one another, and a click would end only one of them."""

from __future__ import annotations

from beistand.host.platform.x11.connection import Display, reported

_SELECTION = "_BEISTAND_SESSION"  # the X server forgets its owner with the owner's connection


class OnlyOne:
    """Holds the desktop's one place from `claim` on until the display is closed."""

    def __init__(self, display: Display) -> None:
        self._display = display
        self._window = 0

    @reported
    def claim(self) -> bool:
        """False if another copy of this program holds the place."""
        display = self._display
        selection = display.atom(_SELECTION)
        owner = display.ask(display.core.GetSelectionOwner(selection)).owner
        if owner:
            return bool(owner == self._window)
        self._window = display.connection.generate_id()
        input_only = 2
        display.core.CreateWindow(0, self._window, display.root, 0, 0, 1, 1, 0, input_only, 0, 0, [])
        display.core.SetSelectionOwner(self._window, selection, 0)
        return bool(display.ask(display.core.GetSelectionOwner(selection)).owner == self._window)
