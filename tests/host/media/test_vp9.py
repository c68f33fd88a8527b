"""VP9 by libvpx: what the other side sees is what was painted, whatever the damage, the quantizer and the size."""

from __future__ import annotations

import ctypes
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beistand.host.media import vpx, vpx_abi
from beistand.host.media.convert import Converter
from beistand.host.media.damage import Sharpness
from beistand.host.media.encoder import Vp9Encoder
from beistand.host.ports import Rect
from host.media.painting import BLUE, RED, Canvas
from host.media.viewing import Viewer, plane, psnr


def _planes_equal(encoder: Vp9Encoder, frame: object) -> bool:
    return all(plane(frame, index) == encoder._converter.planes.rows(index) for index in range(3))  # type: ignore[arg-type]


def test_structures_lie_where_the_headers_of_libvpx_1_16_put_them() -> None:
    sizes = [ctypes.sizeof(kind) for kind in (vpx_abi.EncoderConfig, vpx_abi.Image, vpx_abi.Context)]
    assert sizes == [504, 136, 56]
    config = vpx_abi.EncoderConfig
    assert (config.rc_target_bitrate.offset, config.kf_mode.offset) == (112, 160)
    assert (vpx_abi.Image.planes.offset, vpx_abi.Image.stride.offset, vpx_abi.Packet.flags.offset) == (48, 80, 40)


def test_the_defaults_that_the_library_writes_are_plausible() -> None:
    library, config = vpx_abi.load(), vpx_abi.EncoderConfig()
    assert library.vpx_codec_enc_config_default(library.vpx_codec_vp9_cx(), ctypes.byref(config), 0) == 0
    assert (config.g_w, config.g_h, config.g_bit_depth) == (320, 240, 8)
    assert (config.rc_max_quantizer, config.kf_max_dist) == (63, 128)


