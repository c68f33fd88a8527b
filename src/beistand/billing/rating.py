"""Rating in the fixed order of billing.md: from recorded entries to priced items with their snapshot. Pure.

net seconds -> goodwill off -> grouping by scope -> coverage -> chargeable check -> billable minutes -> bands ->
split -> unit price -> line. Uncovered work is rated only with a stored notice and a yes dated before its first second.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from beistand.billing.bands import Calendar, seconds_by_band
from beistand.billing.minutes import Terms, billable_minutes, split
from beistand.billing.money import Line, price_line


class UnannouncedCharge(Exception):  # noqa: N818 (the specification's own name)
    """Uncovered work without a notice and a yes before its first second: goodwill, or a release with a reason."""


@dataclass(frozen=True)
class Consent:
    """The stored answer to the exact price notice."""

    notice_sha256: str
    answered_at: datetime
    is_yes: bool


@dataclass(frozen=True)
class Entry:
    """One technician's recorded time: net seconds (pauses cut away) between two instants."""

    technician: str
    started: datetime
    ended: datetime
    net_seconds: int
    goodwill_seconds: int = 0
    goodwill_reason: str = ""

    def __post_init__(self) -> None:
        if self.goodwill_seconds and not self.goodwill_reason.strip():
            raise ValueError("goodwill needs a reason")
        if not 0 <= self.goodwill_seconds <= self.net_seconds:
            raise ValueError("goodwill lies within the recorded time")


@dataclass(frozen=True)
class Price:
    """What an hour costs: cents, surcharge in basis points by band, discount in basis points.

    `later` is for announced prices, in place of surcharges: from an instant on, the hour as the words named it, and the
    cents an hour they named for it.
    """

    rate_cents: int
    surcharges_bp: Mapping[str, int] = field(default_factory=dict)
    discount_bp: int = 0
    later: tuple[tuple[datetime, str, int], ...] = ()

    def stretches(self, start: datetime, end: datetime, calendar: Calendar) -> list[tuple[str, int]]:
        """(band, seconds) in order of time; with `later` the band is its hour, "" before the first."""
        if not self.later:
            return seconds_by_band(start, end, calendar)
        at = [moment for moment, _hour, _cents in self.later]
        names = ["", *(hour for _moment, hour, _cents in self.later)]
        spans = zip(names, [start, *at], [*at, end], strict=True)
        found = [(name, max(start, begin), min(end, finish)) for name, begin, finish in spans]
        return [(name, int((finish - begin).total_seconds())) for name, begin, finish in found if finish > begin]

    def of(self, band: str) -> tuple[int, int]:
        """(cents an hour, surcharge in basis points) of a band."""
        cents = next((cents for _moment, hour, cents in self.later if hour == band), self.rate_cents)
        return cents, self.surcharges_bp.get(band, 0)


@dataclass(frozen=True)
class RatedItem:
    """A line with the snapshot of the rules that made it, so that the past never changes."""

    band: str
    line: Line
    seconds: int
    terms: Terms
    price: Price
    calendar: Calendar


@dataclass(frozen=True)
class Rated:
    """All items of a group, and the printed goodwill."""

    items: tuple[RatedItem, ...]
    goodwill_seconds: int

    @property
    def minutes(self) -> int:
        """Billed minutes of all items."""
        return sum(item.line.minutes for item in self.items)

    @property
    def net_cents(self) -> int:
        """Net amount of all items."""
        return sum(item.line.net_cents for item in self.items)


def rate_group(
    entries: Sequence[Entry],
    terms: Terms,
    price: Price,
    calendar: Calendar,
    is_covered: bool,
    consent: Consent | None = None,
) -> Rated:
    """Rates entries that are rounded together (a session, a case or a day). UnannouncedCharge, never a silent price."""
    charged = [entry for entry in entries if entry.net_seconds > entry.goodwill_seconds]
    goodwill = sum(entry.goodwill_seconds for entry in entries)
    if not charged:
        return Rated((), goodwill)
    if not is_covered:
        _check_announced(charged, consent)
    seconds = sum(entry.net_seconds - entry.goodwill_seconds for entry in charged)
    minutes = billable_minutes(seconds, terms)
    bands: dict[str, int] = {}
    for entry in charged:
        for band, part in price.stretches(entry.started, entry.ended, calendar):
            bands[band] = bands.get(band, 0) + part
    names = list(bands)
    items = []
    for band, part in zip(names, split(minutes, [bands[name] for name in names]), strict=True):
        if part:
            line = price_line(part, *price.of(band), price.discount_bp)
            items.append(RatedItem(band, line, bands[band], terms, price, calendar))
    return Rated(tuple(items), goodwill)


def _check_announced(entries: Sequence[Entry], consent: Consent | None) -> None:
    first = min(entry.started for entry in entries)
    if consent is None or not consent.notice_sha256:
        raise UnannouncedCharge("No price was announced for this work: book it as goodwill, or release it by hand.")
    if not consent.is_yes:
        raise UnannouncedCharge("The customer declined the price: book it as goodwill.")
    if consent.answered_at > first:
        raise UnannouncedCharge(
            "The customer agreed to the price only after the work had begun: split the entry there."
        )
