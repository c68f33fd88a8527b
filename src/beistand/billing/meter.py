"""From the facts of a session to recorded time: which seconds count, and from where on they are chargeable. Pure.

Time counts from the customer's yes to the end, but stands still while the customer pauses, while an end is away, while
the customer reads a price, and while the server itself is away. The monotonic clock rules within one run of the server
(a wall clock that jumps moves nothing and is named); across runs the wall clock must do. A price that is agreed to in
mid-session begins a new part at that very instant. Nothing is rounded here: a part has its whole seconds, counted from
its own start. Where work turns covered or uncovered in mid-session (`coverage_changed`) a new part begins as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from beistand.billing.minutes import net_seconds

US = 1_000_000
# What two clocks may differ by before it is called a jump: slewing by NTP stays far below.
JUMP_US = 2 * US
PAUSE, PRICE, SERVER = "pause", "price", "server"
HANDED_OVER = "handed_over"
_OVER = ("ended", "closed")


class Fact(Protocol):
    """What happened, when, in which run of the server, and who says so."""

    @property
    def name(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def utc_us(self) -> int: ...
    @property
    def monotonic_us(self) -> int: ...
    @property
    def run(self) -> str: ...
    @property
    def data(self) -> Mapping[str, object]: ...


@dataclass(frozen=True)
class Pulse:
    """The last moment at which a run of the server is known to have carried the session."""

    run: str
    utc_us: int
    monotonic_us: int


@dataclass(frozen=True)
class Stop:
    """Seconds since the part's start during which nothing counted: pause, price, server, or the end that was away."""

    start: int
    end: int
    why: str


@dataclass(frozen=True)
class Part:
    """Time of one kind. `notice_sha256` names the agreed price; `answered_us` is never after `started_us`.

    `covered_by` says who pays instead of the customer since a change in mid-session, "" for nobody; None = as it was
    said before the session. `user_id` is who leads since it was handed over, "" the session's own technician.
    """

    started_us: int
    ended_us: int
    stops: tuple[Stop, ...]
    is_chargeable: bool
    notice_sha256: str = ""
    answered_us: int | None = None
    channel: str = ""
    covered_by: str | None = None
    user_id: str = ""

    @property
    def gross_seconds(self) -> int:
        """Whole seconds from start to end."""
        return (self.ended_us - self.started_us) // US

    @property
    def net_seconds(self) -> int:
        """Whole seconds without the union of the stops."""
        return net_seconds(0, self.gross_seconds, [(stop.start, stop.end) for stop in self.stops])


@dataclass(frozen=True)
class Presence:
    """A colleague who helped beside the session's own technician; `left_us` is None for "to the end"."""

    user_id: str
    joined_us: int
    left_us: int | None = None


@dataclass(frozen=True)
class Metered:
    """All parts of a session, in order; `clock_jump_seconds` is what the wall clock jumped by within a run."""

    parts: tuple[Part, ...] = ()
    colleagues: tuple[Presence, ...] = ()
    is_over: bool = False
    clock_jump_seconds: int = 0


@dataclass
class _Placed:
    """A fact on one time axis: microseconds that never go back."""

    at: int
    fact: Fact
    is_new_run: bool


