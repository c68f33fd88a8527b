"""Choice of codec, and the encoders by PyAV: what they code is what was painted, still screens get sharp."""

from __future__ import annotations

import pytest

from beistand.host.media import encoder as encoder_module
from beistand.host.media.convert import Converter
from beistand.host.media.encoder import Vp9Encoder, choose, open_encoder
from beistand.host.media.encoding import Codec, EncoderError, Kind
from beistand.host.media.libraries import LibraryMissingError, load
from beistand.host.media.pyav import COARSE, FINE, PyavEncoder
from beistand.host.ports import Rect
from host.media.painting import BLUE, RED, Canvas
from host.media.viewing import Viewer, plane, psnr

H264 = Codec("avc1.42E028", Kind.H264)
VP9 = Codec("vp09.01.40.08.03", Kind.VP9_444)
VP9_420 = Codec("vp09.00.40.08", Kind.VP9_420)


@pytest.mark.parametrize(
    ("codecs", "kind"),
    [
        (["vp09.01.40.08.03", "vp09.00.40.08", "avc1.42E028"], Kind.VP9_444),
        (["vp09.00.40.08", "avc1.42E028"], Kind.VP9_420),
        (["av01.0.08M.08", "avc1.42E028"], Kind.H264),
        (["vp09.03.40.10", "vp09.01.40.10.03", "avc1.64002A"], Kind.H264),
    ],
)
def test_the_first_codec_that_we_can_make_is_chosen(codecs: list[str], kind: Kind) -> None:
    chosen = choose(codecs)
    assert chosen.kind is kind
    assert chosen.name in codecs


@pytest.mark.parametrize(
    "codecs", [[], ["av01.0.08M.08"], ["avc1.F40028"], ["avc1.42"], ["vp09.01"], ["vp09.02.40.10"]]
)
def test_a_browser_without_our_codecs_is_told_in_a_sentence(codecs: list[str]) -> None:
    with pytest.raises(EncoderError, match=r"decodes neither VP9 nor H\.264"):
        choose(codecs)


def _luma(canvas: Canvas, width: int, height: int) -> bytes:
    converter = Converter(width, height, True)
    converter.convert(memoryview(canvas.pixels), canvas.stride, [(0, height)])
    return converter.planes.rows(0)


@pytest.mark.parametrize(("codec", "decoder"), [(H264, "h264"), (VP9, "vp9"), (VP9_420, "vp9")])
def test_pyav_shows_each_frame_at_once_and_sharpens_a_still_screen_with_a_keyframe(codec: Codec, decoder: str) -> None:
    canvas, viewer = Canvas(320, 192), Viewer(decoder)
    canvas.text(Rect(0, 0, 320, 192))
    encoder = PyavEncoder(codec, 320, 192)
    encoder.take(canvas.grab(full=True))
    first = encoder.encode((), 36, 1, is_key=False)
    assert (first.is_key, first.quantizer, len(first.blocks)) == (True, COARSE, encoder.grid.count)
    coarse = psnr(plane(viewer.show(first.data), 0), _luma(canvas, 320, 192))
    canvas.glyph(40, 40, 3, ink=RED)
    blocks = encoder.take(canvas.grab())
    change = encoder.encode(blocks, 4, 2, is_key=False)
    assert (change.is_key, change.quantizer, change.blocks) == (False, COARSE, blocks)
    assert len(change.data) < len(first.data) / 5
    viewer.show(change.data)
    sharp = encoder.encode(encoder.grid.all(), 8, 3, is_key=False)
    assert (sharp.is_key, sharp.quantizer) == (True, FINE)
    fine = psnr(plane(viewer.show(sharp.data), 0), _luma(canvas, 320, 192))
    assert fine >= 50
    assert fine > coarse
    wanted = encoder.encode((), 36, 4, is_key=True)
    assert wanted.is_key
    viewer.show(wanted.data)
    encoder.close()


def test_a_slow_line_brings_the_coarse_coder_back() -> None:
    canvas = Canvas(128, 64)
    encoder = PyavEncoder(H264, 128, 64)
    encoder.take(canvas.grab(full=True))
    assert encoder.encode((), 8, 1, is_key=True).quantizer == COARSE
    assert encoder.encode((), 8, 2, is_key=False).quantizer == FINE
    encoder.take(canvas.grab(full=True))
    assert encoder.encode((), 36, 3, is_key=False).quantizer == FINE
    assert encoder.encode((), 52, 4, is_key=False).quantizer == COARSE


def test_h264_of_an_odd_size_leaves_out_the_last_column_and_row() -> None:
    canvas = Canvas(131, 67)
    canvas.fill(Rect(60, 20, 40, 40), BLUE)
    encoder = PyavEncoder(H264, 131, 67)
    encoder.take(canvas.grab(full=True))
    frame = Viewer("h264").show(encoder.encode((), 36, 1, is_key=True).data)
    assert (frame.width, frame.height) == (130, 66)
    assert frame.colorspace == 1
    luma = plane(frame, 0)
    assert luma[0] > 225
    assert luma[30 * 130 + 80] < 100


def test_libvpx_is_taken_where_it_can_be_loaded_and_pyav_where_not(monkeypatch: pytest.MonkeyPatch) -> None:
    direct = open_encoder(VP9, 64, 64)
    assert isinstance(direct, Vp9Encoder)
    direct.close()

    def missing(*_given: object, **_named: object) -> Vp9Encoder:
        raise LibraryMissingError("The library vpx is not beside the package av; install av or name its folder.")

    monkeypatch.setattr(encoder_module, "Vp9Encoder", missing)
    assert isinstance(open_encoder(VP9, 64, 64), PyavEncoder)
    assert isinstance(open_encoder(H264, 64, 64), PyavEncoder)


def test_a_missing_library_is_named_with_the_way_out() -> None:
    with pytest.raises(LibraryMissingError, match="The library vpx is not beside the package av; install av"):
        load("vpx", [])
