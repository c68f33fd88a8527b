"""libvpx's binary interface for ctypes: structures, constants and prototypes of what a VP9 encoder needs.

Source of the layouts: the public headers of libvpx 1.16.0 (`vpx/vpx_encoder.h`, `vpx_image.h`, `vpx_codec.h`,
`vp8cx.h`), whose encoder ABI is 39; the offsets are held by tests. A library with another ABI is refused by libvpx
itself (`vpx_codec_enc_config_default` does not know versions, `vpx_codec_enc_init_ver` does), and then PyAV encodes.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from ctypes import POINTER, c_char_p, c_int, c_int64, c_long, c_size_t, c_uint, c_ulong, c_void_p
from pathlib import Path

from beistand.host.media import libraries

ENCODER_ABI = 39  # 18 + codec ABI (4 + image ABI 5) + external rate control ABI 12, as compiled from the headers
FRAME_IS_KEY = 1
FORCE_KEY = 1
DEADLINE_REALTIME = 1
VBR = 0
KEYFRAMES_ONLY_WHEN_ASKED = 0
ONE_PASS = 0
FORMAT_I444 = 0x106
FORMAT_I420 = 0x102
BT_709 = 2
STUDIO_RANGE, FULL_RANGE = 0, 1

SET_ACTIVE_MAP = 9
SET_SPEED = 13
SET_STATIC_THRESHOLD = 17
SET_TILE_COLUMNS = 33
SET_FRAME_PARALLEL = 35
SET_AQ_MODE = 36
SET_NOISE_SENSITIVITY = 38
SET_TUNE_CONTENT = 43
SET_COLOR_SPACE = 46
SET_COLOR_RANGE = 51
SET_ROW_MT = 55
CONTENT_SCREEN = 1


class Rational(ctypes.Structure):
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
        ("g_timebase", Rational),
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


class ActiveMap(ctypes.Structure):
    _fields_ = (("active_map", c_char_p), ("rows", c_uint), ("cols", c_uint))


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
        # Variadic: its fixed arguments are declared, so that ctypes passes the third one as the platform wants it.
        library.vpx_codec_control_.restype = c_int
        library.vpx_codec_control_.argtypes = [context, c_int]
    except AttributeError as error:
        raise libraries.LibraryMissingError(
            f"This libvpx has no VP9 encoder ({error}); reinstall the package av."
        ) from error
    return library
