"""Money is integer cents, percentages are integer basis points; Decimal only inside one multiplication. Pure.

Rounding is half up, away from zero, as invoices in Germany are recomputed by hand (billing.md, rule 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

BASIS_POINTS = 10_000


def times(cents: int, numerator: int, denominator: int) -> int:
    """cents x numerator / denominator, rounded half up away from zero. ValueError for a denominator below 1."""
    if denominator < 1:
        raise ValueError("the denominator is a positive number")
    exact = Decimal(cents) * numerator / denominator
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


@dataclass(frozen=True)
class Line:
    """One priced line: `unit_cents` an hour (printed), the discount, and the net amount."""

    minutes: int
    unit_cents: int
    discount_cents: int
    net_cents: int


def price_line(minutes: int, rate_cents: int, surcharge_bp: int = 0, discount_bp: int = 0) -> Line:
    """unit = rate x surcharge (rounded first, because it is printed), line = unit x minutes / 60, then the discount."""
    unit = times(rate_cents, BASIS_POINTS + surcharge_bp, BASIS_POINTS)
    before = times(unit, minutes, 60)
    discount = times(before, discount_bp, BASIS_POINTS)
    return Line(minutes, unit, discount, before - discount)


VatKey = tuple[str, int]  # EN 16931 category (S, AE, E) and rate in basis points


def vat(net_cents: dict[VatKey, list[int]]) -> dict[VatKey, tuple[int, int]]:
    """(sum of the lines, tax on that sum) for each category and rate (EN 16931 BR-CO-17)."""
    return {key: (sum(lines), times(sum(lines), key[1], BASIS_POINTS)) for key, lines in net_cents.items()}


def credit_tax(rest_before_cents: int, credited_cents: int, rate_bp: int) -> int:
    """The tax of a partial credit: VAT(rest before) - VAT(rest after), so that all credits together give all back."""
    rest_after = rest_before_cents - credited_cents
    return times(rest_before_cents, rate_bp, BASIS_POINTS) - times(rest_after, rate_bp, BASIS_POINTS)


def flat_pro_rata(flat_cents: int, days: int, days_of_month: int) -> int:
    """A monthly flat rate for a part of the month, by days."""
    if not 0 <= days <= days_of_month:
        raise ValueError("the days lie within the month")
    return times(flat_cents, days, days_of_month)
