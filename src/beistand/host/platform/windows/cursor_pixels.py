"""The pointer's pixels as RGBA from the bitmaps that Windows keeps. Pure.

Three kinds exist: colours with alpha; colours with a mask that says where they are transparent; and black and white
with two masks, where "inverts what is below" is possible (the text pointer). Inverting cannot be told to the other
side: such pixels become black with a white rim, which is seen on any background.
"""

from __future__ import annotations

_BLACK, _WHITE, _NOTHING = b"\0\0\0\xff", b"\xff\xff\xff\xff", bytes(4)


def from_colour(bgra: bytes, mask: bytes, width: int, height: int) -> bytes:
    """`bgra` and `mask` (BGRX, white where transparent) are `width * height * 4` bytes, from the top row down."""
    rgba = bytearray(width * height * 4)
    rgba[0::4], rgba[1::4], rgba[2::4] = bgra[2::4], bgra[1::4], bgra[0::4]
    alpha = bgra[3::4]
    rgba[3::4] = alpha if any(alpha) else bytes(0 if m else 255 for m in mask[0 : width * height * 4 : 4])
    return bytes(rgba)


def from_masks(masks: bytes, width: int, height: int) -> bytes:
    """`masks` is BGRX, `2 * height` rows: above which pixels of the screen stay, below which are inverted or white."""
    count = width * height
    stay, turn = masks[0 : count * 4 : 4], masks[count * 4 : count * 8 : 4]
    pixels = [(_BLACK if t else _NOTHING) if s else (_WHITE if t else _BLACK) for s, t in zip(stay, turn, strict=True)]
    inverting = {i for i in range(count) if stay[i] and turn[i]}
    for at in inverting:
        x, y = at % width, at // width
        for nx, ny in ((x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)):
            if 0 <= nx < width and 0 <= ny < height and pixels[ny * width + nx] is _NOTHING:
                pixels[ny * width + nx] = _WHITE
    return b"".join(pixels)
