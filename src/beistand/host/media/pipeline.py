"""The picture's worker thread: ScreenSource -> damage -> encoder -> frames, paced by rate.py.

It is the only user of the ScreenSource, so cursor and monitors pass through it as well. At most one change waits: what
happens on the screen while no frame may leave is grabbed together later (newest wins). Callbacks are called from this
thread and must return at once. While inactive nothing is grabbed and nothing leaves; `set_active(False)` returns only
when no callback with a picture is running any more.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from beistand.host.media import patch, rate
from beistand.host.media.damage import Sharpness, around
from beistand.host.media.encoder import open_encoder
from beistand.host.media.encoding import Codec, Encoded, Encoder, EncoderError
from beistand.host.media.watch import Outputs, Watch
from beistand.host.ports import CapturedFrame, PlatformError, Rect, ScreenSource

__all__ = ["EncodedFrame", "Outputs", "PictureWorker"]

LOOK_SECONDS = 0.033  # how long the worker waits for damage before it looks at the cursor and its orders
IDLE_LOOK_SECONDS = 0.1  # the same once neither picture nor cursor has changed for IDLE_AFTER seconds
IDLE_AFTER = 1.0
RETRY_SECONDS = 1.0  # after the platform or the encoder failed
MOST_KEY_BYTES = 500_000  # a keyframe above this is coded again
LOOSE = 1.3  # one rectangle around all may hold so much more than they do
PATCH_PIXELS = 24_000  # compressing more would take a millisecond
PHOTO_BYTES = 3_000  # a still block that takes more has colours enough to hide a step of one or two
FRUGAL = 52  # with this quantizer, which takes about a third of the bytes of a session's first one


@dataclass(frozen=True)
class Patched:
    """A patch (media/patch.py) and the blocks it lies in."""

    areas: tuple[Rect, ...]
    data: bytes
    blocks: frozenset[int]


@dataclass(frozen=True)
class EncodedFrame:
    """What the message Frame carries, or with `areas` the message Patch.

    `is_sharp`: no block of the other side's picture is visibly coarse. `damage` holds every pixel that differs from the
    frame before, also those that the codec's loop filter changed. `quantizer` is for logs: 0 lossless to 63 coarsest.
    """

    frame: int
    is_key: bool
    is_sharp: bool
    monitor: int
    width: int
    height: int
    damage: Rect
    t_ms: int
    data: bytes
    quantizer: int
    areas: tuple[Rect, ...] = ()


class PictureWorker:
    """`start()`, then `set_active(True)` once the customer has agreed; every method may be called from any thread."""

    def __init__(
        self,
        screen: ScreenSource,
        on_frame: Callable[[EncodedFrame], None],
        codec: Codec,
        outputs: Outputs,
        clock: Callable[[], float] = time.monotonic,
        opener: Callable[[Codec, int, int], Encoder] = open_encoder,
        may_patch: bool = False,
    ) -> None:
        """The worker owns `screen` from `start()` on and closes it at its end; `may_patch`: the page knows Patch."""
        self._screen, self._on_frame, self._outputs = screen, on_frame, outputs
        self._clock, self._opener = clock, opener
        self._thread = threading.Thread(target=self._run, name="picture", daemon=True)
        self._wake = threading.Condition(threading.RLock())
        self._orders: deque[Callable[[float], None]] = deque()
        self._is_active = self._is_held = self._is_stopped = False
        # From here on: only the worker's thread.
        self._codec, self._may_patch = codec, may_patch
        self._rate = rate.Rate()
        self._encoder: Encoder | None = None
        self._spare: Encoder | None = None  # opened before it is needed
        self._sharpness: Sharpness | None = None
        self._started = clock()
        self._frame = self._last_ms = 0
        self._is_resting = False
        self._stirred = self._started  # when the picture or the cursor changed last
        self._watch = Watch(screen, outputs, self._emit)
        self._failure = ""

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """No callback with a picture comes after this returns; the thread ends by itself a moment later."""
        with self._wake:
            self._is_stopped, self._is_active = True, False
            self._wake.notify_all()

    def join(self, seconds: float) -> bool:
        """Waits for the thread's end; tells whether it has ended."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def set_active(self, is_active: bool) -> None:
        """Lets pictures leave (beginning with a keyframe) or none at all from now on."""
        with self._wake:
            if is_active and not self._is_active and not self._is_stopped:
                self._order(self._restart)
            self._is_active = is_active and not self._is_stopped
            self._wake.notify_all()

    def hold(self, is_held: bool) -> None:
        """Without a link nothing new is grabbed. What is being coded still leaves, for the replay to keep: the other
        side will have every frame, so that the first one after the hold may build on them and be small.
        """
        with self._wake:
            if self._is_held and not is_held:
                self._order(self._go_on)
            self._is_held = is_held
            self._wake.notify_all()

    def keyframe(self) -> None:
        """The technician's KeyframeWanted."""
        self._order(self._lose_picture)

    def acknowledge(self, frame: int, decode_ms: int) -> None:
        """The technician's FrameShown."""

        def order(now: float) -> None:
            self._rate.handle(rate.Shown(frame, decode_ms), now)

        self._order(order)

    def select(self, monitor: int) -> None:
        """Shows another monitor from now on."""
        self._order(lambda now: self._select(monitor, now))

    def use(self, codec: Codec, may_patch: bool = False) -> None:
        """Changes the codec, beginning with a keyframe and a new config."""
        self._order(lambda now: self._use(codec, may_patch, now))

    def _order(self, order: Callable[[float], None]) -> None:
        with self._wake:
            self._orders.append(order)
            self._wake.notify_all()

    # The worker's thread.

    def _run(self) -> None:
        try:
            self._warm_up()
            while self._wait_until_active():
                try:
                    self._turn()
                except (PlatformError, EncoderError) as error:
                    self._fail(str(error))
        except Exception as error:
            self._outputs.error(
                f"The picture stopped because of a mistake in this program ({error!r}); start it again."
            )
            raise
        finally:
            self._close_encoder()
            self._close_spare()
            self._screen.close()

    def _warm_up(self) -> None:
        """Opens the coder on blank planes while the customer still reads: the first picture leaves 110 ms earlier."""
        if self._is_active:
            return
        try:
            self._watch.learn_monitors()
            if self._watch.monitor is not None:
                area = self._watch.monitor.area
                self._spare = self._opener(self._codec, area.width, area.height)
                self._spare.encode((), FRUGAL, self._milliseconds(), is_key=True)
        except (PlatformError, EncoderError):
            self._spare = None  # the first true attempt reports it, should it fail as well

    def _wait_until_active(self) -> bool:
        with self._wake:
            self._wake.wait_for(lambda: (self._is_active and not self._is_held) or self._is_stopped)
            return not self._is_stopped

    def _turn(self) -> None:
        """One look at orders, cursor and screen; waits at most LOOK_SECONDS."""
        while self._orders:
            self._orders.popleft()(self._clock())
        now = self._clock()
        if self._watch.look_at_cursor():
            self._stirred = now
        if self._perform(self._rate.handle(self._standing(now), now)):
            return
        deadline = self._rate.next_deadline()
        if not self._is_resting and now - self._stirred >= IDLE_AFTER and not self._rate.has_change:
            self._is_resting = True
            if self._encoder is not None:
                self._encoder.rest()
        look = LOOK_SECONDS if now - self._stirred < IDLE_AFTER else IDLE_LOOK_SECONDS
        wait = look if deadline is None else min(look, max(0.0, deadline - now))
        if self._rate.has_change:
            with self._wake:
                self._wake.wait_for(lambda: bool(self._orders) or not self._is_active, wait)
        elif self._screen.wait_damage(wait):
            self._perform(self._rate.handle(rate.Changed(), self._clock()))

    def _standing(self, now: float) -> rate.Standing:
        encoder, sharpness = self._encoder, self._sharpness
        if encoder is None or sharpness is None:
            return rate.NOTHING_STANDS
        steps = [max(quantizer, encoder.finest) for quantizer in rate.SHARPENING]
        counts = tuple(len(sharpness.coarser_than(quantizer, now, rate.STILL)) for quantizer in steps)
        inexact = len(sharpness.inexact(now, rate.STILL)) if self._may_patch else 0
        return rate.Standing(counts, sharpness.next_still(steps[-1], rate.STILL, now), inexact)

    def _perform(self, effects: Sequence[rate.Effect]) -> bool:
        """Does what the rate says until it says no more; tells whether there was anything to do."""
        is_busy = bool(effects)
        while effects:
            match effects[0]:
                case rate.Take() as take:
                    effects = self._take(take)
                case rate.Sharpen() as sharpen:
                    effects = self._sharpen(sharpen)
                case rate.Polish() as polish:
                    effects = self._polish(polish)
        return is_busy

    def _take(self, take: rate.Take) -> Sequence[rate.Effect]:
        began = self._clock()
        return self._took(self._screen.grab(full=take.is_key), take, began)

    def _took(self, frame: CapturedFrame, take: rate.Take, began: float) -> Sequence[rate.Effect]:
        encoder, sharpness, is_key = self._fitting(frame, take.is_key)
        if is_key and not take.is_key:
            frame = self._screen.grab(full=True)
        if is_key:
            frame = replace(frame, damage=(Rect(0, 0, frame.width, frame.height),))
        elif not frame.damage:
            return self._rate.handle(rate.Calm(), self._clock())
        blocks = encoder.take(frame)
        if is_key:
            blocks = encoder.grid.all()
        elif not blocks:  # drawn again as it was
            return self._rate.handle(rate.Calm(), self._clock())
        self._stirred = began
        moving = any(sharpness.is_moving(block, began) for block in blocks)
        sharpness.changed(blocks, began)
        encoder.hurry(self._rate.is_hurried)
        fine = self._rate.fine(take.quantizer, len(blocks))
        most = self._rate.most_patched(len(blocks), moving) if self._may_patch and not is_key else 0
        if most and (patched := self._patch(frame, blocks, most)):
            return self._leave(patched, began, is_sharpening=False)
        quantizer = take.quantizer if is_key or moving else fine
        blocks = blocks if is_key else sharpness.with_owed(blocks)
        encoded = encoder.encode(blocks, quantizer, self._milliseconds(), is_key)
        if encoded.is_key and len(encoded.data) > MOST_KEY_BYTES and quantizer < FRUGAL:
            encoded = encoder.encode(blocks, FRUGAL, self._milliseconds(), is_key=True)
        self._failure = ""
        return self._leave(encoded, began, is_sharpening=False)

    def _sharpen(self, sharpen: rate.Sharpen) -> Sequence[rate.Effect]:
        if self._encoder is None or self._sharpness is None:
            return []
        began = self._clock()
        blocks = self._sharpness.coarser_than(sharpen.quantizer, began, rate.STILL)[: sharpen.most_blocks]
        if not blocks:
            return []
        chosen = self._sharpness.with_owed(blocks)
        encoded = self._encoder.encode(chosen, sharpen.quantizer, self._milliseconds(), is_key=False)
        return self._leave(encoded, began, is_sharpening=True)

    def _patch(self, frame: CapturedFrame, blocks: frozenset[int], most_bytes: int) -> Patched | None:
        """A small change as it is; None if a coder does better."""
        assert self._encoder is not None
        assert self._sharpness is not None
        settled = frozenset(filter(self._sharpness.is_settled, blocks))
        grid = self._encoder.grid
        areas = self._encoder.changed(sorted(settled)) + [grid.rect(block) for block in sorted(blocks - settled)]
        whole = around(areas)
        if whole.width * whole.height <= LOOSE * sum(area.width * area.height for area in areas):
            areas = [whole]
        most_pixels = (
            PATCH_PIXELS if most_bytes > patch.STORED_BYTES else most_bytes // 3
        )  # no attempt that seldom pays
        if sum(area.width * area.height for area in areas) > most_pixels:
            return None
        parts = [patch.pixels(frame, area) for area in areas]
        data = patch.packed(parts, patch.QUICK)
        if len(data) > most_bytes:
            return None
        self._sharpness.patched(settled, is_whole=False)
        self._sharpness.patched(blocks - settled, is_whole=True)
        return Patched(tuple(areas), data, blocks)

    def _polish(self, polish: rate.Polish) -> Sequence[rate.Effect]:
        """Sends still blocks as they are whose colours came out a step off; none that would cost as much as a photo."""
        if self._encoder is None or self._sharpness is None:
            return []
        began = self._clock()
        frame = self._screen.grab()
        if frame.damage:
            return self._took(frame, rate.Take(self._rate.quantizer, is_key=False), began)
        areas, parts, sent = [], [], []
        blocks = self._sharpness.inexact(began, rate.STILL)
        for block in blocks[: min(polish.most_blocks, patch.MOST_AREAS)]:
            self._sharpness.excuse([block])
            if self._encoder.is_exact(block):
                continue
            area = self._encoder.grid.rect(block)
            part = patch.pixels(frame, area)
            if len(patch.packed([part], patch.QUICK)) <= PHOTO_BYTES:
                areas.append(area)
                parts.append(part)
                sent.append(block)
        if not sent:
            return []
        self._sharpness.patched(sent, is_whole=True)
        made = Patched(tuple(areas), patch.packed(parts, patch.CAREFUL), frozenset(sent))
        return self._leave(made, began, is_sharpening=True)

    def _leave(self, encoded: Encoded | Patched, began: float, is_sharpening: bool) -> Sequence[rate.Effect]:
        assert self._encoder is not None
        assert self._sharpness is not None
        self._is_resting = False
        self._frame += 1
        grid, monitor = self._encoder.grid, 0 if self._watch.monitor is None else self._watch.monitor.id
        areas: tuple[Rect, ...] = ()
        if isinstance(encoded, Patched):
            areas, is_key, quantizer, damage = encoded.areas, False, rate.EXACT, grid.bounds(encoded.blocks)
        else:
            self._sharpness.sent(encoded.blocks, encoded.quantizer)
            is_key, quantizer, damage = encoded.is_key, encoded.quantizer, grid.bounds(encoded.touched)
        made = EncodedFrame(
            self._frame, is_key, self._sharpness.worst() <= rate.SHARP, monitor, grid.width, grid.height,
            damage, int((began - self._started) * 1000), encoded.data, quantizer, areas,
        )  # fmt: skip
        self._emit(lambda: self._on_frame(made))
        now = self._clock()
        sent = rate.Sent(made.frame, len(made.data), len(encoded.blocks), quantizer, is_key, is_sharpening, now - began)
        return self._rate.handle(sent, now)

    def _fitting(self, frame: CapturedFrame, is_key: bool) -> tuple[Encoder, Sharpness, bool]:
        """The encoder for this frame's size; a new one means a keyframe."""
        encoder, sharpness = self._encoder, self._sharpness
        if encoder and sharpness and (encoder.grid.width, encoder.grid.height) == (frame.width, frame.height):
            return encoder, sharpness, is_key
        why = "start" if encoder is None else "size"
        self._close_encoder()
        encoder = self._encoder = self._open(frame.width, frame.height)
        sharpness = self._sharpness = Sharpness(encoder.grid)
        self._watch.learn_monitors()
        self._emit(lambda: self._outputs.config(self._codec.name, frame.width, frame.height, why))
        return encoder, sharpness, True

    def _open(self, width: int, height: int) -> Encoder:
        spare, self._spare = self._spare, None
        if spare is not None:
            if (spare.grid.width, spare.grid.height) == (width, height):
                return spare
            spare.close()
        return self._opener(self._codec, width, height)

    def _milliseconds(self) -> int:
        self._last_ms = max(self._last_ms + 1, int((self._clock() - self._started) * 1000))
        return self._last_ms

    def _emit(self, call: Callable[[], None]) -> None:
        """The only way out for what the screen shows: a picture that became forbidden meanwhile is dropped."""
        with self._wake:
            if self._is_active:
                call()

    def _restart(self, now: float) -> None:
        self._watch.forget()
        self._watch.learn_monitors()
        if self._encoder is not None:
            width, height = self._encoder.grid.width, self._encoder.grid.height
            self._emit(lambda: self._outputs.config(self._codec.name, width, height, "start"))
        self._lose_picture(now)

    def _go_on(self, now: float) -> None:
        self._rate.handle(rate.LinkBack(), now)

    def _lose_picture(self, now: float) -> None:
        if self._sharpness is not None:
            self._sharpness.forget()
        self._rate.handle(rate.KeyframeAsked(), now)  # the turn that runs this order does what is due

    def _select(self, monitor: int, now: float) -> None:
        self._watch.select(monitor)
        self._close_encoder()
        self._lose_picture(now)

    def _use(self, codec: Codec, may_patch: bool, now: float) -> None:
        self._codec, self._may_patch = codec, may_patch
        self._close_encoder()
        self._close_spare()
        self._lose_picture(now)

    def _close_encoder(self) -> None:
        if self._encoder is not None:
            self._encoder.close()
        self._encoder = self._sharpness = None

    def _close_spare(self) -> None:
        if self._spare is not None:
            self._spare.close()
        self._spare = None

    def _fail(self, sentence: str) -> None:
        """Tells a failure once and tries again after a pause, from a keyframe on."""
        if sentence != self._failure:
            self._failure = sentence
            self._outputs.error(sentence)
        self._close_encoder()
        self._rate.handle(rate.KeyframeAsked(), self._clock())
        with self._wake:
            self._wake.wait_for(lambda: not self._is_active, RETRY_SECONDS)
