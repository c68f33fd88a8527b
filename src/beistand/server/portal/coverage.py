"""Who pays for this session, and the exact notice if the customer does. Pure.

The notice is stored and its hash is what the customer's yes refers to: its words never depend on the screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from beistand.server.store.accounts import Organisation
from beistand.server.store.sessions import Customer

REASON = {"de": "kein Servicevertrag", "en": "no service contract"}
CONTRACT = {"de": "Servicevertrag", "en": "service contract"}
NOTICE = {
    "de": "Kostenpflichtige Hilfe. Grund: {reason}. Preis: {price} je Stunde {vat}, je angefangene {step} Minuten, "
    "mindestens {minimum} Minuten. Rechnung an: {name}.",
    "en": "Chargeable help. Reason: {reason}. Price: {price} per hour {vat}, per started {step} minutes, "
    "at least {minimum} minutes. Invoice to: {name}.",
}


@dataclass(frozen=True)
class Coverage:
    """`notice` is empty unless chargeable; `covered_by` names who pays instead."""

    is_chargeable: bool
    notice: str
    covered_by: str


def coverage(firm: Organisation, customer: Customer | None, name: str, language: str) -> Coverage:
    """A contract covers; else the firm's terms apply; without terms the help is goodwill and never billed."""
    if customer is not None and customer.has_contract:
        return Coverage(False, "", customer.covered_by or CONTRACT[language])
    if firm.price_cents_per_hour == 0:
        return Coverage(False, "", "")
    is_consumer = customer is not None and customer.kind == "person"
    return Coverage(True, notice(firm, is_consumer, name, language), "")


def notice(firm: Organisation, is_consumer: bool, name: str, language: str) -> str:
    """Consumers see gross prices, business customers net ones."""
    cents = gross(firm.price_cents_per_hour, firm.vat_bp) if is_consumer else firm.price_cents_per_hour
    return NOTICE[language].format(
        reason=REASON[language],
        price=money(cents, language),
        vat=vat_words(firm.vat_bp, is_consumer, language),
        step=firm.step_minutes,
        minimum=max(firm.minimum_minutes, firm.step_minutes),
        name=name,
    )


def gross(net_cents: int, vat_bp: int) -> int:
    """Net plus tax, rounded half up to the cent."""
    exact = Decimal(net_cents) * (10_000 + vat_bp) / 10_000
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def money(cents: int, language: str) -> str:
    """9600 is "96,00 €" in German and "€96.00" in English."""
    euros, rest = divmod(cents, 100)
    if language == "de":
        return f"{euros:,}".replace(",", ".") + f",{rest:02d} €"
    return f"€{euros:,}.{rest:02d}"


def vat_words(vat_bp: int, is_gross: bool, language: str) -> str:
    """ "zzgl. 19 % USt." or "incl. 19 % VAT"."""
    whole, rest = divmod(vat_bp, 100)
    decimals = f"{rest:02d}".rstrip("0")
    percent = f"{whole}{(',' if language == 'de' else '.') + decimals if decimals else ''}"
    if language == "de":
        return f"{'inkl.' if is_gross else 'zzgl.'} {percent} % USt."
    return f"{'incl.' if is_gross else 'plus'} {percent}% VAT".replace("% VAT", " % VAT")
