"""A keyboard map as XKB tells it: which key, with which modifiers, gives a character. Pure.

Layout of the reply: "The X Keyboard Extension: Protocol Specification", appendix D, GetMap.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import combinations

#: Parts of GetMap that `parse_keymap` reads: key types, symbols, modifier map.
MAP_PARTS = 0x01 | 0x02 | 0x04

#: Real modifier bits.
SHIFT, LOCK = 0x01, 0x02

#: Keys that may be pressed to reach another level: Shift_L, Shift_R, ISO_Level3_Shift, ISO_Level5_Shift.
_LEVEL_KEYSYMS = {0xFFE1, 0xFFE2, 0xFE03, 0xFE11}

#: The last keycode of a keyboard's main block (the key left of Z on European keyboards).
_MAIN_BLOCK_END = 94

#: Keysyms of the general form, one for each Unicode character; special keys of makers come after them.
_UNICODE = range(0x01000000, 0x01110000)


@dataclass(frozen=True)
class KeyType:
    """How modifiers choose a level: real modifiers that matter, and the level of each combination (else 0)."""

    mask: int
    levels: dict[int, int]

    def level(self, modifiers: int) -> int:
        return self.levels.get(modifiers & self.mask, 0)


@dataclass(frozen=True)
class Key:
    """One key: for each of its groups the type, and the keysym of each level (0 = none)."""

    types: tuple[int, ...]
    levels: tuple[tuple[int, ...], ...]
    group_info: int

    def effective_group(self, group: int) -> int:
        """Which of the key's groups counts when the keyboard's group is `group` (XKB specification, 7.2)."""
        count = len(self.levels)
        if group < count:
            return group
        if self.group_info & 0x40:  # clamp
            return count - 1
        if self.group_info & 0x80:  # redirect
            wanted = self.group_info >> 4 & 0x3
            return wanted if wanted < count else 0
        return group % count  # wrap


@dataclass(frozen=True)
class Stroke:
    """Press the modifier keys, then the key, and lift them again."""

    keycode: int
    modifier_keycodes: tuple[int, ...] = ()


@dataclass(frozen=True)
class Keymap:
    """Which keys there are. `modifiers` are real modifier bits by keycode."""

    types: tuple[KeyType, ...]
    keys: dict[int, Key]
    modifiers: dict[int, int]
    _where: dict[int, list[tuple[int, int, int]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for keycode, key in self.keys.items():
            for group, level, keysym in _each(key):
                self._where.setdefault(keysym, []).append((keycode, group, level))

    def find(self, keysym: int, group: int, locked: int) -> Stroke | None:
        """How to type `keysym` in the keyboard's `group` while the modifiers `locked` are on; None if no key has it.

        Keys of the main block win over special ones, which programs that read keycodes may not know.
        """
        strokes = []
        for keycode, key_group, level in self._where.get(keysym, ()):
            key = self.keys[keycode]
            if key.effective_group(group) != key_group:
                continue
            pressed = self._reach(self.types[key.types[key_group]], level, locked)
            if pressed is not None:
                strokes.append((keycode > _MAIN_BLOCK_END, len(pressed), keycode, pressed))
        if not strokes:
            return None
        _, _, keycode, pressed = min(strokes)
        return Stroke(keycode, pressed)

    def _reach(self, key_type: KeyType, level: int, locked: int) -> tuple[int, ...] | None:
        """The fewest modifier keys that bring a key of this type to `level`."""
        helpers = self.level_keys()
        for count in range(len(helpers) + 1):
            for bits in combinations(helpers, count):
                if key_type.level(locked | sum(bits)) == level:
                    return tuple(helpers[bit] for bit in bits)
        return None

    def without(self, keycodes: Collection[int]) -> Keymap:
        """The map without some of its keys."""
        kept = {keycode: key for keycode, key in self.keys.items() if keycode not in keycodes}
        return Keymap(self.types, kept, self.modifiers)

    def first_keysym(self, keycode: int) -> int:
        """What a key types by itself, 0 if nothing."""
        key = self.keys.get(keycode)
        return key.levels[0][0] if key else 0

    def level_keys(self) -> dict[int, int]:
        """For each modifier that reaches another level: its bit -> the keycode that presses it."""
        found: dict[int, int] = {}
        for keycode, bits in sorted(self.modifiers.items()):
            key = self.keys.get(keycode)
            if key and key.levels[0][0] in _LEVEL_KEYSYMS and bits.bit_count() == 1:
                found.setdefault(bits, keycode)
        return found

    def spare_keycodes(self, lowest: int, highest: int, reserved: Collection[int]) -> list[int]:
        """Keys that type nothing, the highest first: free to be lent to a character no other key has.

        A key left over from a program that ended badly (nothing on it but one Unicode character) counts as spare.
        """
        return [
            keycode
            for keycode in range(highest, lowest - 1, -1)
            if keycode not in reserved and keycode not in self.modifiers and self._is_spare(keycode)
        ]

    def _is_spare(self, keycode: int) -> bool:
        key = self.keys.get(keycode)
        if key is None:
            return True
        keysyms = {keysym for _, _, keysym in _each(key)}
        return not keysyms or (len(keysyms) == 1 and keysyms.pop() in _UNICODE)


def _each(key: Key) -> Iterator[tuple[int, int, int]]:
    for group, keysyms in enumerate(key.levels):
        for level, keysym in enumerate(keysyms):
            if keysym:
                yield group, level, keysym


def parse_keymap(reply: bytes) -> Keymap:
    """The map in the bytes of a GetMap reply that holds `MAP_PARTS` in full. Raises ValueError if it is cut short."""
    try:
        return _parse(reply)
    except (struct.error, IndexError) as error:
        raise ValueError("The X server's keyboard map is cut short.") from error


def _parse(reply: bytes) -> Keymap:
    type_count, first_key, key_count, modifier_count = reply[15], reply[17], reply[20], reply[33]
    at = 40
    types = []
    for _ in range(type_count):
        key_type, at = _parse_type(reply, at)
        types.append(key_type)
    keys: dict[int, Key] = {}
    for keycode in range(first_key, first_key + key_count):
        key, at = _parse_key(reply, at, types)
        if key is not None:
            keys[keycode] = key
    pairs = struct.unpack_from(f"={modifier_count * 2}B", reply, at)
    return Keymap(tuple(types), keys, dict(zip(pairs[::2], pairs[1::2], strict=True)))


def _parse_type(reply: bytes, at: int) -> tuple[KeyType, int]:
    mask, entry_count, has_preserve = reply[at], reply[at + 5], reply[at + 6]
    at += 8
    levels = {}
    for _ in range(entry_count):
        is_active, entry_mask, level = struct.unpack_from("=BBB", reply, at)
        if is_active:
            levels[entry_mask] = level
        at += 8
    return KeyType(mask, levels), at + (4 * entry_count if has_preserve else 0)


def _parse_key(reply: bytes, at: int, types: list[KeyType]) -> tuple[Key | None, int]:
    *type_indexes, group_info, width, count = struct.unpack_from("=4BBBH", reply, at)
    keysyms = struct.unpack_from(f"={count}I", reply, at + 8)
    group_count = group_info & 0x0F
    at += 8 + 4 * count
    if not group_count or not width:
        return None, at
    levels = tuple(keysyms[group * width : (group + 1) * width] for group in range(group_count))
    return Key(tuple(type_indexes[:group_count]), levels, group_info), at
