"""When the next picture may leave, how coarse it is, and when the still screen is sharpened. Pure: time is an argument.

It holds the credit of docs/protocol.md section 8 (at most 6 frames not yet shown, or 200 ms in flight), a ladder of
quantizers that follows the delay of `FrameShown`, and the sharpening of blocks that stand still.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass

from beistand.host.media.damage import SETTLED

FRAMES_IN_FLIGHT = 6
SECONDS_IN_FLIGHT = 0.2
FASTEST = 1 / 60  # seconds between two frames of changes
REST = 0.6  # of a frame's cost that passes before the next: two threads code, so that this keeps to one core in all
BESIDE = 0.3  # seconds between sharpening frames while something else keeps changing
BESIDE_BYTES = 20_000  # and only with at most so many under way
STILL = 0.15  # seconds without a change before a block is sharpened
SHARPEN_BYTES = 250_000  # the most a sharpening frame may cost before the line's speed is known
SHARPEN_SECONDS = 0.25  # the most it may occupy the line once the speed is known
LADDER = (20, 28, 36, 44, 52, 60)  # quantizers for changes, finest first
START = 2  # the step of the ladder a session begins with: quantizer 36
FIRST = 48  # a keyframe before the line's speed is known: a page of text takes 335 kB at 36, half a second of 5 Mbit/s
FIRST_NARROW = 60  # a keyframe on a line that is known to be narrow (below AMPLE), as after a pause
SMALL_CHANGES = ((6, 0), (24, 16))  # up to so many blocks: this quantizer, unless the line is slow
PATCH_TYPED, PATCH_SMALL, PATCH_TINY = 24_000, 12_000, 4_000  # bytes: typing, SMALL_CHANGES, on a slow line or moving
SHARPENING = (8, 4, 0)  # quantizers for what stands still: 48 dB, 52 dB, lossless (text of 1920 x 1080)
SHARP = SETTLED
EXACT = -1  # what is sent as it is, after everything was sent losslessly: stands beside the quantizers
EXACT_BLOCKS = 32  # lossless for so few blocks costs little; for more only if the line carries it in a second
BLOCK_BYTES = {
    8: 600.0,
    4: 300.0,
    0: 900.0,
    EXACT: 900.0,
}  # a block's cost until it is measured: text after quantizer 36
HURRY_ABOVE, HURRY_BELOW = 0.045, 0.015  # seconds a frame costs: the coder is told to hurry, or no longer to
AMPLE = 2_000_000  # bytes a second: a line that carries hurried frames, which take 2 to 3 times the bytes
DELAY_COARSER = 0.12  # seconds a frame waits longer than the fastest ever did: the line is too full
DELAY_FINER = 0.03
RAISE_AFTER = 8  # that many quick frames in a row before the quality rises by a step


@dataclass(frozen=True)
class Changed:
    """The screen reports damage that has not been taken yet."""


@dataclass(frozen=True)
class Calm:
    """The grab found that nothing had changed after all; no frame was made."""


@dataclass(frozen=True)
class Standing:
    """What still is to be sharpened: blocks per sharpening quantizer that are still now, and when the next one is."""

    coarse: tuple[int, ...]  # one count per entry of SHARPENING
    next_still: float | None
    inexact: int = 0  # blocks that are lossless and still, and not known to be exact


NOTHING_STANDS = Standing((0,) * len(SHARPENING), None)


@dataclass(frozen=True)
class Sent:
    """A frame left: `cost` seconds were spent on grabbing and coding it."""

    frame: int
    size: int
    blocks: int
    quantizer: int
    is_key: bool
    is_sharpening: bool
    cost: float


@dataclass(frozen=True)
class Shown:
    """The technician's `FrameShown`."""

    frame: int
    decode_ms: int


@dataclass(frozen=True)
class KeyframeAsked:
    """The technician's `KeyframeWanted`, a new monitor, a new size or the begin of showing."""


@dataclass(frozen=True)
class LinkBack:
    """The link was lost and is back; the replay sends again what was under way."""


@dataclass(frozen=True)
class Tick:
    """Time passed."""


Event = Changed | Calm | Standing | Sent | Shown | KeyframeAsked | LinkBack | Tick


