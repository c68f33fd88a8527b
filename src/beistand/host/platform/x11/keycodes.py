"""Physical keys: DOM `KeyboardEvent.code` -> X11 keycode.

Sources: W3C "UI Events KeyboardEvent code Values" for the names, Linux `input-event-codes.h` for the numbers.
An X server with evdev keycodes, which is every one on Linux, adds 8 to them.
"""

from __future__ import annotations

_X11_OFFSET = 8

#: Rows of keys whose evdev numbers follow each other: first number, then the codes.
_ROWS: dict[int, str] = {
    1: "Escape Digit1 Digit2 Digit3 Digit4 Digit5 Digit6 Digit7 Digit8 Digit9 Digit0 Minus Equal Backspace",
    15: "Tab KeyQ KeyW KeyE KeyR KeyT KeyY KeyU KeyI KeyO KeyP BracketLeft BracketRight Enter",
    29: "ControlLeft KeyA KeyS KeyD KeyF KeyG KeyH KeyJ KeyK KeyL Semicolon Quote Backquote",
    42: "ShiftLeft Backslash KeyZ KeyX KeyC KeyV KeyB KeyN KeyM Comma Period Slash ShiftRight",
    55: "NumpadMultiply AltLeft Space CapsLock F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 NumLock ScrollLock",
    71: "Numpad7 Numpad8 Numpad9 NumpadSubtract Numpad4 Numpad5 Numpad6 NumpadAdd",
    79: "Numpad1 Numpad2 Numpad3 Numpad0 NumpadDecimal",
    86: "IntlBackslash F11 F12 IntlRo",
    92: "Convert KanaMode NonConvert",
    96: "NumpadEnter ControlRight NumpadDivide PrintScreen AltRight",
    102: "Home ArrowUp PageUp ArrowLeft ArrowRight End ArrowDown PageDown Insert Delete",
    113: "AudioVolumeMute AudioVolumeDown AudioVolumeUp",
    117: "NumpadEqual",
    119: "Pause",
    121: "NumpadComma Lang1 Lang2 IntlYen MetaLeft MetaRight ContextMenu BrowserStop",
    140: "LaunchApp2",
    155: "LaunchMail BrowserFavorites",
    158: "BrowserBack BrowserForward",
    163: "MediaTrackNext MediaPlayPause MediaTrackPrevious MediaStop",
    172: "BrowserHome BrowserRefresh",
    183: "F13 F14 F15 F16 F17 F18 F19 F20 F21 F22 F23 F24",
    217: "BrowserSearch",
}

#: DOM code -> X11 keycode.
KEYCODES: dict[str, int] = {
    code: first + index + _X11_OFFSET for first, row in _ROWS.items() for index, code in enumerate(row.split())
}
