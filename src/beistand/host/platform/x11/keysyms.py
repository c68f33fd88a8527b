"""Characters -> X11 keysyms: the names that keyboard maps use for them.

Source: X11 protocol, appendix A, "KEYSYM Encoding". A character has one keysym of the general form and, in some older
alphabets, another of its own. Arabic, Hebrew and the East Asian alphabets are left out: their letters are found on a
layout only where it names them in the general form, and are lent a key otherwise.
"""

from __future__ import annotations

_UNICODE = 0x01000000

#: Runs of keysyms of their own: the first number, then the characters in order.
_RUNS: dict[int, str] = {
    0x01A1: "Ą˘Ł",
    0x01A5: "ĽŚ",
    0x01A9: "ŠŞŤŹ",
    0x01AE: "ŽŻ",
    0x01B1: "ą˛ł",
    0x01B5: "ľśˇ",
    0x01B9: "šşťź˝žżŔ",
    0x01C3: "Ă",
    0x01C5: "ĹĆ",
    0x01C8: "Č",
    0x01CA: "Ę",
    0x01CC: "Ě",
    0x01CF: "ĎĐŃŇ",
    0x01D5: "Ő",
    0x01D8: "ŘŮ",
    0x01DB: "Ű",
    0x01DE: "Ţ",
    0x01E0: "ŕ",
    0x01E3: "ă",
    0x01E5: "ĺć",
    0x01E8: "č",
    0x01EA: "ę",
    0x01EC: "ě",
    0x01EF: "ďđńň",
    0x01F5: "ő",
    0x01F8: "řů",
    0x01FB: "ű",
    0x01FE: "ţ˙",
    0x02A1: "Ħ",
    0x02A6: "Ĥ",
    0x02A9: "İ",
    0x02AB: "ĞĴ",
    0x02B1: "ħ",
    0x02B6: "ĥ",
    0x02B9: "ı",
    0x02BB: "ğĵ",
    0x02C5: "ĊĈ",
    0x02D5: "Ġ",
    0x02D8: "Ĝ",
    0x02DD: "ŬŜ",
    0x02E5: "ċĉ",
    0x02F5: "ġ",
    0x02F8: "ĝ",
    0x02FD: "ŭŝ",
    0x03A2: "ĸŖ",
    0x03A5: "ĨĻ",
    0x03AA: "ĒĢŦ",
    0x03B3: "ŗ",
    0x03B5: "ĩļ",
    0x03BA: "ēģŧŊ",
    0x03BF: "ŋĀ",
    0x03C7: "Į",
    0x03CC: "Ė",
    0x03CF: "Ī",
    0x03D1: "ŅŌĶ",
    0x03D9: "Ų",
    0x03DD: "ŨŪ",
    0x03E0: "ā",
    0x03E7: "į",
    0x03EC: "ė",
    0x03EF: "ī",
    0x03F1: "ņōķ",
    0x03F9: "ų",
    0x03FD: "ũū",
    0x06A1: "ђѓёєѕіїјљњћќґўџ№ЂЃЁЄЅІЇЈЉЊЋЌҐЎЏюабцдефгхийклмнопярстужвьызшэщчъЮАБЦДЕФГХИЙКЛМНОПЯРСТУЖВЬЫЗШЭЩЧЪ",
    0x07A1: "ΆΈΉΊΪ",
    0x07A7: "ΌΎΫ",
    0x07AB: "Ώ",
    0x07AE: "΅―",
    0x07B1: "άέήίϊΐόύϋΰώ",
    0x07C1: "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣ",
    0x07D4: "ΤΥΦΧΨΩ",
    0x07E1: "αβγδεζηθικλμνξοπρσςτυφχψω",
    0x0AA1: "\u2003\u2002\u2004\u2005\u2007\u2008\u2009\u200a—–",
    0x0AAE: "…‥⅓⅔⅕⅖⅗⅘⅙⅚℅",
    0x0ABB: "‒",
    0x0AC3: "⅛⅜⅝⅞",
    0x0AC9: "™",
    0x0AD0: "‘’“”℞‰′″",
    0x0AD9: "✝",
    0x0AEC: "♣♦♥",
    0x0AF0: "✠†‡✓✗♯♭♂♀☎⌕℗‸‚„",
    0x13BC: "ŒœŸ",
    0x20AC: "€",
}

_OWN: dict[str, int] = {character: first + index for first, run in _RUNS.items() for index, character in enumerate(run)}

#: Control characters that a keyboard has a key for: Return and Tab.
_KEYS: dict[str, int] = {"\n": 0xFF0D, "\t": 0xFF09}


def keysyms_of(character: str) -> tuple[int, ...]:
    """The keysyms that type `character`, the likeliest first; none for control characters that no key types."""
    if character in _KEYS:
        return (_KEYS[character],)
    point = ord(character)
    if point < 0x20 or 0x7F <= point < 0xA0 or 0xD800 <= point < 0xE000:
        return ()
    general = point if point < 0x100 else point | _UNICODE
    own = _OWN.get(character)
    return (general,) if own is None else (own, general)


def lent_keysym(character: str) -> int:
    """The keysym that a spare key is given for `character`: the general form, which every program understands."""
    return keysyms_of(character)[-1]
