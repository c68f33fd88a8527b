"""Encoders by PyAV: H.264 for browsers without VP9, and VP9 where libvpx cannot be driven directly.

PyAV opens a coder with one quality for all of its frames. So there are two qualities, coarse and fine; a still screen
is sharpened by a new coder, whose first frame is a keyframe, and the fine coder stays until a slow line asks for less.
Nothing here uses ctypes: conversion is PyAV's too (about 8 ms for 1920 x 1080).
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import av
from av.video.frame import PictureType, VideoFrame
from av.video.reformatter import ColorRange, Colorspace

from beistand.host.media.damage import Grid, row_spans
from beistand.host.media.encoding import Codec, Encoded, EncoderError, Kind
from beistand.host.ports import CapturedFrame, Rect

THREADS = 2
COARSE, FINE = 20, 4  # the VP9 quantizers whose PSNR (41 and 52 dB on text) x264's crf 23 and 8 reach as well
SLOW_LINE = 44  # from this wanted quantizer on the coarse coder comes back
_BT_709, _LIMITED, _FULL = 1, 1, 2
_PROFILES = {"42": "baseline", "4d": "main", "64": "high"}


class PyavEncoder:
    """One picture size; used by one thread alone. H.264 leaves out the last column or row of an odd size."""

    finest = FINE

    def __init__(self, codec: Codec, width: int, height: int) -> None:
        """Raises EncoderError if this PyAV lacks the encoder."""
        self.grid = Grid(width, height)
        self._codec = codec
        even = ~1 if codec.kind is Kind.H264 else ~0
        self._size = (max(width & even, 2), max(height & even, 2))
        self._kept = VideoFrame(*self._size, "bgr0")
        self._quality = COARSE
        self._has_taken = False
        self._coder = self._open()
        self._is_new = True

    def _open(self) -> Any:
        is_h264 = self._codec.kind is Kind.H264
        try:
            coder: Any = av.CodecContext.create("libx264" if is_h264 else "libvpx-vp9", "w")
            coder.width, coder.height = self._size
            coder.pix_fmt = "yuv444p" if self._codec.kind is Kind.VP9_444 else "yuv420p"
            coder.time_base = Fraction(1, 1000)
            coder.thread_count = THREADS
            coder.color_range, coder.colorspace = _FULL if self._codec.is_full else _LIMITED, _BT_709
            coder.color_primaries = coder.color_trc = _BT_709
            coder.options = self._h264_options() if is_h264 else self._vp9_options()
            coder.open()
        except (av.FFmpegError, ValueError) as error:
            raise EncoderError(f"PyAV cannot make {self._codec.name} ({error}); reinstall the package av.") from error
        return coder

    def _h264_options(self) -> dict[str, str]:
        return {
            "preset": "superfast",
            "tune": "zerolatency",
            "profile": _PROFILES[self._codec.name[5:7].lower()],
            "crf": "23" if self._quality == COARSE else "8",
            "g": "999999",
            "forced-idr": "1",
            "sc_threshold": "0",
        }

    def _vp9_options(self) -> dict[str, str]:
        quantizer = str(self._quality)
        return {
            "deadline": "realtime",
            "cpu-used": "5",
            "tune-content": "screen",
            "lag-in-frames": "0",
            "row-mt": "1",
            "tile-columns": "1",
            "b": "100M",
            "qmin": quantizer,
            "qmax": quantizer,
            "g": "999999",
        }

    def take(self, frame: CapturedFrame) -> frozenset[int]:
        width, height = self._size
        plane = self._kept.planes[0]
        target, line = memoryview(plane).cast("B"), plane.line_size
        for first, end in row_spans(frame.damage, height):
            for row in range(first, end):
                source = row * frame.stride
                target[row * line : row * line + width * 4] = frame.pixels[source : source + width * 4]
        self._has_taken = True
        return self.grid.blocks(frame.damage)

    def changed(self, blocks: Iterable[int]) -> list[Rect]:
        return [self.grid.rect(block) for block in blocks]

    def is_exact(self, block: int) -> bool:
        return False

    def encode(self, blocks: Iterable[int], quantizer: int, milliseconds: int, is_key: bool) -> Encoded:
        self._fit(quantizer)
        is_key = is_key or self._is_new
        picture = self._kept.reformat(
            format=self._coder.pix_fmt,
            src_colorspace=Colorspace.ITU709,
            dst_colorspace=Colorspace.ITU709,
            src_color_range=ColorRange.JPEG,
            dst_color_range=ColorRange.JPEG if self._codec.is_full else ColorRange.MPEG,
        )
        picture.pts, picture.time_base = milliseconds, Fraction(1, 1000)
        picture.pict_type = PictureType.I if is_key else PictureType.NONE
        try:
            packets = self._coder.encode(picture)
        except av.FFmpegError as error:
            raise EncoderError(f"The picture could not be coded ({error}); it is tried again.") from error
        self._is_new = self._has_taken = False
        is_key = any(packet.is_keyframe for packet in packets)
        renewed = self.grid.all() if is_key else frozenset(blocks)
        return Encoded(b"".join(bytes(packet) for packet in packets), is_key, self._quality, renewed, self.grid.all())

    def _fit(self, quantizer: int) -> None:
        """Changes the coder where the wanted quantizer demands it: finer for a still screen, coarser on a slow line."""
        is_still = not self._has_taken
        wanted = FINE if is_still and quantizer < COARSE else COARSE if quantizer >= SLOW_LINE else self._quality
        if wanted != self._quality:
            self._quality = wanted
            self._coder = self._open()
            self._is_new = True

    def hurry(self, is_hurried: bool) -> None:
        """Nothing: superfast is as fast as it gets."""

    def rest(self) -> None:
        """Nothing: PyAV keeps what it has."""

    def close(self) -> None:
        self._coder = None
