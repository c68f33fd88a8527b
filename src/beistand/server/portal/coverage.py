"""Who pays for this session, and the price card if the customer does. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from beistand.billing.price_card import PriceCard
from beistand.server.store.accounts import Organisation
from beistand.server.store.sessions import Customer

REASON = {"de": "kein Servicevertrag", "en": "no service contract"}
CONTRACT = {"de": "Servicevertrag", "en": "service contract"}


@dataclass(frozen=True)
class Coverage:
    """`card` is None unless chargeable; `covered_by` names who pays instead."""

    card: PriceCard | None
    covered_by: str

    @property
    def is_chargeable(self) -> bool:
        """Whether the customer pays."""
        return self.card is not None

    @property
    def notice(self) -> str:
        """The exact words for the customer; empty unless chargeable."""
        return self.card.text if self.card else ""


def coverage(firm: Organisation, customer: Customer | None, name: str, language: str) -> Coverage:
    """A contract covers; else the firm's terms apply; without terms the help is goodwill and never billed."""
    if customer is not None and customer.has_contract:
        return Coverage(None, customer.covered_by or CONTRACT[language])
    return Coverage(card(firm, customer, name, language, REASON[language]), "")


def card(firm: Organisation, customer: Customer | None, name: str, language: str, reason: str) -> PriceCard | None:
    """The firm's price for work that no contract covers; None where it has none. Consumers see gross prices."""
    if firm.price_cents_per_hour == 0:
        return None
    return PriceCard(
        reason,
        firm.price_cents_per_hour,
        firm.step_minutes,
        firm.minimum_minutes,
        firm.vat_bp,
        customer is not None and customer.kind == "person",
        name,
        language,
    )