@dataclass(frozen=True)
class Take:
    """Grab what changed and send it with this quantizer; as a keyframe of the whole picture if `is_key`."""

    quantizer: int
    is_key: bool


@dataclass(frozen=True)
class Sharpen:
    """Send at most so many still blocks again, with this quantizer."""

    quantizer: int
    most_blocks: int


@dataclass(frozen=True)
class Polish:
    """Send at most so many lossless blocks as they are, where their colours need it."""

    most_blocks: int


Effect = Take | Sharpen | Polish


class Rate:
    """One picture stream's pace. Tell it every event; do the effects at once and report them as `Sent`."""

    def __init__(self) -> None:
        self._in_flight: OrderedDict[int, tuple[float, Sent]] = OrderedDict()  # frame: (sent at, what)
        self._now = float("-inf")
        self._has_change = False
        self._wants_key = True
        self._standing = NOTHING_STANDS
        self._step = START
        self._quick = 0
        self._next_take = self._last_take = self._last_sharpening = float("-inf")
        self._round_trips: deque[float] = deque(maxlen=64)
        self._speed: float | None = None  # bytes a second, as far as frames have shown it
        self._block_bytes = dict(BLOCK_BYTES)
        self._cost = 0.0
        self._is_slow = False  # this machine is too slow for careful coding

    @property
    def quantizer(self) -> int:
        """The quantizer of the next frame of changes."""
        return LADDER[self._step]

    @property
    def is_hurried(self) -> bool:
        """Whether frames shall cost little time rather than few bytes: the machine is slow, or the line is ample."""
        is_ample = self._step <= START and (self._speed is None or self._speed >= AMPLE)
        return self._is_slow or is_ample

    @property
    def has_change(self) -> bool:
        """Whether a change or a keyframe waits for its turn."""
        return self._has_change or self._wants_key

    @property
    def in_flight(self) -> int:
        """Frames sent and not yet shown."""
        return len(self._in_flight)

    def handle(self, event: Event, now: float) -> list[Effect]:
        """Takes an event at `now` (monotonic seconds) and answers what to do at once: one effect or none."""
        self._now = now
        match event:
            case Changed():
                self._has_change = True
            case Calm():
                self._has_change = False
            case Standing():
                self._standing = event
            case Sent():
                self._sent(event, now)
            case Shown():
                self._shown(event, now)
            case KeyframeAsked():
                self._wants_key = True
                self._in_flight.clear()  # a decoder that lost its way acknowledges nothing
            case LinkBack():
                self._in_flight.clear()  # how long they were under way tells nothing of the line
            case Tick():
                pass
        return self._due(now)

    def fine(self, quantizer: int, blocks: int) -> int:
        """The quantizer for a change of so few blocks that it may be sharp at once (typing), else the given one."""
        for most, finer in SMALL_CHANGES:
            if blocks <= most and self._step <= START:
                return min(quantizer, finer)
        return quantizer

    def most_patched(self, blocks: int, is_moving: bool) -> int:
        """How many bytes a change of so many blocks may take as it is; what takes more is coded."""
        if blocks > SMALL_CHANGES[-1][0]:
            return 0
        if is_moving or self._step > START:
            return PATCH_TINY
        return PATCH_TYPED if blocks <= SMALL_CHANGES[0][0] else PATCH_SMALL

    def next_deadline(self) -> float | None:
        """When to come back with a Tick if nothing else happens; None: only an event can change anything."""
        if not self.has_credit(self._now):
            return None  # only a FrameShown or a KeyframeWanted gives new credit
        if self._wants_key or self._has_change:
            return self._next_take
        return None if self._in_flight else self._standing.next_still

    def has_credit(self, now: float) -> bool:
        """Whether a frame may leave: fewer than 6 not yet shown, and the oldest of them at most 200 ms under way."""
        if len(self._in_flight) >= FRAMES_IN_FLIGHT:
            return False
        oldest = next(iter(self._in_flight.values()), None)
        return oldest is None or now - oldest[0] <= SECONDS_IN_FLIGHT

    def _due(self, now: float) -> list[Effect]:
        if not self.has_credit(now):
            return []
        is_busy = self._wants_key or self._has_change
        if is_busy and now >= self._next_take:
            least = self._key_quantizer() if self._wants_key else 0
            return [Take(max(self.quantizer, least), self._wants_key)]
        if self._may_sharpen(now, is_busy):
            return self._sharpen(is_busy)
        return []

    def _key_quantizer(self) -> int:
        """A line that is known to be narrow carries a whole picture for half a second: a coarse one is there sooner."""
        if self._speed is None:
            return FIRST
        return FIRST_NARROW if self._speed < AMPLE else 0

    def _may_sharpen(self, now: float, is_busy: bool) -> bool:
        """Sharpening never queues: one frame at a time, behind nothing. Beside a moving picture it takes turns."""
        if self._wants_key:
            return False
        if is_busy or now - self._last_take < STILL:
            is_line_free = sum(sent.size for _, sent in self._in_flight.values()) <= BESIDE_BYTES
            return is_line_free and now - self._last_sharpening >= BESIDE and self._step < len(LADDER) - 1
        return not self._in_flight

    def _sharpen(self, is_busy: bool) -> list[Effect]:
        steps = list(zip(SHARPENING, self._standing.coarse, strict=True))
        if steps[-1][1] <= EXACT_BLOCKS:
            steps = steps[-1:]  # so few are exact at once
        for quantizer, count in steps:
            if count and (quantizer or self._may_be_exact(count, 0)):
                most = self._affordable(quantizer)
                return [Sharpen(quantizer, max(1, most // 4) if is_busy else most)]
        inexact = self._standing.inexact
        if inexact and not is_busy and self._may_be_exact(inexact, EXACT):
            return [Polish(self._affordable(EXACT))]
        return []

    def _may_be_exact(self, count: int, quantizer: int) -> bool:
        return count <= EXACT_BLOCKS or count * self._block_bytes[quantizer] <= (self._speed or SHARPEN_BYTES)

    def _affordable(self, quantizer: int) -> int:
        budget = SHARPEN_BYTES if self._speed is None else self._speed * SHARPEN_SECONDS
        return max(4, int(budget / self._block_bytes[quantizer]))

    def _sent(self, sent: Sent, now: float) -> None:
        self._in_flight[sent.frame] = (now, sent)
        self._standing = NOTHING_STANDS  # out of date now; the driver tells it anew
        if sent.is_sharpening:
            measured = sent.size / max(1, sent.blocks)
            self._last_sharpening = now
            self._block_bytes[sent.quantizer] = max(100.0, (self._block_bytes[sent.quantizer] + measured) / 2)
            return
        self._has_change = False
        self._wants_key = self._wants_key and not sent.is_key
        self._last_take = now
        if not sent.is_key:
            self._cost = 0.8 * self._cost + 0.2 * sent.cost
            self._is_slow = self._cost > (HURRY_BELOW if self._is_slow else HURRY_ABOVE)
        self._next_take = now + max(FASTEST - sent.cost, sent.cost * REST)

    def _shown(self, shown: Shown, now: float) -> None:
        if shown.frame not in self._in_flight:
            return  # sent before the last keyframe was asked for, or shown twice
        sent_at, sent = self._in_flight[shown.frame]
        for frame in [frame for frame in self._in_flight if frame <= shown.frame]:
            del self._in_flight[frame]
        trip = max(1e-4, now - sent_at - shown.decode_ms / 1000)
        self._round_trips.append(trip)
        self._measure_speed(sent.size, trip)
        if not sent.is_key and not sent.is_sharpening:  # those are large by intent: their delay is their own
            self._climb(trip - min(self._round_trips), shown.decode_ms / 1000)

    def _measure_speed(self, size: int, trip: float) -> None:
        if size < 20_000:
            return  # small frames tell the round trip, not the speed
        speed = size / max(1e-3, trip - min(self._round_trips) / 2)
        self._speed = speed if self._speed is None else 0.7 * self._speed + 0.3 * speed

    def _climb(self, delay: float, decode: float) -> None:
        if delay > DELAY_COARSER or decode > SECONDS_IN_FLIGHT:
            self._step = min(self._step + 1, len(LADDER) - 1)
            self._quick = 0
        elif delay < DELAY_FINER:
            self._quick += 1
            if self._quick >= RAISE_AFTER:
                self._step, self._quick = max(self._step - 1, 0), 0
        else:
            self._quick = 0
