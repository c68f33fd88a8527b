"""The worker: a true thread over a painted screen and the true encoder; the viewer decodes what leaves."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import pytest

from beistand.host.media.encoder import Vp9Encoder
from beistand.host.media.encoding import Codec, Encoded, Kind
from beistand.host.media.pipeline import FRUGAL, MOST_KEY_BYTES, EncodedFrame, Outputs, PictureWorker
from beistand.host.media.rate import FRAMES_IN_FLIGHT
from beistand.host.ports import PlatformError, Rect
from host.media.painting import BLUE, RED, Canvas, PaintedScreen
from host.media.viewing import Viewer, plane

PATIENCE = 30.0


class Technician:
    """Receives what the worker gives and acknowledges it at once, if it is told to."""

    def __init__(self, *canvases: Canvas, acknowledges: bool = True) -> None:
        self.screen = PaintedScreen(*canvases)
        self.acknowledges = acknowledges
        self.frames: list[EncodedFrame] = []
        self.seen: list[bytes] = []  # luma planes
        self.configs: list[tuple[str, int, int, str]] = []
        self.errors: list[str] = []
        self.selected: list[int] = []
        self.cursors: list[tuple[int, int, int]] = []
        self.shapes: list[int] = []
        self._viewer = Viewer()
        self._news = threading.Condition()
        self.worker = PictureWorker(
            self.screen,
            self._on_frame,
            Codec("vp09.01.40.08.03", Kind.VP9_444),
            Outputs(
                error=lambda sentence: self._keep(self.errors, sentence),
                config=lambda *config: self._keep(self.configs, config),
                monitors=lambda monitors, selected: self._keep(self.selected, selected),
                cursor=lambda *cursor: self._keep(self.cursors, cursor),
                cursor_shape=lambda shape: self._keep(self.shapes, shape.serial),
            ),
        )
        self.worker.start()

    def _keep(self, where: list, what: object) -> None:
        with self._news:
            where.append(what)
            self._news.notify_all()

    def _on_frame(self, frame: EncodedFrame) -> None:
        if frame.is_key:
            self._viewer = Viewer()
        self.seen.append(plane(self._viewer.show(frame.data), 0))
        self._keep(self.frames, frame)
        if self.acknowledges:
            self.worker.acknowledge(frame.frame, 5)

    def wait(self, condition: Callable[[], bool]) -> None:
        with self._news:
            assert self._news.wait_for(condition, PATIENCE), (self.errors, self.frames[-3:])

    def wait_exact(self, after: int = 0) -> None:
        """Until the picture is lossless, after which the worker has nothing to send."""
        self.wait(lambda: len(self.frames) > after and self.frames[-1].is_sharp and not self.frames[-1].quantizer)


@pytest.fixture
def technician() -> Iterator[Callable[..., Technician]]:
    made: list[Technician] = []

    def make(*canvases: Canvas, acknowledges: bool = True) -> Technician:
        made.append(Technician(*canvases, acknowledges=acknowledges))
        return made[-1]

    yield make
    for one in made:
        one.worker.stop()
        assert one.worker.join(PATIENCE)
        assert one.screen.is_closed


def _page(width: int = 320, height: int = 200) -> Canvas:
    canvas = Canvas(width, height)
    canvas.text(Rect(0, 0, width, height))
    return canvas


Make = Callable[..., Technician]


def test_no_picture_is_grabbed_or_leaves_before_it_is_allowed(technician: Make) -> None:
    one = technician(_page())
    one.screen.paint(lambda canvas: canvas.fill(Rect(0, 0, 9, 9), RED))
    one.worker.keyframe()
    assert (one.screen.grabs, one.frames, one.selected) == (0, [], [])
    one.worker.set_active(True)
    one.wait(lambda: bool(one.frames))
    assert one.frames[0].is_key
    assert one.configs == [("vp09.01.40.08.03", 320, 200, "start")]


def test_a_still_screen_is_sharp_soon_and_then_nothing_is_sent(technician: Make) -> None:
    one = technician(_page())
    one.worker.set_active(True)
    one.wait_exact()
    assert one.frames[-1].t_ms - one.frames[0].t_ms < 2_000
    count = len(one.frames)
    fresh = technician(one.screen.canvas)
    fresh.worker.set_active(True)
    fresh.wait_exact()
    assert fresh.seen[-1] == one.seen[-1]
    assert len(one.frames) == count


def test_a_change_is_seen_by_the_technician(technician: Make) -> None:
    one = technician(_page())
    one.worker.set_active(True)
    one.wait_exact()
    before, count = one.seen[-1], len(one.frames)
    one.screen.paint(lambda canvas: canvas.fill(Rect(100, 100, 40, 20), RED))
    one.wait_exact(after=count)
    after = one.seen[-1]
    changed = {index for index, (a, b) in enumerate(zip(before, after, strict=True)) if a != b}
    assert changed
    assert all(100 <= index % 320 < 140 and 100 <= index // 320 < 120 for index in changed)
    assert not any(frame.is_key for frame in one.frames[1:])


def test_without_acknowledgement_at_most_six_frames_leave_and_the_newest_follows(technician: Make) -> None:
    one = technician(_page(), acknowledges=False)
    one.worker.set_active(True)
    one.wait(lambda: bool(one.frames))
    for step in range(40):
        one.screen.paint(lambda canvas, x=step * 8: canvas.fill(Rect(x, 0, 8, 100), BLUE))
    assert one.screen.grabs <= FRAMES_IN_FLIGHT
    one.acknowledges = True
    one.worker.acknowledge(one.frames[-1].frame, 5)
    one.wait_exact()
    row = one.seen[-1][:320]
    assert len(set(row)) == 1, "the last change is on the technician's screen"


def test_nothing_leaves_after_it_was_forbidden_and_a_keyframe_comes_when_allowed_again(technician: Make) -> None:
    one = technician(_page())
    one.worker.set_active(True)
    one.wait(lambda: bool(one.frames))
    one.worker.set_active(False)
    count = len(one.frames)
    one.screen.paint(lambda canvas: canvas.fill(Rect(0, 0, 320, 200), RED))
    one.worker.keyframe()
    assert len(one.frames) == count
    one.worker.set_active(True)
    one.wait(lambda: len(one.frames) > count)
    assert one.frames[count].is_key


def test_a_picture_that_becomes_forbidden_while_it_is_coded_is_dropped() -> None:
    """The pause falls between grab and send: the worst moment."""
    frames: list[EncodedFrame] = []
    coded = threading.Event()

    class Pausing(Vp9Encoder):
        def encode(self, blocks: Iterable[int], quantizer: int, milliseconds: int, is_key: bool) -> Encoded:
            made = super().encode(blocks, quantizer, milliseconds, is_key)
            if quantizer != FRUGAL:  # not the blank one that warms the coder up
                worker.set_active(False)
                coded.set()
            return made

    screen = PaintedScreen(_page())
    worker = PictureWorker(
        screen,
        frames.append,
        Codec("vp09.01.40.08.03", Kind.VP9_444),
        Outputs(error=pytest.fail),
        opener=lambda codec, width, height: Pausing(width, height, True),
    )
    worker.start()
    worker.set_active(True)
    assert coded.wait(PATIENCE)
    worker.stop()
    assert worker.join(PATIENCE)
    assert screen.grabs == 1
    assert frames == []


def test_after_a_hold_the_picture_goes_on_without_a_keyframe_and_shows_what_changed_meanwhile(technician: Make) -> None:
    one = technician(_page())
    one.worker.set_active(True)
    one.wait_exact()
    one.worker.hold(True)
    grabs, count = one.screen.grabs, len(one.frames)
    one.screen.paint(lambda canvas: canvas.fill(Rect(100, 100, 40, 20), RED))
    assert (one.screen.grabs, len(one.frames)) == (grabs, count)
    one.worker.hold(False)
    one.wait_exact(after=count)
    assert not any(frame.is_key for frame in one.frames[1:])
    fresh = technician(one.screen.canvas)
    fresh.worker.set_active(True)
    fresh.wait_exact()
    assert fresh.seen[-1] == one.seen[-1]


def test_what_is_being_coded_when_a_hold_begins_still_leaves_but_not_through_a_pause(technician: Make) -> None:
    one = technician(_page(), acknowledges=False)
    one.worker.hold(True)
    one.worker.set_active(True)
    assert one.frames == []
    one.worker._emit(lambda: one.configs.append(("coded", 0, 0, "")))  # as the turn that was under way does
    assert one.configs == [("coded", 0, 0, "")]
    one.worker.set_active(False)
    one.worker._emit(lambda: pytest.fail("a frame left through a pause"))
    one.worker.hold(False)
    one.worker.set_active(True)
    one.wait(lambda: bool(one.frames))
    assert one.frames[0].is_key


def test_a_keyframe_comes_when_it_is_wanted(technician: Make) -> None:
    one = technician(_page())
    one.worker.set_active(True)
    one.wait_exact()
    count = len(one.frames)
    one.worker.keyframe()
    one.wait(lambda: len(one.frames) > count)
    assert one.frames[count].is_key
    one.wait_exact(after=count)


def test_another_monitor_of_another_size_begins_with_a_config_and_a_keyframe(technician: Make) -> None:
    one = technician(_page(), Canvas(160, 96))
    one.worker.set_active(True)
    one.wait_exact()
    count = len(one.frames)
    one.worker.select(1)
    one.wait(lambda: len(one.frames) > count)
    frame = one.frames[count]
    assert (frame.is_key, frame.monitor, frame.width, frame.height) == (True, 1, 160, 96)
    assert one.configs[-1][1:3] == (160, 96)
    assert one.selected[-1] == 1


def test_a_screen_that_fails_is_reported_once_in_its_own_words(technician: Make) -> None:
    one = technician(_page())
    one.screen.error = PlatformError("The screen is locked; ask the customer to unlock it.")
    one.worker.set_active(True)
    one.wait(lambda: bool(one.errors))
    one.screen.error = None
    one.worker.set_active(False)
    one.worker.set_active(True)
    one.wait(lambda: bool(one.frames))
    assert one.errors == ["The screen is locked; ask the customer to unlock it."]


def test_a_new_resolution_begins_with_a_config_and_a_keyframe(technician: Make) -> None:
    one = technician(_page())
    one.worker.set_active(True)
    one.wait_exact()
    count = len(one.frames)
    larger = _page(400, 240)
    one.screen.paint(lambda canvas: one.screen.canvases.__setitem__(0, larger))
    one.wait_exact(after=count)
    assert (one.frames[count].is_key, one.frames[count].width, one.frames[count].height) == (True, 400, 240)
    assert one.configs[-1] == ("vp09.01.40.08.03", 400, 240, "size")


def test_the_cursor_is_told_in_pixels_of_the_shown_monitor_when_it_moves_or_changes(technician: Make) -> None:
    one = technician(_page(), Canvas(160, 96))
    one.worker.set_active(True)
    one.wait(lambda: bool(one.cursors))
    assert (one.shapes, one.cursors) == ([1], [(40, 30, 1)])
    one.screen.cursor = (41, 30)
    one.wait(lambda: len(one.cursors) > 1)
    one.worker.select(1)
    one.wait(lambda: len(one.cursors) > 2)
    one.screen.shape = replace(one.screen.shape, serial=2)
    one.wait(lambda: len(one.cursors) > 3)
    assert one.cursors[1:] == [(41, 30, 1), (31, 30, 1), (31, 30, 2)]
    assert one.shapes == [1, 2]


def test_another_codec_begins_with_a_config_and_a_keyframe(technician: Make) -> None:
    one = technician(_page())
    one.worker.set_active(True)
    one.wait_exact()
    count = len(one.frames)
    one.worker.use(Codec("vp09.00.40.08", Kind.VP9_420))
    one.wait_exact(after=count)
    assert one.frames[count].is_key
    assert one.configs[-1][0] == "vp09.00.40.08"


def test_a_keyframe_that_is_too_large_is_coded_again_more_frugally(technician: Make) -> None:
    source = random.Random(5)
    canvas = Canvas(1600, 900)
    canvas.pixels[:] = source.randbytes(len(canvas.pixels))
    one = technician(canvas)
    one.worker.set_active(True)
    one.wait(lambda: bool(one.frames))
    assert one.frames[0].quantizer == FRUGAL
    assert len(one.frames[0].data) < 2 * MOST_KEY_BYTES
