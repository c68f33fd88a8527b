"""libvpx by ctypes: the structures, constants and the few calls that a VP9 encoder needs. No policy lives here.

Source of the layouts: the public headers of libvpx 1.16.0 (`vpx/vpx_encoder.h`, `vpx_image.h`, `vpx_codec.h`,
`vp8cx.h`), whose encoder ABI is 39; the offsets are held by tests. A library with another ABI is refused by libvpx
itself (`vpx_codec_enc_config_default` does not know versions, `vpx_codec_enc_init_ver` does), and then PyAV encodes.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from ctypes import POINTER, byref, c_char_p, c_int, c_int64, c_long, c_size_t, c_uint, c_ulong, c_void_p
from dataclasses import dataclass
from pathlib import Path

from beistand.host.media import libraries

ENCODER_ABI = 39  # 18 + codec ABI (4 + image ABI 5) + external rate control ABI 12, as compiled from the headers
FRAME_IS_KEY = 1
FORCE_KEY = 1
DEADLINE_REALTIME = 1
CBR = 1
KEYFRAMES_ONLY_WHEN_ASKED = 0
ONE_PASS = 0
FORMAT_I444 = 0x106
FORMAT_I420 = 0x102
BT_709 = 2
STUDIO_RANGE = 0

SET_ACTIVE_MAP = 9
SET_SPEED = 13
SET_STATIC_THRESHOLD = 17
GET_QUANTIZER = 20
SET_TILE_COLUMNS = 33
SET_FRAME_PARALLEL = 35
SET_AQ_MODE = 36
SET_NOISE_SENSITIVITY = 38
SET_TUNE_CONTENT = 43
SET_COLOR_SPACE = 46
SET_COLOR_RANGE = 51
SET_ROW_MT = 55
SET_DISABLE_LOOP_FILTER = 69
CONTENT_SCREEN = 1

# Measured on scrolling text of 1920 x 1080 at quantizer 44 (kB, ms, dB a frame): speed 5: 5.3, 19, 35 to 42;
# speed 7: 9.1, 19, 34 to 38; speed 8: 23, 14, 32; typing and moving pictures take the same time at all three.
SPEED, HURRIED_SPEED = 5, 8


class VpxError(Exception):
    """libvpx refused something; the text is one sentence with its own words."""


class _Rational(ctypes.Structure):
    _fields_ = (("num", c_int), ("den", c_int))


class _Buffer(ctypes.Structure):
    _fields_ = (("buf", c_void_p), ("sz", c_size_t))


class EncoderConfig(ctypes.Structure):
    """`vpx_codec_enc_cfg_t`; the layers' part is opaque (336 bytes, kept as the library's defaults)."""

    _fields_ = (
        ("g_usage", c_uint),
        ("g_threads", c_uint),
        ("g_profile", c_uint),
        ("g_w", c_uint),
        ("g_h", c_uint),
        ("g_bit_depth", c_int),
        ("g_input_bit_depth", c_uint),
        ("g_timebase", _Rational),
        ("g_error_resilient", ctypes.c_uint32),
        ("g_pass", c_int),
        ("g_lag_in_frames", c_uint),
        ("rc_dropframe_thresh", c_uint),
        ("rc_resize_allowed", c_uint),
        ("rc_scaled_width", c_uint),
        ("rc_scaled_height", c_uint),
        ("rc_resize_up_thresh", c_uint),
        ("rc_resize_down_thresh", c_uint),
        ("rc_end_usage", c_int),
        ("rc_twopass_stats_in", _Buffer),
        ("rc_firstpass_mb_stats_in", _Buffer),
        ("rc_target_bitrate", c_uint),
        ("rc_min_quantizer", c_uint),
        ("rc_max_quantizer", c_uint),
        ("rc_undershoot_pct", c_uint),
        ("rc_overshoot_pct", c_uint),
        ("rc_buf_sz", c_uint),
        ("rc_buf_initial_sz", c_uint),
        ("rc_buf_optimal_sz", c_uint),
        ("rc_2pass_vbr_bias_pct", c_uint),
        ("rc_2pass_vbr_minsection_pct", c_uint),
        ("rc_2pass_vbr_maxsection_pct", c_uint),
        ("rc_2pass_vbr_corpus_complexity", c_uint),
        ("kf_mode", c_int),
        ("kf_min_dist", c_uint),
        ("kf_max_dist", c_uint),
        ("layers", ctypes.c_uint8 * 332),
    )


class Image(ctypes.Structure):
    """`vpx_image_t`, which points at planes of ours."""

    _fields_ = (
        ("fmt", c_int),
        ("cs", c_int),
        ("range", c_int),
        ("w", c_uint),
        ("h", c_uint),
        ("bit_depth", c_uint),
        ("d_w", c_uint),
        ("d_h", c_uint),
        ("r_w", c_uint),
        ("r_h", c_uint),
        ("x_chroma_shift", c_uint),
        ("y_chroma_shift", c_uint),
        ("planes", c_void_p * 4),
        ("stride", c_int * 4),
        ("bps", c_int),
        ("user_priv", c_void_p),
        ("img_data", c_void_p),
        ("img_data_owner", c_int),
        ("self_allocd", c_int),
        ("fb_priv", c_void_p),
    )


class Context(ctypes.Structure):
    """`vpx_codec_ctx_t`."""

    _fields_ = (
        ("name", c_char_p),
        ("iface", c_void_p),
        ("err", c_int),
        ("err_detail", c_char_p),
        ("init_flags", c_long),
        ("config", c_void_p),
        ("priv", c_void_p),
    )


class Packet(ctypes.Structure):
    """The head of `vpx_codec_cx_pkt_t` for kind 0, a compressed frame (the rest is never read)."""

    _fields_ = (
        ("kind", c_int),
        ("buf", c_void_p),
        ("sz", c_size_t),
        ("pts", c_int64),
        ("duration", c_ulong),
        ("flags", ctypes.c_uint32),
    )


class _ActiveMap(ctypes.Structure):
    _fields_ = (("active_map", c_char_p), ("rows", c_uint), ("cols", c_uint))


@dataclass(frozen=True)
class Plane:
    """Where a plane of 8 bit samples lies: address of its first sample and bytes a row."""

    address: int
    stride: int


def load(places: Sequence[Path] | None = None) -> ctypes.CDLL:
    """The libvpx of the `av` wheel with its prototypes set. Raises LibraryMissingError."""
    library = libraries.load("vpx", places)
    context = POINTER(Context)
    prototypes: dict[str, tuple[object, list[object]]] = {
        "vpx_codec_vp9_cx": (c_void_p, []),
        "vpx_codec_version_str": (c_char_p, []),
        "vpx_codec_error": (c_char_p, [context]),
        "vpx_codec_error_detail": (c_char_p, [context]),
        "vpx_codec_enc_config_default": (c_int, [c_void_p, POINTER(EncoderConfig), c_uint]),
        "vpx_codec_enc_init_ver": (c_int, [context, c_void_p, POINTER(EncoderConfig), c_long, c_int]),
        "vpx_codec_enc_config_set": (c_int, [context, POINTER(EncoderConfig)]),
        "vpx_codec_encode": (c_int, [context, POINTER(Image), c_int64, c_ulong, c_long, c_ulong]),
        "vpx_codec_get_cx_data": (POINTER(Packet), [context, POINTER(c_void_p)]),
        "vpx_codec_destroy": (c_int, [context]),
    }
    try:
        for name, (result, arguments) in prototypes.items():
            function = getattr(library, name)
            function.restype = result
            function.argtypes = arguments
        library.vpx_codec_control_.restype = c_int  # variadic: its third argument is typed at every call
    except AttributeError as error:
        raise libraries.LibraryMissingError(
            f"This libvpx has no VP9 encoder ({error}); reinstall the package av."
        ) from error
    return library


class VpxEncoder:
    """One VP9 encoder instance of a fixed size; used by one thread alone and closed by it."""

    def __init__(self, width: int, height: int, is_444: bool, threads: int, library: ctypes.CDLL | None = None) -> None:
        """Opens it for realtime screen content. Raises VpxError or LibraryMissingError."""
        self._library = load() if library is None else library
        self._context = Context()
        self._config = EncoderConfig()
        self._is_open = False
        self._width, self._height = width, height
        interface = self._library.vpx_codec_vp9_cx()
        self._check(self._library.vpx_codec_enc_config_default(interface, byref(self._config), 0), "defaults")
        self._configure(is_444, threads)
        code = self._library.vpx_codec_enc_init_ver(
            byref(self._context), interface, byref(self._config), 0, ENCODER_ABI
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
        config.g_timebase = _Rational(1, 1000)
        config.g_error_resilient = 0
        config.g_pass = ONE_PASS
        config.g_lag_in_frames = 0
        config.rc_dropframe_thresh = 0
        config.rc_resize_allowed = 0
        config.rc_end_usage = CBR
        # The quantizer is set frame by frame (min = max), so the rate only has to be too high to interfere.
        config.rc_target_bitrate = 100_000
        config.kf_mode = KEYFRAMES_ONLY_WHEN_ASKED
        config.kf_max_dist = 0

    def _tune(self, threads: int) -> None:
        columns = max(0, min(threads, self._width // 256).bit_length() - 1)
        for control, value in (
            (SET_SPEED, SPEED),
            (SET_TUNE_CONTENT, CONTENT_SCREEN),
            (SET_TILE_COLUMNS, columns),
            (SET_ROW_MT, 1),
            (SET_FRAME_PARALLEL, 0),
            (SET_AQ_MODE, 0),  # its segments would fight with the active map's
            (SET_NOISE_SENSITIVITY, 0),
            (SET_STATIC_THRESHOLD, 0),
            (SET_COLOR_SPACE, BT_709),
            (SET_COLOR_RANGE, STUDIO_RANGE),
        ):
            self.control(control, value)

    def _blank_image(self, is_444: bool) -> Image:
        shift = 0 if is_444 else 1
        return Image(
            fmt=FORMAT_I444 if is_444 else FORMAT_I420,
            cs=BT_709,
            range=STUDIO_RANGE,
            w=self._width,
            h=self._height,
            bit_depth=8,
            d_w=self._width,
            d_h=self._height,
            x_chroma_shift=shift,
            y_chroma_shift=shift,
            bps=24 if is_444 else 12,
        )

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
        active = _ActiveMap(cells, rows, columns)
        self._check(self._library.vpx_codec_control_(byref(self._context), SET_ACTIVE_MAP, byref(active)), "active map")

    def encode(self, planes: Sequence[Plane], milliseconds: int, is_key: bool) -> tuple[bytes, bool]:
        """Codes three planes into one packet: its bytes and whether it is a keyframe. The time must rise."""
        for index, plane in enumerate(planes):
            self._image.planes[index] = plane.address
            self._image.stride[index] = plane.stride
        flags = FORCE_KEY if is_key else 0
        code = self._library.vpx_codec_encode(
            byref(self._context), byref(self._image), milliseconds, 1, flags, DEADLINE_REALTIME
        )
        self._check(code, "encode")
        data, key = b"", False
        for packet in self._packets():
            data += ctypes.string_at(packet.buf, packet.sz)
            key = key or bool(packet.flags & FRAME_IS_KEY)
        if not data:
            raise VpxError("libvpx gave no packet for a frame; ask for a keyframe.")
        return data, key

    def _packets(self) -> Iterator[Packet]:
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
