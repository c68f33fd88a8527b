"""The price that is put before a customer: its numbers, its exact words, and what so many seconds cost by it. Pure.

The words are part of the contract: they are stored, and the customer's yes refers to their hash. Both ends make them
from the same numbers with this file, so an amount is shown only for a price that stands in the words agreed to.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from beistand.billing.minutes import Rounding, Terms, billable_minutes, split
from beistand.billing.money import BASIS_POINTS, price_line, times

NOTICE = {
    "de": "Kostenpflichtige Hilfe. Grund: {reason}. Preis: {price} je Stunde {vat}{later}, je angefangene {step} "
    "Minuten, mindestens {minimum} Minuten. Rechnung an: {payer}.",
    "en": "Chargeable help. Reason: {reason}. Price: {price} per hour {vat}{later}, per started {step} minutes, "
    "at least {minimum} minutes. Invoice to: {payer}.",
}


SMALL_BUSINESS = {"de": "(keine Umsatzsteuer, § 19 UStG)", "en": "(no VAT, § 19 UStG)"}
REVERSE_CHARGE = {
    "de": "ohne Umsatzsteuer (Steuerschuldnerschaft des Leistungsempfängers)",
    "en": "without VAT (reverse charge: the recipient owes it)",
}
LATER = {"de": "ab {hour} {price}", "en": "from {hour} {price}"}


@dataclass(frozen=True)
class Later:
    """Another price from an instant on (UTC microseconds): its hour as the words write it, net cents an hour."""

    at_us: int
    hour: str
    rate_cents: int


@dataclass(frozen=True)
class PriceCard:
    """`rate_cents` is net an hour; consumers are shown it with VAT (`is_gross`), business customers without.

    `later` are the prices of work that lasts into another tariff, in order of time; the last one holds to the end.
    """

    reason: str
    rate_cents: int
    step_minutes: int
    minimum_minutes: int
    vat_bp: int
    is_gross: bool
    payer: str
    language: str
    grace_seconds: int = 0
    rounding: Rounding = "up"
    currency: str = "EUR"
    later: tuple[Later, ...] = ()

    @property
    def terms(self) -> Terms:
        """How its minutes are counted. ValueError for numbers that no contract can have."""
        return Terms(self.step_minutes, self.minimum_minutes, self.grace_seconds, self.rounding)

    @property
    def shown_cents(self) -> int:
        """The hour as the words name it."""
        return self._shown(self.rate_cents)

    @property
    def text(self) -> str:
        """The exact words."""
        return NOTICE[self.language].format(
            reason=self.reason,
            price=money(self.shown_cents, self.language),
            vat=vat_words(self.vat_bp, self.is_gross, self.language),
            later=self._later_words,
            step=self.step_minutes,
            minimum=max(self.minimum_minutes, self.step_minutes),
            payer=self.payer,
        )

    @property
    def _later_words(self) -> str:
        told = [
            LATER[self.language].format(hour=each.hour, price=money(self._shown(each.rate_cents), self.language))
            for each in self.later
        ]
        return f" ({', '.join(told)})" if told else ""

    @property
    def text_sha256(self) -> str:
        """The hash of the words, hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def amount_cents(self, *seconds: int) -> int:
        """What so many seconds at the first price, and at each later one, cost: with VAT or without, as it is shown.

        The minutes are rounded once and split onto the prices, as the invoice does (`rating`).
        """
        rates = (self.rate_cents, *(each.rate_cents for each in self.later))
        minutes = split(billable_minutes(sum(seconds), self.terms), seconds)
        return self._shown(sum(price_line(part, rate).net_cents for part, rate in zip(minutes, rates, strict=False)))

    def _shown(self, net_cents: int) -> int:
        return gross(net_cents, self.vat_bp) if self.is_gross else net_cents


def gross(net_cents: int, vat_bp: int) -> int:
    """Net plus tax, rounded half up to the cent."""
    return times(net_cents, BASIS_POINTS + vat_bp, BASIS_POINTS)


def money(cents: int, language: str) -> str:
    """9600 is "96,00 €" in German and "€96.00" in English."""
    sign, (euros, rest) = "-" if cents < 0 else "", divmod(abs(cents), 100)
    if language == "de":
        return sign + f"{euros:,}".replace(",", ".") + f",{rest:02d} €"
    return f"{sign}€{euros:,}.{rest:02d}"


def percentage(basis_points: int, language: str) -> str:
    """1900 is "19", 1950 is "19,5" in German and "19.5" in English: without the sign."""
    whole, rest = divmod(basis_points, 100)
    decimals = f"{rest:02d}".rstrip("0")
    return f"{whole}{(',' if language == 'de' else '.') + decimals if decimals else ''}"


def vat_words(vat_bp: int, is_gross: bool, language: str) -> str:
    """ "zzgl. 19 % USt." or "incl. 19 % VAT"; at 0 % why there is none: gross is a small business (`taxation`)."""
    if vat_bp == 0:
        return (SMALL_BUSINESS if is_gross else REVERSE_CHARGE)[language]
    percent = percentage(vat_bp, language)
    if language == "de":
        return f"{'inkl.' if is_gross else 'zzgl.'} {percent} % USt."
    return f"{'incl.' if is_gross else 'plus'} {percent} % VAT"
