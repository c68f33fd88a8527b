"""A VP9 encoder by libvpx: planes in, packets out; any quantizer and any active map at any frame. No policy here."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from ctypes import byref, c_int, c_void_p
from dataclasses import dataclass

from beistand.host.media import vpx_abi as abi

# Measured on scrolling text of 1920 x 1080 at quantizer 44 (kB, ms, dB a frame): speed 5: 5.3, 19, 35 to 42;
# speed 7: 9.1, 19, 34 to 38; speed 8: 23, 14, 32; typing and moving pictures take the same time at all three.
SPEED, HURRIED_SPEED = 5, 8


class VpxError(Exception):
    """libvpx refused something; the text is one sentence with its own words."""


@dataclass(frozen=True)
class Plane:
    """Where a plane of 8 bit samples lies: address of its first sample and bytes a row."""

    address: int
    stride: int


class VpxEncoder:
    """One VP9 encoder instance of a fixed size; used by one thread alone and closed by it."""

    def __init__(
        self,
        width: int,
        height: int,
        is_444: bool,
        threads: int,
        library: ctypes.CDLL | None = None,
        is_full: bool = False,
    ) -> None:
        """Opens it for realtime screen content. Raises VpxError or LibraryMissingError."""
        self._library = abi.load() if library is None else library
        self._context = abi.Context()
        self._config = abi.EncoderConfig()
        self._is_open = False
        self._width, self._height = width, height
        self._range = abi.FULL_RANGE if is_full else abi.STUDIO_RANGE
        interface = self._library.vpx_codec_vp9_cx()
        self._check(self._library.vpx_codec_enc_config_default(interface, byref(self._config), 0), "defaults")
        self._configure(is_444, threads)
        code = self._library.vpx_codec_enc_init_ver(
            byref(self._context), interface, byref(self._config), 0, abi.ENCODER_ABI
        )
        self._check(code, "start")
        self._is_open = True
        self._tune(threads)
        self._image = self._blank_image(is_444)

    def _configure(self, is_444: bool, threads: int) -> None:
        config = self._config
        config.g_w, config.g_h = self._width, self._height
        config.g_profile = 1 if is_444 else 0
        config.g_threads = threads
        config.g_timebase = abi.Rational(1, 1000)
        config.g_error_resilient = 0
        config.g_pass = abi.ONE_PASS
        config.g_lag_in_frames = 0
        config.rc_dropframe_thresh = 0
        config.rc_resize_allowed = 0
        # The quantizer is set frame by frame (min = max), so the rate only has to be too high to interfere. VBR all
        # the same: its choice of references spends 10 to 20 % fewer bytes on scrolling than CBR's.
        config.rc_end_usage = abi.VBR
        config.rc_target_bitrate = 100_000
        config.kf_mode = abi.KEYFRAMES_ONLY_WHEN_ASKED
        config.kf_max_dist = 0

    def _tune(self, threads: int) -> None:
        columns = max(0, min(threads, self._width // 256).bit_length() - 1)
        for control, value in (
            (abi.SET_SPEED, SPEED),
            (abi.SET_TUNE_CONTENT, abi.CONTENT_SCREEN),
            (abi.SET_TILE_COLUMNS, columns),
            (abi.SET_ROW_MT, 1),
            (abi.SET_FRAME_PARALLEL, 0),
            (abi.SET_AQ_MODE, 0),  # its segments would fight with the active map's
            (abi.SET_NOISE_SENSITIVITY, 0),
            (abi.SET_STATIC_THRESHOLD, 0),
            (abi.SET_COLOR_SPACE, abi.BT_709),
            (abi.SET_COLOR_RANGE, self._range),
        ):
            self.control(control, value)

    def _blank_image(self, is_444: bool) -> abi.Image:
        shift = 0 if is_444 else 1
        return abi.Image(
            fmt=abi.FORMAT_I444 if is_444 else abi.FORMAT_I420,
            cs=abi.BT_709,
            range=self._range,
            w=self._width,
            h=self._height,
            bit_depth=8,
            d_w=self._width,
            d_h=self._height,
            x_chroma_shift=shift,
            y_chroma_shift=shift,
            bps=24 if is_444 else 12,
        )

    def hurry(self, is_hurried: bool) -> None:
        """Takes less care of each frame from now on, or full care again."""
        self.control(abi.SET_SPEED, HURRIED_SPEED if is_hurried else SPEED)

    def control(self, number: int, value: int) -> None:
        """One of the integer controls of `vp8cx.h`."""
        self._check(self._library.vpx_codec_control_(byref(self._context), number, c_int(value)), f"control {number}")

    def set_quantizer(self, quantizer: int) -> None:
        """0 (lossless) to 63 (coarsest) for the frames from now on; makes no keyframe."""
        config = self._config
        if config.rc_min_quantizer == config.rc_max_quantizer == quantizer:
            return
        config.rc_min_quantizer = config.rc_max_quantizer = quantizer
        self._check(self._library.vpx_codec_enc_config_set(byref(self._context), byref(config)), "quantizer")

    def set_active_map(self, cells: bytes | None) -> None:
        """One byte (1 = code it, 0 = keep the last frame's pixels) for each 16 x 16 px, row by row; None codes all."""
        rows, columns = -(-self._height // 16), -(-self._width // 16)
        if cells is not None and len(cells) != rows * columns:
            raise VpxError(f"An active map of {columns} x {rows} cells is needed, {len(cells)} bytes came.")
        active = abi.ActiveMap(cells, rows, columns)
        self._check(
            self._library.vpx_codec_control_(byref(self._context), abi.SET_ACTIVE_MAP, byref(active)), "active map"
        )

    def encode(self, planes: Sequence[Plane], milliseconds: int, is_key: bool) -> tuple[bytes, bool]:
        """Codes three planes into one packet: its bytes and whether it is a keyframe. The time must rise."""
        for index, plane in enumerate(planes):
            self._image.planes[index] = plane.address
            self._image.stride[index] = plane.stride
        flags = abi.FORCE_KEY if is_key else 0
        code = self._library.vpx_codec_encode(
            byref(self._context), byref(self._image), milliseconds, 1, flags, abi.DEADLINE_REALTIME
        )
        self._check(code, "encode")
        data, key = b"", False
        for packet in self._packets():
            data += ctypes.string_at(packet.buf, packet.sz)
            key = key or bool(packet.flags & abi.FRAME_IS_KEY)
        if not data:
            raise VpxError("libvpx gave no packet for a frame; ask for a keyframe.")
        return data, key

    def _packets(self) -> Iterator[abi.Packet]:
        position = c_void_p(None)
        while packet := self._library.vpx_codec_get_cx_data(byref(self._context), byref(position)):
            if packet.contents.kind == 0:
                yield packet.contents

    def _check(self, code: int, what: str) -> None:
        if code:
            texts = (self._library.vpx_codec_error(byref(self._context)), self._context.err_detail)
            words = ": ".join(text.decode() for text in texts if text)
            raise VpxError(f"libvpx refused ({what}, code {code}): {words or 'no reason given'}.")

    def close(self) -> None:
        """Frees it; may be called twice."""
        if self._is_open:
            self._is_open = False
            self._library.vpx_codec_destroy(byref(self._context))
