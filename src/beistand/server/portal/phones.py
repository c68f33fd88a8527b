"""Phone lines of the public page, each with its price beside it. Pure.

Numbers that cost more than a normal call (0180, 0900, 0137, 118, 032) are refused without a price; 0800 is free.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST_LINES = 6
FREE = {"de": "Aus deutschen Netzen kostenlos", "en": "Free of charge from German networks"}
NORMAL = {"de": "Preis eines normalen Anrufs bei Ihrem Anbieter", "en": "Price of a normal call with your provider"}

_SPECIAL = re.compile(r"^0?(180|900|137|118|32)")
_NUMBER = re.compile(r"^\+?[0-9][0-9 /().-]{3,24}$")


class PhoneError(Exception):
    """The line cannot be shown; the code is "number" or "price", the second argument the number."""


@dataclass(frozen=True)
class Phone:
    """A number as it is read, the price beside it, and the number as it is dialled."""

    number: str
    price: str

    @property
    def dial(self) -> str:
        """For a tel: link."""
        return re.sub(r"[^0-9+]", "", self.number.replace("(0)", ""))


def parse(text: str) -> list[Phone]:
    """One line each: `number | price`; the price may be missing where the number needs none."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return [checked(*[part.strip() for part in f"{line}|".split("|")[:2]]) for line in lines[:MOST_LINES]]


def checked(number: str, price: str) -> Phone:
    """Refuses what is no number and what must carry a price and does not."""
    if not _NUMBER.match(number):
        raise PhoneError("number", number)
    if needs_price(number) and not price:
        raise PhoneError("price", number)
    return Phone(number, price[:80])


def national(number: str) -> str:
    """The digits as dialled within Germany: "+49 (0) 180 5" gives "01805"."""
    digits = Phone(number, "").dial
    for prefix in ("+49", "0049"):
        if digits.startswith(prefix):
            return "0" + digits.removeprefix(prefix).removeprefix("0")
    return digits


def needs_price(number: str) -> bool:
    """Whether the law wants the price beside the number (0180, 0900, 0137, 118, 032)."""
    return _SPECIAL.match(national(number)) is not None


def price_text(phone: Phone, language: str) -> str:
    """What stands beside the number."""
    if national(phone.number).startswith("0800"):
        return FREE[language]
    return phone.price or NORMAL[language]