@pytest.mark.parametrize(("width", "height"), [(640, 360), (333, 187), (64, 64), (65, 17)])
@pytest.mark.parametrize("is_444", [True, False])
def test_quantizer_zero_shows_exactly_the_planes_that_were_coded(width: int, height: int, is_444: bool) -> None:
    canvas, viewer = Canvas(width, height), Viewer()
    if width > 100:
        canvas.text(Rect(0, 0, width, height))
    canvas.fill(Rect(width // 2, 3, width // 3, 11), BLUE)
    encoder = Vp9Encoder(width, height, is_444)
    encoder.take(canvas.grab(full=True))
    coarse = encoder.encode((), 40, 0, is_key=True)
    assert coarse.is_key
    viewer.show(coarse.data)
    sharp = encoder.encode(encoder.grid.all(), 0, 10, is_key=False)
    assert not sharp.is_key
    assert _planes_equal(encoder, viewer.show(sharp.data))
    encoder.close()


def test_only_damaged_blocks_are_coded_and_the_rest_stays_as_it_was() -> None:
    canvas, viewer = Canvas(640, 360), Viewer()
    canvas.text(Rect(0, 0, 640, 360))
    encoder = Vp9Encoder(640, 360, is_444=True)
    encoder.take(canvas.grab(full=True))
    viewer.show(encoder.encode((), 0, 0, is_key=True).data)
    canvas.glyph(200, 100, 5, ink=RED)
    blocks = encoder.take(canvas.grab())
    encoded = encoder.encode(blocks, 0, 33, is_key=False)
    assert len(encoded.data) < 1_000
    assert _planes_equal(encoder, viewer.show(encoded.data))


def test_an_inactive_block_keeps_its_old_pixels() -> None:
    canvas, viewer = Canvas(640, 360), Viewer()
    encoder = Vp9Encoder(640, 360, is_444=True)
    encoder.take(canvas.grab(full=True))
    before = plane(viewer.show(encoder.encode((), 0, 0, is_key=True).data), 0)
    canvas.fill(Rect(0, 0, 64, 64), RED)
    canvas.fill(Rect(320, 256, 64, 64), RED)
    encoder.take(canvas.grab())
    after = plane(viewer.show(encoder.encode(encoder.grid.blocks([Rect(0, 0, 64, 64)]), 0, 33, is_key=False).data), 0)
    assert after[:64] != before[:64]
    assert after[640 * 128 :] == before[640 * 128 :]


@pytest.mark.parametrize("is_444", [True, False])
def test_outside_of_what_a_frame_touches_no_pixel_differs(is_444: bool) -> None:
    """The technician's page draws no more than that (console/screen/part.js)."""
    canvas, viewer, shift = Canvas(640, 360), Viewer(), 0 if is_444 else 1
    canvas.text(Rect(0, 0, 640, 360))
    encoder = Vp9Encoder(640, 360, is_444)
    encoder.take(canvas.grab(full=True))
    frame = viewer.show(encoder.encode((), 50, 0, is_key=True).data)
    for step, (x, y, quantizer) in enumerate([(130, 70, 60), (500, 300, 20), (64, 64, 4), (320, 0, 52), (0, 330, 0)]):
        before = [plane(frame, index) for index in range(3)]
        canvas.noise(Rect(x, y, 90, 30), step)
        encoded = encoder.encode(encoder.take(canvas.grab()), quantizer, 33 + step, is_key=False)
        frame = viewer.show(encoded.data)
        area = encoder.grid.bounds(encoded.touched)
        assert area.width * area.height < 640 * 360 // 2
        for index, sub in enumerate((0, shift, shift)):
            left, right, width = area.x >> sub, (area.x + area.width) >> sub, frame.planes[index].width
            after = plane(frame, index)
            for row in range(frame.planes[index].height):
                was, now = (samples[row * width : (row + 1) * width] for samples in (before[index], after))
                if area.y >> sub <= row < (area.y + area.height) >> sub:
                    was, now = was[:left] + was[right:], now[:left] + now[right:]
                assert was == now, (step, index, row)


def test_colours_survive_the_whole_way_to_rgb() -> None:
    canvas, viewer = Canvas(256, 128), Viewer()
    canvas.fill(Rect(0, 0, 128, 128), RED)
    canvas.fill(Rect(128, 0, 128, 128), BLUE)
    encoder = Vp9Encoder(256, 128, is_444=True)
    encoder.take(canvas.grab(full=True))
    frame = viewer.show(encoder.encode((), 0, 0, is_key=True).data)
    assert frame.colorspace == 1  # the stream says BT.709 itself
    assert frame.color_range == 1  # and limited range
    rgb = bytes(frame.to_rgb(src_colorspace="ITU709", src_color_range="MPEG", dst_color_range="JPEG").planes[0])
    for x, colour in ((10, RED), (200, BLUE)):
        assert all(abs(seen - painted) <= 2 for seen, painted in zip(rgb[x * 3 : x * 3 + 3], colour, strict=True))


def test_a_finer_quantizer_is_closer_to_the_painted_picture() -> None:
    canvas, seen = Canvas(640, 360), []
    canvas.text(Rect(0, 0, 640, 360))
    for quantizer in (56, 36, 16):
        encoder = Vp9Encoder(640, 360, is_444=True)
        encoder.take(canvas.grab(full=True))
        frame = Viewer().show(encoder.encode((), quantizer, 0, is_key=True).data)
        seen.append(psnr(plane(frame, 0), encoder._converter.planes.rows(0)))
    assert seen == sorted(seen)
    assert seen[1] > 30


def test_a_wrong_active_map_is_refused_with_a_sentence() -> None:
    encoder = vpx.VpxEncoder(640, 360, True, 2)
    with pytest.raises(vpx.VpxError, match="An active map of 40 x 23 cells is needed, 3 bytes came"):
        encoder.set_active_map(b"abc")


@pytest.mark.parametrize("is_444", [True, False])
def test_conversion_follows_bt_709_limited_range_to_one_step(is_444: bool) -> None:
    canvas = Canvas(256, 64)
    colours = [
        (0, 0, 0),
        (255, 255, 255),
        (255, 0, 0),
        (0, 255, 0),
        (0, 0, 255),
        (128, 128, 128),
        (200, 100, 30),
        (3, 90, 250),
    ]
    for index, colour in enumerate(colours):
        canvas.fill(Rect(index * 32, 0, 32, 64), colour)
    converter = Converter(256, 64, is_444)
    converter.convert(memoryview(canvas.pixels), canvas.stride, [(0, 64)])
    scale = 1 if is_444 else 2
    for index, (red, green, blue) in enumerate(colours):
        luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
        wanted = (
            16 + luma * 219 / 255,
            128 + (blue - luma) / 1.8556 * 224 / 255,
            128 + (red - luma) / 1.5748 * 224 / 255,
        )
        x = index * 32 + 16
        seen = (converter.planes.rows(0)[x], converter.planes.rows(1)[x // scale], converter.planes.rows(2)[x // scale])
        assert all(abs(one - other) <= 1 for one, other in zip(seen, wanted, strict=True)), (
            colours[index],
            seen,
            wanted,
        )
    converter.close()


def test_only_the_named_rows_are_converted_again() -> None:
    canvas = Canvas(128, 256)
    converter = Converter(128, 256, True)
    converter.convert(memoryview(canvas.pixels), canvas.stride, [(0, 256)])
    canvas.fill(Rect(0, 0, 128, 256), RED)
    converter.convert(memoryview(bytes(canvas.pixels)), canvas.stride, [(70, 80)])
    luma = [converter.planes.rows(0)[row * 128] for row in (0, 63, 64, 127, 128, 255)]
    assert luma[0] == luma[1] == luma[4] == luma[5] == 235
    assert luma[2] == luma[3] < 100


@pytest.mark.parametrize("is_444", [True, False])
def test_what_is_drawn_again_as_it_was_is_no_change(is_444: bool) -> None:
    canvas, encoder = Canvas(330, 210), Vp9Encoder(330, 210, is_444)
    canvas.text(Rect(0, 0, 330, 210))
    encoder.take(canvas.grab(full=True))
    whole = replace(canvas.grab(full=True), damage=(Rect(0, 0, 330, 210),))
    assert encoder.take(whole) == frozenset()
    canvas.fill(Rect(130, 70, 10, 10), RED)  # block 8, in the second of four rows of six
    assert encoder.take(replace(canvas.grab(), damage=(Rect(0, 64, 330, 60),))) == {8}
    encoder.close()


def test_a_change_beside_large_damage_is_not_forgotten_when_it_is_told_later() -> None:
    canvas, encoder = Canvas(1280, 1024), Vp9Encoder(1280, 1024, True)
    encoder.take(canvas.grab(full=True))
    canvas.fill(Rect(1216, 0, 64, 64), RED)  # in the grabbed rows, but told with the next damage
    large = Rect(0, 0, 1152, 1024)
    assert encoder.take(replace(canvas.grab(), damage=(large,))) == encoder.grid.blocks((large,))
    assert encoder.take(replace(canvas.grab(), damage=(Rect(1216, 0, 64, 64),))) == {19}
    encoder.close()


edits = st.tuples(
    st.builds(Rect, st.integers(0, 300), st.integers(0, 200), st.integers(1, 120), st.integers(1, 90)),
    st.sampled_from([60, 44, 28, 16, 8, 4]),
    st.integers(0, 99),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(edits, min_size=1, max_size=8), st.booleans())
def test_after_any_changes_coding_the_coarse_blocks_losslessly_makes_the_whole_picture_exact(
    sequence: list[tuple[Rect, int, int]], is_444: bool
) -> None:
    """Sharpness must know every block whose pixels differ, also those that only the loop filter touched."""
    canvas, viewer, encoder = Canvas(330, 210), Viewer(), Vp9Encoder(330, 210, is_444)
    canvas.text(Rect(0, 0, 330, 210))
    sharpness = Sharpness(encoder.grid)
    encoder.take(canvas.grab(full=True))
    first = encoder.encode((), 0, 0, is_key=True)
    viewer.show(first.data)
    sharpness.sent(first.blocks, 0)
    for step, (rect, quantizer, seed) in enumerate(sequence, start=1):
        inside = Rect(rect.x, rect.y, min(rect.width, 330 - rect.x), min(rect.height, 210 - rect.y))
        canvas.noise(inside, seed) if seed % 2 else canvas.fill(inside, (seed * 2, 255 - seed, 7))
        made = encoder.encode(encoder.take(canvas.grab()), quantizer, step * 33, is_key=False)
        viewer.show(made.data)
        sharpness.sent(made.blocks, made.quantizer)
    coarse = sharpness.coarser_than(0, now=1.0, still=0.0)
    assert _planes_equal(encoder, viewer.show(encoder.encode(coarse, 0, 1000, is_key=False).data))
    encoder.close()
