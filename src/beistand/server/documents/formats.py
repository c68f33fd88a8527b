"""Figures as people of a language write them: money, days, clock times, durations, percentages. Pure."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from beistand.billing import price_card
from beistand.billing.einvoice import MONTHS

THIN = "\u202f"
NO_BREAK = "\u00a0"


def money(cents: int, language: str) -> str:
    """123456 is "1.234,56 €" in German and "€1,234.56" in English; with a printer's minus, and never broken."""
    return price_card.money(cents, language).replace("-", "−").replace(" ", NO_BREAK)


def day(value: date, language: str) -> str:
    """12.11.2026, or 12 November 2026."""
    return f"{value:%d.%m.%Y}" if language == "de" else f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def short_day(value: date, language: str) -> str:
    """12.11.2026, or 12 Nov 2026: for narrow columns."""
    return f"{value:%d.%m.%Y}" if language == "de" else f"{value.day} {MONTHS[value.month - 1][:3]} {value.year}"


def span(starts: date, ends: date, language: str) -> str:
    """01.–30.11.2026, or 1–30 Nov 2026; the common parts are said once."""
    if starts == ends:
        return short_day(ends, language)
    if (starts.year, starts.month) != (ends.year, ends.month):
        return f"{short_day(starts, language)} –{NO_BREAK}{short_day(ends, language)}"
    first = f"{starts:%d}." if language == "de" else str(starts.day)
    return f"{first}–{short_day(ends, language)}"


def clock(moment: datetime, zone: str) -> str:
    """09:02:00, on the wall clock of a zone."""
    return f"{moment.astimezone(ZoneInfo(zone)):%H:%M:%S}"


def duration(seconds: int) -> str:
    """4020 seconds are "1:07:00"."""
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def percent(basis_points: int, language: str) -> str:
    """1900 is "19 %", 1950 is "19,5 %"."""
    return f"{price_card.percentage(basis_points, language)}{THIN}%"


def iban(text: str) -> str:
    """In groups of four, as on a bank card; never broken over lines."""
    return NO_BREAK.join(text[at : at + 4] for at in range(0, len(text), 4))


def local_day(moment: datetime, zone: str) -> date:
    """The day on the wall clock of a zone."""
    return moment.astimezone(ZoneInfo(zone)).date()
