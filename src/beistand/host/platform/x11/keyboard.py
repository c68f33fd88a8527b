"""What the keyboard is like now: its map, its group, what is locked on it. Reads the map anew when it changed."""

from __future__ import annotations

from collections.abc import Collection

from beistand.host.platform.x11.connection import Display, RawReply, xkb, xproto
from beistand.host.platform.x11.keymap import LOCK, MAP_PARTS, Keymap, parse_keymap

_CORE_KEYBOARD = 0x100  # XkbUseCoreKbd


class Keyboard:
    """Two connections: `display` is told of new maps only as long as it does not speak XKB itself."""

    def __init__(self, display: Display, name: str | None) -> None:
        self._display = display
        self._xkb_display = Display(name)
        self._xkb = self._xkb_display.extension(xkb, "typing text")
        self._keymap: Keymap | None = None

    def keymap(self, own_keys: Collection[int]) -> tuple[Keymap, bool]:
        """The map, and whether it was read anew because somebody else than us changed it.

        Changes of nothing but `own_keys` are ours; the server tells us of them like everybody.
        """
        is_new = self._keymap is None
        while (event := self._display.connection.poll_for_event()) is not None:
            if isinstance(event, xproto.MappingNotifyEvent) and not _is_ours(event, own_keys):
                is_new = True
        if self._keymap is None or is_new:
            self._keymap = self._read()
        return self._keymap, is_new

    def state(self) -> tuple[int, int]:
        """The keyboard's group (0 to 3) and its locked modifiers as real modifier bits."""
        state = self._xkb.GetState(_CORE_KEYBOARD).reply()
        return int(state.group), int(state.lockedMods)

    def set_caps_lock(self, is_on: bool) -> None:
        self._xkb.LatchLockState(_CORE_KEYBOARD, LOCK, LOCK if is_on else 0, False, 0, 0, False, 0)
        self._xkb_display.sync()

    def close(self) -> None:
        self._xkb_display.close()

    def _read(self) -> Keymap:
        cookie = self._xkb.GetMap(_CORE_KEYBOARD, MAP_PARTS, *[0] * 16)
        cookie.reply_type = RawReply
        return parse_keymap(cookie.reply().data)


def _is_ours(event: object, own_keys: Collection[int]) -> bool:
    first, count = getattr(event, "first_keycode", 0), getattr(event, "count", 0)
    return count > 0 and all(keycode in own_keys for keycode in range(first, first + count))
