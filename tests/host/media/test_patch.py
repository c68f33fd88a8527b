"""Patches: what the technician sees is the customer's screen, whatever changes in which order."""

from __future__ import annotations

import random
import threading
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from beistand.host.media import patch, rate
from beistand.host.media.convert import Converter
from beistand.host.media.damage import Grid, Sharpness
from beistand.host.media.encoder import Vp9Encoder
from beistand.host.media.encoding import Codec, Kind
from beistand.host.media.pipeline import EncodedFrame, Outputs, PictureWorker
from beistand.host.ports import Rect
from host.media.painting import BLUE, INK, RED, WHITE, Canvas, PaintedScreen
from host.media.viewing import Viewer, plane

PATIENCE = 30.0
WIDTH, HEIGHT = 448, 260  # neither is a whole number of blocks
TINT = (30, 36, 80)
FULL = Codec("vp09.01.40.08.03.01.01.01.01", Kind.VP9_444)


class Page:
    """The technician's canvas: coded pixels as Y'CbCr, patched ones as red, green and blue."""

    def __init__(self) -> None:
        self._viewer = Viewer()
        self._coded = [bytearray(WIDTH * HEIGHT) for _ in range(3)]
        self._as_is: dict[int, tuple[int, int, int]] = {}

    def show(self, frame: EncodedFrame) -> None:
        if frame.areas:
            data = zlib.decompress(frame.data, -zlib.MAX_WBITS)
            at = 0
            for area in frame.areas:
                count = area.width * area.height
                planes = [data[at + count * colour : at + count * (colour + 1)] for colour in range(3)]
                at += 3 * count
                for index, colours in enumerate(zip(*planes, strict=True)):
                    self._as_is[(area.y + index // area.width) * WIDTH + area.x + index % area.width] = colours
            assert at == len(data)
            return
        if frame.is_key:
            self._viewer = Viewer()
        shown = self._viewer.show(frame.data)
        area = frame.damage
        for index, kept in enumerate(self._coded):
            samples = plane(shown, index)
            for y in range(area.y, area.y + area.height):
                at = y * WIDTH + area.x
                kept[at : at + area.width] = samples[at : at + area.width]
        for y in range(area.y, area.y + area.height):
            for at in range(y * WIDTH + area.x, y * WIDTH + area.x + area.width):
                self._as_is.pop(at, None)

    def differing(self, canvas: Canvas) -> list[tuple[int, int]]:
        """Pixels that are not exactly the painted ones, as far as a coder of Y'CbCr can know."""
        converter = Converter(WIDTH, HEIGHT, is_444=True, is_full=True)
        converter.convert(memoryview(bytes(canvas.pixels)), canvas.stride, [(0, HEIGHT)])
        painted = [converter.planes.rows(index) for index in range(3)]
        converter.close()
        found = []
        for at in range(WIDTH * HEIGHT):
            blue, green, red = canvas.pixels[at * 4 : at * 4 + 3]
            as_is = self._as_is.get(at)
            coded = [kept[at] != true[at] for kept, true in zip(self._coded, painted, strict=True)]
            if any(coded) if as_is is None else as_is != (red, green, blue):
                found.append(at)
        return [(at % WIDTH, at // WIDTH) for at in found]

    def coloured_by_coder(self) -> int:
        """Pixels with a colour that came by the coder, and so may be a step off."""
        _, first, second = self._coded
        return sum((first[at], second[at]) != (128, 128) for at in range(WIDTH * HEIGHT) if at not in self._as_is)


class Technician:
    """Acknowledges and draws what the worker gives."""

    def __init__(self, canvas: Canvas, codec: Codec = FULL, may_patch: bool = True) -> None:
        self.screen, self.page = PaintedScreen(canvas), Page()
        self.frames: list[EncodedFrame] = []
        self._news = threading.Condition()
        outputs = Outputs(*(lambda *_: None,) * 5)
        self.worker = PictureWorker(self.screen, self._on_frame, codec, outputs, may_patch=may_patch)
        self.worker.start()
        self.worker.set_active(True)

    def _on_frame(self, frame: EncodedFrame) -> None:
        with self._news:
            self.page.show(frame)
            self.frames.append(frame)
            self._news.notify_all()
        self.worker.acknowledge(frame.frame, 3)

    def wait(self, condition: Callable[[], bool]) -> None:
        with self._news:
            assert self._news.wait_for(condition, PATIENCE), [replace(one, data=b"") for one in self.frames[-4:]]

    def wait_exact(self) -> None:
        canvas = self.screen.canvas
        self.wait(lambda: not self.page.coloured_by_coder() and not self.page.differing(canvas))


@pytest.fixture
def technician() -> Iterator[Callable[..., Technician]]:
    made: list[Technician] = []

    def make(*given: object, **named: object) -> Technician:
        made.append(Technician(*given, **named))
        return made[-1]

    yield make
    for one in made:
        one.worker.stop()
        assert one.worker.join(PATIENCE)


def _page() -> Canvas:
    canvas = Canvas(WIDTH, HEIGHT)
    for x in range(8, WIDTH - 16, 8):
        canvas.glyph(x, 20 + x % 5 * 40, x, TINT)
    return canvas


Make = Callable[..., Technician]


def test_a_typed_letter_leaves_as_the_few_pixels_that_it_changed(technician: Make) -> None:
    one = technician(_page())
    one.wait_exact()
    count = len(one.frames)
    one.screen.paint(lambda canvas: canvas.glyph(200, 100, 3, TINT))
    one.wait(lambda: len(one.frames) > count)
    typed = one.frames[count]
    assert [(199 < area.x < 208, area.width <= 8, area.height <= 10) for area in typed.areas] == [(True, True, True)]
    assert len(typed.data) < 300
    one.wait_exact()


def test_tinted_text_stands_exact_once_it_is_still(technician: Make) -> None:
    one = technician(_page())
    one.wait_exact()
    assert one.frames[0].is_key
    assert any(frame.areas for frame in one.frames)


def test_a_photo_is_not_sent_a_second_time_for_a_step_of_its_colours(technician: Make) -> None:
    canvas = Canvas(WIDTH, HEIGHT)
    canvas.noise(Rect(0, 0, WIDTH, HEIGHT), 1)
    one = technician(canvas)
    one.wait(lambda: bool(one.frames) and one.frames[-1].is_sharp and not one.frames[-1].quantizer)
    one.screen.paint(lambda canvas: canvas.glyph(200, 100, 3, TINT))  # what stands was looked at before this is drawn
    one.wait(lambda: not one.page.differing(canvas) and bool(one.frames[-1].areas))
    assert sum(area.width * area.height for frame in one.frames for area in frame.areas) < 9 * 64 * 64


def test_without_the_word_no_patch_leaves(technician: Make) -> None:
    one = technician(_page(), may_patch=False)
    one.wait(lambda: not one.page.differing(one.screen.canvas))
    one.screen.paint(lambda canvas: canvas.glyph(200, 100, 3, TINT))
    one.wait(lambda: not one.page.differing(one.screen.canvas))
    assert not [frame for frame in one.frames if frame.areas]


def test_h264_pages_get_typed_letters_as_they_are(technician: Make) -> None:
    one = technician(Canvas(WIDTH, HEIGHT), Codec("avc1.42E028", Kind.H264))
    one.page.show = lambda frame: None  # type: ignore[method-assign]
    one.wait(lambda: bool(one.frames) and one.frames[-1].is_sharp)
    count = len(one.frames)
    one.screen.paint(lambda canvas: canvas.glyph(200, 100, 3, TINT))
    one.wait(lambda: len(one.frames) > count)
    assert one.frames[count].areas


@pytest.mark.parametrize("seed", range(4))
def test_whatever_changes_in_which_order_the_technician_sees_the_customers_screen(technician: Make, seed: int) -> None:
    source = random.Random(seed)
    one = technician(_page())

    def place(width: int, height: int) -> Rect:
        return Rect(source.randrange(WIDTH - width), source.randrange(HEIGHT - height), width, height)

    actions: list[Callable[[Canvas], None]] = [
        lambda canvas: canvas.glyph(*_corner(place(8, 12)), source.randrange(40), source.choice((TINT, INK, RED))),
        lambda canvas: canvas.fill(place(12, 9), source.choice((BLUE, RED, WHITE))),
        lambda canvas: canvas.fill(place(300, 30), source.choice((BLUE, WHITE))),
        lambda canvas: canvas.scroll(place(260, 180), 7),
        lambda canvas: canvas.noise(place(150, 90), source.randrange(99)),
    ]
    for _ in range(30):
        count = len(one.frames)
        one.screen.paint(source.choices(actions, (6, 3, 1, 2, 1))[0])
        if source.random() < 0.5:
            one.wait(lambda count=count: len(one.frames) > count or not one.screen.canvas.damage)
    one.wait(lambda: not one.page.differing(one.screen.canvas))
    kinds = {bool(frame.areas) for frame in one.frames}
    assert kinds == {True, False}


def _corner(area: Rect) -> tuple[int, int]:
    return area.x, area.y


def test_what_a_patch_drew_is_coded_before_the_coder_draws_over_it() -> None:
    sharpness = Sharpness(Grid(64 * 5, 64 * 5))
    sharpness.sent(sharpness.grid.all(), 0)
    sharpness.patched([7, 24], is_whole=False)
    assert sharpness.with_owed([20]) == {20}
    assert sharpness.with_owed([6, 12]) == {6, 12, 7}  # the rectangle around both holds 7
    sharpness.sent([6, 12, 7], 0)
    assert sharpness.with_owed([6, 12]) == {6, 12}
    assert sharpness.with_owed([18]) == {18}
    assert sharpness.with_owed([18, 24]) == {18, 24}


def test_only_lossless_and_still_blocks_wait_to_be_exact() -> None:
    sharpness = Sharpness(Grid(64 * 3, 64))
    assert sharpness.inexact(9.0, 0.1) == []
    sharpness.sent(sharpness.grid.all(), 0)
    assert sharpness.inexact(9.0, 0.1) == [0, 1, 2]
    sharpness.excuse([0])
    sharpness.patched([1], is_whole=True)
    assert sharpness.inexact(9.0, 0.1) == [2]
    sharpness.changed([2], 9.0)
    assert sharpness.inexact(9.05, 0.1) == []
    assert sharpness.next_still(0, 0.1, 9.05) == pytest.approx(9.1)
    sharpness.sent([2], 36)  # its neighbour's edge is drawn by the coder again
    assert sharpness.inexact(9.5, 0.1) == []
    sharpness.sent([1, 2], 0)
    assert sharpness.inexact(9.5, 0.1) == [2, 0, 1]  # 0 stands beside 1, whose edge was drawn again


@pytest.mark.parametrize("box", [Rect(0, 0, 64, 64), Rect(3, 7, 1, 1), Rect(63, 63, 1, 1), Rect(10, 0, 9, 64)])
def test_the_changed_pixels_are_told_to_the_pixel(box: Rect) -> None:
    canvas = Canvas(200, 150)
    canvas.text(Rect(0, 0, 200, 150))
    encoder = Vp9Encoder(200, 150, is_444=True, is_full=True)
    encoder.take(canvas.grab(full=True))
    canvas.fill(replace(box, x=64 + box.x, y=64 + box.y), (1, 200, 77))
    assert encoder.take(canvas.grab()) == {5}
    assert encoder.changed([5]) == [replace(box, x=64 + box.x, y=64 + box.y)]
    assert encoder.changed([0]) == [Rect(0, 0, 64, 64)]
    assert not encoder.is_exact(5)
    assert encoder.is_exact(2)
    encoder.close()


def test_little_is_stored_as_it_is_and_much_is_compressed() -> None:
    few, many = bytes(range(256)) * 9, bytes(patch.STORED_BYTES * 2)
    assert patch.packed([few], patch.QUICK)[5:] == few
    assert len(patch.packed([many], patch.QUICK)) < 200
    for data in (few, many):
        assert zlib.decompress(patch.packed([data[:100], data[100:]], patch.CAREFUL), -zlib.MAX_WBITS) == data


def test_a_line_that_is_slow_gets_no_second_copy_for_exact_colours() -> None:
    pace = rate.Rate()
    pace.handle(rate.Sent(1, 100_000, 500, 48, True, False, 0.01), 0.0)
    pace.handle(rate.Shown(1, 5), 4.0)  # 25 kB/s
    assert pace.handle(rate.Standing((0, 0, 0), None, 400), 5.0) == []
    assert pace.handle(rate.Standing((0, 0, 0), None, 20), 5.1) == [rate.Polish(13)]  # a quarter of a second's bytes
