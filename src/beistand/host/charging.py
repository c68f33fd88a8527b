"""The clock and the amount that both ends see: counts only what will be charged. Pure.

It stands still while the customer pauses, reads a price, or an end is away. An amount is shown only for a price whose
numbers give, word for word, the text that the customer agreed to. The server's own record is what is billed
(billing/meter.py); the amount here runs `LEAD_SECONDS` ahead, so that no invoice is above what the customer saw because
its facts took a moment to arrive.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

from beistand.billing.minutes import Rounding
from beistand.billing.price_card import NOTICE, Later, PriceCard
from beistand.protocol.e2e import messages as m

LEAD_SECONDS = 2
MOST_CENTS = 2**32 - 1
MOST_LATER = 8


@dataclass(frozen=True)
class Reading:
    """`seconds` of the part that runs, `total_seconds` of all; `cents` at most so much so far, None: not known."""

    total_seconds: int = 0
    seconds: int = 0
    is_counting: bool = False
    is_chargeable: bool = False
    cents: int | None = None
    is_gross: bool = False
    vat_bp: int = 0
    currency: str = "EUR"

    def message(self) -> m.Clock:
        """As the technician's end is told."""
        return m.Clock(
            self.total_seconds,
            self.seconds,
            self.is_counting,
            self.is_chargeable,
            self.cents is not None,
            min(self.cents or 0, MOST_CENTS),
            self.is_gross,
            self.vat_bp,
            self.currency,
        )


def card_of(price: m.Price) -> PriceCard | None:
    """The numbers as a price card; None if no contract can have them."""
    card = PriceCard(
        price.reason,
        price.rate_cents,
        price.step_minutes,
        price.minimum_minutes,
        price.vat_bp,
        price.is_gross,
        price.payer,
        price.language,
        price.grace_seconds,
        cast(Rounding, price.rounding),
        price.currency,
    )
    if price.language not in NOTICE or price.rounding not in ("up", "nearest", "exact") or price.vat_bp > 10_000:
        return None
    try:
        card.terms  # noqa: B018 - it checks the numbers
    except ValueError:
        return None
    return card


class Charging:
    """One session's clock. Times are seconds of one monotonic clock."""

    def __init__(self) -> None:
        self._prepared: PriceCard | None = None
        self._prepared_at: tuple[float, ...] = ()
        self._card: PriceCard | None = None
        self._later_at: tuple[float, ...] = ()
        self._held: set[str] = set()
        self._since: float | None = None
        self._counted = [0.0]
        self._before_seconds, self._before_cents = 0, 0
        self._is_running = self._is_chargeable = False
        self._has_unknown_price = False

    def prepare(self, price: m.Price) -> None:
        """Takes the numbers of the ask that follows."""
        self._prepared, self._prepared_at = card_of(price), ()

    def prepare_later(self, price: m.PriceLater, now: float) -> None:
        """Takes another price of the card before it, in order of time."""
        at = max(now + price.after_seconds, *self._prepared_at, now)
        if self._prepared is not None and len(self._prepared.later) < MOST_LATER:
            later = (*self._prepared.later, Later(0, price.hour, price.rate_cents))
            self._prepared, self._prepared_at = replace(self._prepared, later=later), (*self._prepared_at, at)

    def begin(self, is_chargeable: bool, notice: str, now: float) -> None:
        """The customer agreed: time counts from here."""
        self._is_running = True
        self._start(is_chargeable, notice, now)

    def turn(self, notice: str, now: float) -> None:
        """From here on the work is chargeable by these words."""
        self._stop(now)
        self._before_seconds += int(sum(self._counted))
        parts = map(int, self._counted)
        self._before_cents += self._card.amount_cents(*parts) if self._card and self._is_chargeable else 0
        self._start(True, notice, now)

    def _start(self, is_chargeable: bool, notice: str, now: float) -> None:
        self._since = None if self._held else now
        self._is_chargeable = is_chargeable
        is_agreed = is_chargeable and self._prepared is not None and self._prepared.text == notice
        self._card, self._later_at = (self._prepared, self._prepared_at) if is_agreed else (None, ())
        self._counted = [0.0] * (1 + len(self._later_at))
        self._has_unknown_price = self._has_unknown_price or (is_chargeable and not is_agreed)

    def hold(self, why: str, now: float) -> None:
        """Something makes the clock stand still."""
        self._stop(now)
        self._held.add(why)

    def let_go(self, why: str, now: float) -> None:
        """It does not any more; the clock runs on when nothing else holds it."""
        self._held.discard(why)
        if self._is_running and not self._held and self._since is None:
            self._since = now

    def end(self, now: float) -> None:
        """The session is over."""
        self._stop(now)
        self._is_running = False

    def _stop(self, now: float) -> None:
        if self._since is not None:
            self._counted, self._since = self._until(now), None

    def _until(self, now: float) -> list[float]:
        """Seconds at the first price and at each later one, up to this moment."""
        counted = list(self._counted)
        if self._since is not None:
            begins, ends = (self._since, *self._later_at), (*self._later_at, now)
            for place, (begin, end) in enumerate(zip(begins, ends, strict=True)):
                counted[place] += max(0.0, min(end, now) - max(begin, self._since))
        return counted

    def reading(self, now: float) -> Reading:
        """What both ends show at this moment."""
        counted, card = self._until(now), self._card
        seconds = int(sum(counted))
        cents = None
        if card is not None and self._is_chargeable and not self._has_unknown_price:
            parts = list(map(int, counted))
            parts[sum(at <= now for at in self._later_at)] += LEAD_SECONDS
            cents = self._before_cents + card.amount_cents(*parts)
        return Reading(
            self._before_seconds + seconds,
            seconds,
            self._since is not None,
            self._is_chargeable,
            cents,
            card.is_gross if card else False,
            card.vat_bp if card else 0,
            card.currency if card else "EUR",
        )
