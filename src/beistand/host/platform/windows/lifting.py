"""Lifts every key and button that is down: for a program that hangs or died while it held some.

Windows does not say who holds a key, so one that the customer holds at this moment goes up as well: pressing it again
is all it costs.
"""

from __future__ import annotations

import sys

assert sys.platform == "win32"


from beistand.host.platform.windows.api import user32
from beistand.host.platform.windows.events import KeyEvent, MouseEvent
from beistand.host.platform.windows.hands import try_to_send

_DOWN = 0x8000
_TO_SCAN_EXTENDED = 4  # MAPVK_VK_TO_VSC_EX
_EXTENDED, _KEY_UP = 1, 2
#: Virtual keys of the buttons -> the event that lifts them (winuser.h); physical buttons on both sides.
_BUTTONS = {1: (0x4, 0), 2: (0x10, 0), 4: (0x40, 0), 5: (0x100, 1), 6: (0x100, 2)}
#: Both-sided names (VK_SHIFT, VK_CONTROL, VK_MENU) follow from the left and right keys.
_NOT_KEYS = {0x10, 0x11, 0x12, *_BUTTONS}


def lift_everything() -> None:
    """Needs no network and no program. Never raises."""
    for virtual_key, (flags, data) in _BUTTONS.items():
        if _is_down(virtual_key):
            try_to_send(MouseEvent(0, 0, data, flags))
    for virtual_key in range(7, 255):
        if virtual_key not in _NOT_KEYS and _is_down(virtual_key):
            scan = user32.MapVirtualKeyW(virtual_key, _TO_SCAN_EXTENDED)
            is_extended = scan >> 8 in (0xE0, 0xE1)
            try_to_send(KeyEvent(virtual_key, scan & 0xFF, _KEY_UP | (_EXTENDED if is_extended else 0)))


def _is_down(virtual_key: int) -> bool:
    return bool(user32.GetAsyncKeyState(virtual_key) & _DOWN)
