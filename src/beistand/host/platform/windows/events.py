"""Which events of `SendInput` make a deed: keys, characters, buttons, wheel, pointer. Pure.

Flags and numbers: Windows SDK header winuser.h.
"""

from __future__ import annotations

from dataclasses import dataclass

from beistand.host.platform.windows.scancodes import SCANCODES, VIRTUAL_KEYS
from beistand.host.ports import PlatformError

#: In `dwExtraInfo` of every event of ours ("Bst" and a version), so that hooks know it from other programs' injection.
MARK = 0x42737401

EXTENDED, _KEY_UP, _UNICODE, SCANCODE = 1, 2, 4, 8
_MOVE, _WHEEL, _HWHEEL, _VIRTUALDESK, _ABSOLUTE = 0x1, 0x800, 0x1000, 0x4000, 0x8000
EXTENDED_PREFIX = 0xE000
_ENTER, _TAB, _BACKSPACE = SCANCODES["Enter"], SCANCODES["Tab"], SCANCODES["Backspace"]
_CONTROLS = {"\n": _ENTER, "\t": _TAB, "\b": _BACKSPACE}

#: Wire number of a button -> (press, lift, data).
_BUTTONS = {1: (0x2, 0x4, 0), 3: (0x8, 0x10, 0), 2: (0x20, 0x40, 0), 8: (0x80, 0x100, 1), 9: (0x80, 0x100, 2)}
_EXCHANGED = {1: 3, 3: 1}


@dataclass(frozen=True)
class KeyEvent:
    virtual_key: int
    scan: int
    flags: int


@dataclass(frozen=True)
class MouseEvent:
    dx: int
    dy: int
    data: int
    flags: int


def key(code: str) -> tuple[KeyEvent, KeyEvent]:
    """Press and lift of a physical key by its DOM code. Raises PlatformError for an unknown one."""
    if code in VIRTUAL_KEYS:
        virtual_key = VIRTUAL_KEYS[code]
        return KeyEvent(virtual_key, 0, 0), KeyEvent(virtual_key, 0, _KEY_UP)
    if code not in SCANCODES:
        raise PlatformError(f"This computer has no key {code[:40]}.")
    return _scan(SCANCODES[code])


def _scan(code: int) -> tuple[KeyEvent, KeyEvent]:
    flags = SCANCODE | (EXTENDED if code & EXTENDED_PREFIX else 0)
    return KeyEvent(0, code & 0xFF, flags), KeyEvent(0, code & 0xFF, flags | _KEY_UP)


def pressing(lifting: KeyEvent) -> KeyEvent:
    """The press that `lifting` undoes."""
    return KeyEvent(lifting.virtual_key, lifting.scan, lifting.flags & ~_KEY_UP)


def strokes(text: str) -> list[list[KeyEvent]]:
    """For each character the events that type it, whatever the layout: UTF-16 units as characters (VK_PACKET).

    Line ends become Return; other control characters but Tab and Backspace have no key and are left out, deliberately.
    """
    found = []
    for character in text.replace("\r\n", "\n").replace("\r", "\n"):
        if character in _CONTROLS:
            found.append(list(_scan(_CONTROLS[character])))
        elif character >= " " and character != "\x7f" and not "\ud800" <= character <= "\udfff":
            units = character.encode("utf-16-le")
            numbers = [int.from_bytes(units[i : i + 2], "little") for i in range(0, len(units), 2)]
            found.append([KeyEvent(0, n, _UNICODE | up) for n in numbers for up in (0, _KEY_UP)])
    return found


def button(number: int, is_exchanged: bool) -> tuple[MouseEvent, MouseEvent]:
    """Press and lift; `is_exchanged`: the customer has left and right exchanged, and the wire means the effect."""
    number = _EXCHANGED.get(number, number) if is_exchanged else number
    if number not in _BUTTONS:
        raise PlatformError(f"A mouse of this computer has no button {number}.")
    press, lift, data = _BUTTONS[number]
    return MouseEvent(0, 0, data, press), MouseEvent(0, 0, data, lift)


def wheel(dx: int, dy: int) -> list[MouseEvent]:
    """Windows has a smooth wheel, 120 a notch; it counts up as positive, the wire down."""
    vertical = [MouseEvent(0, 0, -dy, _WHEEL)] if dy else []
    return vertical + ([MouseEvent(0, 0, dx, _HWHEEL)] if dx else [])


def motion(x: int, y: int, width: int, height: int) -> MouseEvent:
    """The pointer to a pixel of the virtual desktop (from its upper-left corner, clipped), in 65536ths, rounded up.

    Windows goes back by `units * width // 65536`, which gives exactly x again.
    """
    x, y = min(max(x, 0), width - 1), min(max(y, 0), height - 1)
    flags = _MOVE | _ABSOLUTE | _VIRTUALDESK
    return MouseEvent(-(-x * 65536 // width), -(-y * 65536 // height), 0, flags)
