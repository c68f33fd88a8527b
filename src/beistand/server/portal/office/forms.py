"""What people type into the office's forms, as values: days, money, percentages, minutes. Pure.

A wrong field is a FormError with the key of its sentence; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from beistand.server.portal import texts


class FormError(Exception):
    """A field is wrong: its name, the key of the sentence, what fills the sentence."""

    def __init__(self, field: str, key: str, **values: str) -> None:
        super().__init__(f"{field}: {key}")
        self.field, self.key, self.values = field, key, values


def day(fields: Mapping[str, str], name: str) -> date | None:
    """ "2026-11-01" or "1.11.2026"; None if it is empty."""
    text = fields.get(name, "").strip()
    if not text:
        return None
    parts = text.split(".") if "." in text else text.split("-")[::-1]
    try:
        made = date(int(parts[2]), int(parts[1]), int(parts[0]))
    except (ValueError, IndexError):
        raise FormError(name, "bad_day", text=texts.one_line(text, 20)) from None
    if not 2000 <= made.year <= 2199:
        raise FormError(name, "bad_day", text=texts.one_line(text, 20))
    return made


def needed_day(fields: Mapping[str, str], name: str) -> date:
    """As `day`, but it must be there."""
    made = day(fields, name)
    if made is None:
        raise FormError(name, "day_missing")
    return made


def cents(fields: Mapping[str, str], name: str) -> int | None:
    """ "96,00" as cents; None if it is empty."""
    text = fields.get(name, "").strip()
    if not text:
        return None
    made = texts.euro_cents(text)
    if made is None:
        raise FormError(name, "bad_money", text=texts.one_line(text, 20))
    return made


def bp(fields: Mapping[str, str], name: str, most: int = 10_000) -> int:
    """ "25" or "7,5" per cent as basis points, at most `most`; 0 if it is empty."""
    text = fields.get(name, "").replace("%", "").strip()
    made = texts.euro_cents(text) if text else 0
    if made is None or made > most:
        raise FormError(name, "bad_percent", text=texts.one_line(text, 20), most=str(most // 100))
    return made


def whole(fields: Mapping[str, str], name: str, low: int, high: int, default: int = 0) -> int:
    """A whole number from `low` to `high`; `default` if it is empty."""
    text = fields.get(name, "").strip()
    made = texts.whole(text, low, high) if text else default
    if made is None:
        raise FormError(name, "bad_whole", text=texts.one_line(text, 20), low=str(low), high=str(high))
    return made


def one_of(fields: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    """One of a few words; the first if it is empty."""
    text = fields.get(name) or allowed[0]
    if text not in allowed:
        raise FormError(name, "bad_choice", text=texts.one_line(text, 20))
    return text


def minute_of_day(fields: Mapping[str, str], name: str, default: int) -> int:
    """ "08:00" as 480, "24:00" as 1440; `default` if it is empty."""
    text = fields.get(name, "").strip()
    if not text:
        return default
    hours, _, minutes = text.partition(":")
    made = texts.whole(hours, 0, 24), texts.whole(minutes or "0", 0, 59)
    if made[0] is None or made[1] is None or made[0] * 60 + made[1] > 1440:
        raise FormError(name, "bad_clock", text=texts.one_line(text, 20))
    return made[0] * 60 + made[1]


def as_euros(cents_: int | None, language: str) -> str:
    """Cents as one types them."""
    return "" if cents_ is None else f"{cents_ // 100}{',' if language == 'de' else '.'}{cents_ % 100:02d}"


def as_percent(bp_: int, language: str) -> str:
    """Basis points as one types them; "" for 0."""
    text = f"{bp_ // 100}{',' if language == 'de' else '.'}{bp_ % 100:02d}"
    return text.rstrip("0").rstrip(",.") if bp_ else ""


def as_time(minute: int) -> str:
    """480 as "08:00"."""
    return f"{minute // 60:02d}:{minute % 60:02d}"
