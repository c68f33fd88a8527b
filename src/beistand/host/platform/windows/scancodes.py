"""Physical keys: DOM `KeyboardEvent.code` -> scan code of set 1, as `SendInput` takes it. Pure.

Sources: W3C "UI Events KeyboardEvent code Values" for the names, Microsoft "Keyboard scan code specification" for the
numbers. Extended keys (prefix E0) carry 0xE000.
"""

from __future__ import annotations

#: Rows of keys whose numbers follow each other: first number, then the codes.
_ROWS: dict[int, str] = {
    0x01: "Escape Digit1 Digit2 Digit3 Digit4 Digit5 Digit6 Digit7 Digit8 Digit9 Digit0 Minus Equal Backspace",
    0x0F: "Tab KeyQ KeyW KeyE KeyR KeyT KeyY KeyU KeyI KeyO KeyP BracketLeft BracketRight Enter",
    0x1D: "ControlLeft KeyA KeyS KeyD KeyF KeyG KeyH KeyJ KeyK KeyL Semicolon Quote Backquote",
    0x2A: "ShiftLeft Backslash KeyZ KeyX KeyC KeyV KeyB KeyN KeyM Comma Period Slash ShiftRight",
    0x37: "NumpadMultiply AltLeft Space CapsLock F1 F2 F3 F4 F5 F6 F7 F8 F9 F10",
    0x46: "ScrollLock Numpad7 Numpad8 Numpad9 NumpadSubtract Numpad4 Numpad5 Numpad6 NumpadAdd",
    0x4F: "Numpad1 Numpad2 Numpad3 Numpad0 NumpadDecimal",
    0x56: "IntlBackslash F11 F12 NumpadEqual",
    0x64: "F13 F14 F15 F16 F17 F18 F19 F20 F21 F22 F23",
    0x70: "KanaMode Lang2 Lang1 IntlRo",
    0x76: "F24",
    0x79: "Convert",
    0x7B: "NonConvert",
    0x7D: "IntlYen NumpadComma",
    0xE010: "MediaTrackPrevious",
    0xE019: "MediaTrackNext",
    0xE01C: "NumpadEnter ControlRight",
    0xE020: "AudioVolumeMute LaunchApp2 MediaPlayPause",
    0xE024: "MediaStop",
    0xE02E: "AudioVolumeDown",
    0xE030: "AudioVolumeUp",
    0xE032: "BrowserHome",
    0xE035: "NumpadDivide",
    0xE038: "AltRight",
    0xE047: "Home ArrowUp PageUp",
    0xE04B: "ArrowLeft",
    0xE04D: "ArrowRight",
    0xE04F: "End ArrowDown PageDown Insert Delete",
    0xE05B: "MetaLeft MetaRight ContextMenu",
    0xE065: "BrowserSearch BrowserFavorites BrowserRefresh BrowserStop",
    0xE069: "BrowserForward BrowserBack LaunchApp1 LaunchMail",
}

#: DOM code -> scan code.
SCANCODES: dict[str, int] = {
    code: first + index for first, row in _ROWS.items() for index, code in enumerate(row.split())
}

#: DOM code -> virtual key, for keys that share a scan code with another (winuser.h, VK_...).
VIRTUAL_KEYS: dict[str, int] = {"Pause": 0x13, "NumLock": 0x90, "PrintScreen": 0x2C}

#: Keys that change what others mean: lifted while a text is typed.
MODIFIERS = frozenset(
    SCANCODES[code]
    for code in (
        "ControlLeft",
        "ControlRight",
        "AltLeft",
        "AltRight",
        "ShiftLeft",
        "ShiftRight",
        "MetaLeft",
        "MetaRight",
    )
)
