"""Pixels as they are, for the message Patch: small changes at once, and colours that Y'CbCr of 8 bits cannot hold.

A patch needs no coder and no decoder of the whole picture: on the way of a key to the technician's canvas these two are
the longest stretch. What stands in it is raw deflate (RFC 1951) of each area's red, green and blue plane; so little
that compressing saves nothing is stored in it as it is, which the page reads without waiting for its decompressor.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from beistand.host.ports import CapturedFrame, Rect

MOST_AREAS = 64
MOST_PIXELS = 262_144
STORED_BYTES = 4_096
QUICK, CAREFUL = 1, 6  # zlib's levels: what somebody waits for, and what stands still anyway


def pixels(frame: CapturedFrame, area: Rect) -> bytes:
    """The area's planes, red, green, blue, row by row; the area lies within the frame."""
    first, width = area.y * frame.stride + area.x * 4, area.width * 4
    ends = range(first, first + area.height * frame.stride, frame.stride)
    bgrx = b"".join(frame.pixels[at : at + width] for at in ends)
    return bgrx[2::4] + bgrx[1::4] + bgrx[0::4]


def packed(parts: Sequence[bytes], level: int) -> bytes:
    """Raw deflate of all parts together."""
    data = b"".join(parts)
    coder = zlib.compressobj(0 if len(data) <= STORED_BYTES else level, zlib.DEFLATED, -zlib.MAX_WBITS)
    return coder.compress(data) + coder.flush()