@dataclass
class _Walk:
    """Where the walk over the facts stands. `held` maps what holds the clock to since when."""

    part: Part | None = None
    done: list[Part] = field(default_factory=list)
    held: dict[str, int] = field(default_factory=dict)
    stops: list[Stop] = field(default_factory=list)

    def begin(self, part: Part) -> None:
        self.part, self.stops = part, []
        self.held = dict.fromkeys(self.held, part.started_us)

    def hold(self, why: str, at: int) -> None:
        self.held.setdefault(why, at)

    def let_go(self, why: str, at: int) -> None:
        since = self.held.pop(why, None)
        if since is not None and self.part is not None:
            start = self.part.started_us
            self.stops.append(Stop((since - start) // US, (at - start) // US, why))

    def close(self, at: int) -> None:
        if self.part is None:
            return
        held = list(self.held)
        for why in held:
            since = self.held[why]
            self.let_go(why, at)
            self.held[why] = since
        kept = tuple(stop for stop in self.stops if stop.end > stop.start)
        self.done.append(replace(self.part, ended_us=at, stops=kept))
        self.part = None


def meter(facts: Iterable[Fact], pulses: Iterable[Pulse] = (), until: tuple[str, int] | None = None) -> Metered:
    """The parts of a session. Without an end, time counts to the last sign of life, or to `until`: run and its clock.

    `facts` come in the order in which the store took them.
    """
    last = {pulse.run: pulse for pulse in pulses}
    placed, jump, signs = _place(facts, last)
    walk, is_over, at = _Walk(), False, 0
    colleagues: list[Presence] = []
    run = lead = ""
    for here in placed:
        fact = here.fact
        if fact.role == "server" and fact.name == HANDED_OVER:
            lead = _who(fact)
        if walk.part is not None and here.is_new_run:
            gone_at = min(here.at, max(at, signs.get(run, at)))
            for why in (SERVER, "customer", "technician"):
                walk.hold(why, gone_at)
            walk.let_go(SERVER, here.at)
        at, run = here.at, fact.run
        if fact.role == "server" and (fact.name.startswith("colleague_") or fact.name == HANDED_OVER):
            _presence(colleagues, fact, at)
        if walk.part is None and not walk.done:
            if fact.name == "consent" and fact.role == "customer":
                walk.held.clear()
                walk.begin(replace(_first(fact, at), user_id=lead))
            continue
        if fact.name in _OVER:
            is_over = True
            walk.close(at)
            break
        _step(walk, fact, at)
    if walk.part is not None:
        end = max(at, signs.get(run, at))
        if until is not None and until[0] == run:
            end = max(at, _on_axis(placed, until))
        walk.close(end)
    return Metered(tuple(walk.done), tuple(colleagues), is_over, jump)


def beside(metered: Metered, user_id: str) -> list[Part]:
    """A colleague's own parts: those of the session, cut to when they were there, with the session's stops.

    What the customer agreed to is the price of one technician: a colleague's chargeable part has no yes.
    """
    made = []
    for presence in metered.colleagues:
        for part in metered.parts if presence.user_id == user_id else ():
            start = max(part.started_us, presence.joined_us)
            end = part.ended_us if presence.left_us is None else min(part.ended_us, presence.left_us)
            if start < end:
                made.append(_cut(part, start, end))
    return made


def _cut(part: Part, start: int, end: int) -> Part:
    """From `start` to `end` of a part; its stops counted from the new start, whole seconds."""
    off, length = (start - part.started_us) // US, (end - start) // US
    moved = [Stop(max(0, stop.start - off), min(length, stop.end - off), stop.why) for stop in part.stops]
    kept = tuple(stop for stop in moved if stop.end > stop.start)
    return Part(start, end, kept, part.is_chargeable, covered_by=part.covered_by, user_id=part.user_id)


def _presence(colleagues: list[Presence], fact: Fact, at: int) -> None:
    """Who came or went. Only the server states it; coming twice is coming once; who takes over helps no more beside."""
    who = _who(fact)
    here = next((n for n, one in enumerate(colleagues) if one.user_id == who and one.left_us is None), None)
    if fact.name == "colleague_joined" and here is None:
        colleagues.append(Presence(who, at))
    elif fact.name in ("colleague_left", HANDED_OVER) and here is not None:
        colleagues[here] = replace(colleagues[here], left_us=at)


def _who(fact: Fact) -> str:
    return str(fact.data.get("user_id", ""))


def lead_of(facts: Iterable[Fact], first: str) -> str:
    """The id of the technician who leads now: `first` until the session was handed over. Only the server states it."""
    for fact in facts:
        if fact.role == "server" and fact.name == HANDED_OVER:
            first = _who(fact)
    return first


def _first(fact: Fact, at: int) -> Part:
    is_agreed = fact.data.get("charge") == 1 and type(fact.data.get("charge")) is int
    digest = str(fact.data.get("notice_sha256", "")) if is_agreed else ""
    return Part(at, at, (), is_agreed, digest, at if is_agreed else None, "screen" if is_agreed else "")


def _step(walk: _Walk, fact: Fact, at: int) -> None:
    """One fact of a running session."""
    match fact.role, fact.name:
        case "customer", "pause":
            walk.hold(PAUSE, at)
        case "customer", "go_on":
            walk.let_go(PAUSE, at)
        case "server", "interrupted":
            walk.hold(str(fact.data.get("detail", "")), at)
        case "server", "back":
            walk.let_go(str(fact.data.get("detail", "")), at)
        case "customer", "charge_asked":
            walk.hold(PRICE, at)
        case "customer", "charge_answered":
            walk.let_go(PRICE, at)
            if fact.data.get("is_yes") is True:
                _turn(walk, fact, at, "screen")
        case "server", "coverage_changed" if walk.part is not None and not walk.part.is_chargeable:
            walk.close(at)
            covered_by = str(fact.data.get("covered_by", ""))
            walk.begin(Part(at, at, (), False, covered_by=covered_by, user_id=walk.done[-1].user_id))
            if fact.data.get("is_price_next") is True:
                walk.hold(PRICE, at)  # the console asks the customer in the same moment
        case "server", "handed_over" if walk.part is not None:
            walk.close(at)
            walk.begin(replace(walk.done[-1], started_us=at, ended_us=at, stops=(), user_id=_who(fact)))
        case "server", "charge_by_phone":
            walk.let_go(PRICE, at)
            # Only the server states it, after it has checked that the firm permits this way and kept the text.
            _turn(walk, fact, at, "phone")


def _turn(walk: _Walk, fact: Fact, at: int, channel: str) -> None:
    """The work is chargeable from this instant on; what holds the clock goes on holding it."""
    walk.close(at)
    user_id = walk.done[-1].user_id if walk.done else ""
    walk.begin(Part(at, at, (), True, str(fact.data.get("notice_sha256", "")), at, channel, user_id=user_id))


def _place(facts: Iterable[Fact], last: Mapping[str, Pulse]) -> tuple[list[_Placed], int, dict[str, int]]:
    """Facts on one axis, the wall clock's jump in whole seconds, and the last sign of life of each run on that axis."""
    placed: list[_Placed] = []
    signs: dict[str, int] = {}
    jump = at = 0
    run, anchor_utc, anchor_monotonic = None, 0, 0
    for fact in facts:
        is_new_run = fact.run != run
        if is_new_run:
            # A wall clock that was set back between two runs must not make time run backwards.
            run, anchor_utc, anchor_monotonic = fact.run, max(fact.utc_us, at), fact.monotonic_us
            if (pulse := last.get(fact.run)) is not None:
                signs[fact.run] = anchor_utc + pulse.monotonic_us - anchor_monotonic
        moved = fact.monotonic_us - anchor_monotonic
        off = (fact.utc_us - anchor_utc) - moved
        if abs(off) > JUMP_US:
            jump = max(jump, abs(off) // US)
        at = max(at, anchor_utc + moved)
        placed.append(_Placed(at, fact, is_new_run and len(placed) > 0))
    return placed, jump, signs


def _on_axis(placed: list[_Placed], until: tuple[str, int]) -> int:
    here = next(one for one in reversed(placed) if one.fact.run == until[0])
    return here.at + max(0, until[1] - here.fact.monotonic_us)
