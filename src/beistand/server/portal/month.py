"""A month's recorded time, summed for the eye: by customer, technician and day, and as charts' figures. Pure.

Nothing here is billed: seconds are added as they were recorded, after corrections and approved goodwill.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from beistand.server.store.times import TimeEntry, instant

ZONE = "Europe/Berlin"
# What a second counts as, in the order in which bars are stacked.
CHARGED, COVERED, FREE, OPEN, GOODWILL = "charged", "covered", "free", "open", "goodwill"
KINDS = (CHARGED, COVERED, FREE, OPEN, GOODWILL)


def kind(entry: TimeEntry) -> str:
    """charged (agreed to or released), open (chargeable, but nobody agreed), covered, or free."""
    if entry.is_chargeable:
        return CHARGED if entry.release is not None or (entry.consent is not None and entry.consent.is_yes) else OPEN
    return COVERED if entry.covered_by else FREE


@dataclass
class Sum:
    """Seconds by kind."""

    name: str
    seconds: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))

    def add(self, entry: TimeEntry) -> None:
        """Adds an entry; its approved goodwill is a kind of its own."""
        self.seconds[kind(entry)] += entry.net_seconds - entry.goodwill_seconds
        self.seconds[GOODWILL] += entry.goodwill_seconds

    @property
    def total(self) -> int:
        """All kinds together."""
        return sum(self.seconds.values())


@dataclass(frozen=True)
class Piece:
    """A part of a bar: kind, where it begins and how long it is, in thousandths of the longest bar."""

    kind: str
    start: int
    length: int


@dataclass(frozen=True)
class Bar:
    """One row or column of a chart."""

    name: str
    total: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Month:
    """Everything that the month's page sums up."""

    first: date
    total: Sum
    customers: tuple[Bar, ...]
    technicians: tuple[Bar, ...]
    days: tuple[Bar, ...]
    waiting: int

    @property
    def before(self) -> str:
        """The month before, "2026-10"."""
        return f"{self.first - timedelta(days=1):%Y-%m}"

    @property
    def after(self) -> str:
        """The month after."""
        return f"{(self.first + timedelta(days=32)).replace(day=1):%Y-%m}"


def month_of(text: str, now_us: int) -> date:
    """The first day of "2026-11"; of the present month for anything else."""
    try:
        return datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC).date()
    except ValueError:
        return local_day(now_us).replace(day=1)


def bounds(first: date) -> tuple[int, int]:
    """The month's begin and end on the firm's wall clock, in microseconds since 1970 UTC."""
    after = (first + timedelta(days=32)).replace(day=1)
    return _midnight(first), _midnight(after)


def _midnight(day: date) -> int:
    moment = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(ZONE))
    return int(moment.astimezone(UTC).timestamp()) * 1_000_000


def local(utc_us: int) -> datetime:
    """An instant on the firm's wall clock."""
    return instant(utc_us).astimezone(ZoneInfo(ZONE))


def local_day(utc_us: int) -> date:
    """Its day there."""
    return local(utc_us).date()


def summarise(first: date, entries: Sequence[TimeEntry]) -> Month:
    """The month of these entries."""
    total = Sum("")
    for entry in entries:
        total.add(entry)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    days = {f"{number}": Sum(f"{number}") for number in range(1, last.day + 1)}
    for entry in entries:
        days[str(local_day(entry.started_us).day)].add(entry)
    return Month(
        first,
        total,
        _bars(_sums(entries, lambda entry: entry.customer_name).values(), is_sorted=True),
        _bars(_sums(entries, lambda entry: entry.technician).values(), is_sorted=True),
        _bars(days.values()),
        sum(entry.is_waiting for entry in entries),
    )


def _sums(entries: Iterable[TimeEntry], name: Callable[[TimeEntry], str]) -> Mapping[str, Sum]:
    sums: dict[str, Sum] = {}
    for entry in entries:
        sums.setdefault(name(entry), Sum(name(entry))).add(entry)
    return sums


def _bars(sums: Iterable[Sum], is_sorted: bool = False) -> tuple[Bar, ...]:
    all_ = sorted(sums, key=lambda one: (-one.total, one.name)) if is_sorted else list(sums)
    longest = max((one.total for one in all_), default=0) or 1
    return tuple(Bar(one.name, one.total, _pieces(one, longest)) for one in all_)


def _pieces(one: Sum, longest: int) -> tuple[Piece, ...]:
    """Edges are rounded, not lengths, so that the pieces of a bar meet."""
    pieces, at = [], 0
    for kind_ in KINDS:
        start, at = at, at + one.seconds[kind_]
        left, right = start * 1000 // longest, at * 1000 // longest
        if right > left:
            pieces.append(Piece(kind_, left, right - left))
    return tuple(pieces)


def duration(seconds: int) -> str:
    """1:07:00 as hours, minutes, seconds."""
    return f"{seconds // 3600}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"
