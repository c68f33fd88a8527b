"""Physical keys: DOM `KeyboardEvent.code` -> virtual key code of macOS. Pure.

Sources: W3C "UI Events KeyboardEvent code Values"; Apple, Carbon `HIToolbox/Events.h` (kVK_...), which names places on
a US keyboard.
"""

from __future__ import annotations

_TABLE = """
KeyA 0 KeyS 1 KeyD 2 KeyF 3 KeyH 4 KeyG 5 KeyZ 6 KeyX 7 KeyC 8 KeyV 9 IntlBackslash 10 KeyB 11 KeyQ 12 KeyW 13 KeyE 14
KeyR 15 KeyY 16 KeyT 17 Digit1 18 Digit2 19 Digit3 20 Digit4 21 Digit6 22 Digit5 23 Equal 24 Digit9 25 Digit7 26 Minus
27 Digit8 28 Digit0 29 BracketRight 30 KeyO 31 KeyU 32 BracketLeft 33 KeyI 34 KeyP 35 Enter 36 KeyL 37 KeyJ 38 Quote
39 KeyK 40 Semicolon 41 Backslash 42 Comma 43 Slash 44 KeyN 45 KeyM 46 Period 47 Tab 48 Space 49 Backquote 50
Backspace 51 Escape 53 MetaRight 54 MetaLeft 55 ShiftLeft 56 CapsLock 57 AltLeft 58 ControlLeft 59 ShiftRight 60
AltRight 61 ControlRight 62 F17 64 NumpadDecimal 65 NumpadMultiply 67 NumpadAdd 69 NumLock 71 AudioVolumeUp 72
AudioVolumeDown 73 AudioVolumeMute 74 NumpadDivide 75 NumpadEnter 76 NumpadSubtract 78 F18 79 F19 80 NumpadEqual 81
Numpad0 82 Numpad1 83 Numpad2 84 Numpad3 85 Numpad4 86 Numpad5 87 Numpad6 88 Numpad7 89 F20 90 Numpad8 91 Numpad9 92
IntlYen 93 IntlRo 94 NumpadComma 95 F5 96 F6 97 F7 98 F3 99 F8 100 F9 101 Lang2 102 F11 103 Lang1 104 F13 105 F16 106
F14 107 F10 109 ContextMenu 110 F12 111 F15 113 Insert 114 Home 115 PageUp 116 Delete 117 F4 118 End 119 F2 120
PageDown 121 F1 122 ArrowLeft 123 ArrowRight 124 ArrowDown 125 ArrowUp 126
"""
_WORDS = _TABLE.split()

#: DOM code -> virtual key code.
KEYCODES: dict[str, int] = {code: int(number) for code, number in zip(_WORDS[::2], _WORDS[1::2], strict=True)}

#: Virtual key code -> the flag that CoreGraphics wants in events while it is held (CGEventFlags).
FLAGS: dict[int, int] = {
    KEYCODES["ShiftLeft"]: 1 << 17,
    KEYCODES["ShiftRight"]: 1 << 17,
    KEYCODES["ControlLeft"]: 1 << 18,
    KEYCODES["ControlRight"]: 1 << 18,
    KEYCODES["AltLeft"]: 1 << 19,
    KEYCODES["AltRight"]: 1 << 19,
    KEYCODES["MetaLeft"]: 1 << 20,
    KEYCODES["MetaRight"]: 1 << 20,
}
