"""The clock's words: what will be charged so far, as panel, stop sign and summary show it."""

from __future__ import annotations

from beistand.billing.price_card import money, vat_words
from beistand.host.charging import Reading
from beistand.host.ui.texts import Language, say


def minutes(seconds: int) -> str:
    """12:07, or 1:02:07 from the first hour on."""
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


def running(seconds: int, language: Language) -> str:
    """The time while it runs, in whole minutes: a clock that ticks would be a change of the screen each second, and
    so a picture on its way each second although nothing happens."""
    if seconds < 60:
        return say("under_a_minute", language)
    hours, left = divmod(seconds // 60, 60)
    return say("hours", language, time=f"{hours}:{left:02d}") if hours else say("minutes", language, count=left)


def amount(reading: Reading, language: Language) -> str:
    """ "höchstens 24,00 € zzgl. 19 % USt.", or nothing where none is known."""
    if reading.cents is None:
        return ""
    vat = vat_words(reading.vat_bp, reading.is_gross, language)
    return say("at_most", language, money=money(reading.cents, language), vat=vat)


def line(reading: Reading, language: Language) -> str:
    """One line for panel and summary, without whether the clock stands still; to the second once it does."""
    time = running(reading.seconds, language) if reading.is_counting else minutes(reading.seconds)
    if not reading.is_chargeable:
        return say("clock_free", language, time=time)
    if reading.cents is None:
        return say("clock_agreed", language, time=time)
    return say("clock_charged", language, time=time, amount=amount(reading, language))


def panel_line(reading: Reading, language: Language) -> str:
    """One line for the panel; it says when the clock stands still."""
    text = line(reading, language)
    return text if reading.is_counting else say("clock_still", language, clock=text)
