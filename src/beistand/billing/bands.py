"""Surcharge bands by the contract's local wall clock; arithmetic in UTC, so that daylight saving is right. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

NORMAL, EVENING, NIGHT, SATURDAY, SUNDAY_HOLIDAY = "normal", "evening", "night", "saturday", "sunday_holiday"


@dataclass(frozen=True)
class Calendar:
    """Where and when: time zone, German state, `catholic` for Assumption Day in Bavaria; hours of the bands."""

    zone: str = "Europe/Berlin"
    state: str = "SH"
    is_catholic: bool = False
    day_from: int = 6
    evening_from: int = 18
    night_from: int = 22


@cache
def _holidays(state: str, is_catholic: bool, year: int) -> frozenset[object]:
    kinds = ("public", "catholic") if is_catholic else ("public",)
    return frozenset(holidays.country_holidays("DE", subdiv=state, years=year, categories=kinds))


def band_at(moment: datetime, calendar: Calendar) -> str:
    """The band of an aware instant."""
    local = moment.astimezone(ZoneInfo(calendar.zone))
    if local.weekday() == 6 or local.date() in _holidays(calendar.state, calendar.is_catholic, local.year):
        return SUNDAY_HOLIDAY
    if local.weekday() == 5:
        return SATURDAY
    if local.hour < calendar.day_from or local.hour >= calendar.night_from:
        return NIGHT
    return EVENING if local.hour >= calendar.evening_from else NORMAL


def seconds_by_band(start: datetime, end: datetime, calendar: Calendar) -> list[tuple[str, int]]:
    """(band, seconds) in order of time, neighbours of the same band joined. ValueError for naive instants."""
    if start.tzinfo is None or end.tzinfo is None:
        raise ValueError("instants carry their time zone")
    out: list[tuple[str, int]] = []
    at, end = start.astimezone(UTC), end.astimezone(UTC)
    while at < end:
        until = min(end, next(b for b in boundaries(at, calendar) if b > at))
        band, seconds = band_at(at, calendar), int((until - at).total_seconds())
        if out and out[-1][0] == band:
            out[-1] = (band, out[-1][1] + seconds)
        else:
            out.append((band, seconds))
        at = until
    return out


def boundaries(after: datetime, calendar: Calendar) -> Iterator[datetime]:
    """Instants around `after` at which a band may change, ascending."""
    zone = ZoneInfo(calendar.zone)
    day = after.astimezone(zone).date()
    hours = (0, calendar.day_from, calendar.evening_from, calendar.night_from)
    for offset in range(3):
        for hour in hours:
            wall = datetime.combine(day + timedelta(days=offset), time(hour), zone)
            yield wall.astimezone(UTC)
