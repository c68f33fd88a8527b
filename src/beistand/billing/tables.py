"""Tables as CSV for spreadsheet programs and auditors. Pure. UTF-8 with BOM, `;`, CRLF, decimal comma.

A cell that begins like a formula gets a leading apostrophe: names come from customers, a spreadsheet would run them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
Cell = str | int | date | None


def csv(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """The table with its head. Texts are quoted and made harmless; whole numbers and days are plain."""
    lines = [";".join(columns), *(";".join(_cell(cell) for cell in row) for row in rows)]
    return ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()


def euros(cents: int) -> Amount:
    """Cents as an amount cell: 123456 is 1234,56."""
    return Amount(f"{'-' if cents < 0 else ''}{abs(cents) // 100},{abs(cents) % 100:02d}")


class Amount(str):
    """A number as text that is written as it is, also when it begins with a minus."""


def _cell(cell: Cell) -> str:
    if isinstance(cell, Amount | int):
        return str(cell)
    if isinstance(cell, date):
        return f"{cell:%d.%m.%Y}"
    text = cell or ""
    return '"' + ("'" if text.startswith(_FORMULA) else "") + text.replace('"', '""') + '"'
