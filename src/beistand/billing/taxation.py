"""How work is taxed: one rule for the price that is announced and for the invoice that follows. Pure.

A price card has two numbers for it, and so has the wire: the rate, and whether the price is shown with tax. At a rate
of 0 they still tell the two cases apart: a small business names a final price (gross), work whose tax the recipient
owes is named without it (net). `price_card.vat_words` turns them into words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from beistand.billing.invoice import REDUCED_BP, VAT_KEYS, VatMode
from beistand.billing.money import VatKey


@dataclass(frozen=True)
class Taxation:
    """The mode of an invoice, its VAT category and basis points, and whether prices are shown with tax."""

    mode: VatMode
    key: VatKey
    is_gross: bool

    @property
    def vat_bp(self) -> int:
        """The rate in basis points."""
        return self.key[1]

    def announced(self, vat_bp: int | None) -> VatKey:
        """The category and rate of work that was announced with a rate at its time; None = nothing holds it.

        A rate that the firm has changed since does not touch work that was agreed to before. Announced without tax as
        a small business, it stays without: what counts is the day of the work.
        """
        if self.mode != "standard" or vat_bp is None:
            return self.key
        return ("S", vat_bp) if vat_bp else VAT_KEYS["small_business"]


def taxation(
    is_small_business: bool, standard_bp: int, party_mode: str, is_consumer: bool, reduced_bp: int = REDUCED_BP
) -> Taxation:
    """The firm's switch (§ 19 UStG) goes before the party's mode: standard | reduced | reverse_charge.

    A firm whose own rate is 0 counts as a small business. A consumer never owes the tax (§ 13b UStG is for businesses).
    """
    if is_small_business or standard_bp == 0:
        return Taxation("small_business", VAT_KEYS["small_business"], True)
    if party_mode == "reverse_charge" and not is_consumer:
        return Taxation("reverse_charge", VAT_KEYS["reverse_charge"], False)
    if party_mode == "reduced":
        return Taxation("reduced", ("S", reduced_bp), is_consumer)
    return Taxation("standard", ("S", standard_bp), is_consumer)


@dataclass(frozen=True)
class Rates:
    """How a firm is taxed: two rates in basis points; a small business (§ 19 UStG) shows none."""

    standard_bp: int
    reduced_bp: int = REDUCED_BP
    is_small_business: bool = False


@dataclass(frozen=True)
class TaxHistory:
    """What holds on which day: `first` until the first of `changes`, each from its day on.

    Of two words about the same day the later one in `changes` holds.
    """

    first: Rates
    changes: Sequence[tuple[date, Rates]] = ()

    def on(self, day: date) -> Rates:
        """The rates of a day."""
        begun = [change for change in enumerate(self.changes) if change[1][0] <= day]
        return max(begun, key=lambda change: (change[1][0], change[0]))[1][1] if begun else self.first

    def taxation(self, day: date, party_mode: str, is_consumer: bool) -> Taxation:
        """How work of that day is taxed for a customer of this kind."""
        rates = self.on(day)
        return taxation(rates.is_small_business, rates.standard_bp, party_mode, is_consumer, rates.reduced_bp)


@dataclass(frozen=True)
class Taxes:
    """How one customer is taxed on each day: the day of the service decides (§ 27 UStG), not that of the invoice."""

    history: TaxHistory
    party_mode: str
    is_consumer: bool

    def on(self, day: date) -> Taxation:
        """How work of that day is taxed."""
        return self.history.taxation(day, self.party_mode, self.is_consumer)


def announced_bp(vat_bp: int, is_gross: bool) -> int | None:
    """The rate of a stored notice that an invoice must keep; None where the recipient was to owe the tax: that hangs
    on the party as it is when the invoice is written."""
    return vat_bp if vat_bp or is_gross else None
