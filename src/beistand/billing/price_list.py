"""What work costs that no contract covers: rates by technician level, counting, surcharges by band. Pure.

From a list, a moment and a technician comes one price an hour, and that price is announced (`price_card`). It then
holds for the whole session, with the prices of later hours that its words name: a customer is never charged a surcharge
that the words agreed to did not name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from beistand.billing.bands import Calendar, band_at, boundaries
from beistand.billing.minutes import Terms
from beistand.billing.money import BASIS_POINTS, times

# How far ahead the words name other prices: longer than any session lasts.
LATER_HOURS = 16


@dataclass(frozen=True)
class PriceList:
    """Net cents an hour by technician level, surcharges in basis points by band.

    `customer_id` and `service_type` are "" for a list that holds for all; `id` is "" for the firm's own terms.
    """

    rates_cents: Mapping[int, int]
    terms: Terms = field(default_factory=Terms)
    surcharges_bp: Mapping[str, int] = field(default_factory=dict)
    calendar: Calendar = field(default_factory=Calendar)
    id: str = ""
    name: str = ""
    customer_id: str = ""
    service_type: str = ""

    def __post_init__(self) -> None:
        if not self.rates_cents or any(cents < 0 for cents in self.rates_cents.values()):
            raise ValueError("a price list has a rate, and none is negative")

    def rate(self, level: int) -> int:
        """Net cents an hour: the level's own rate, else the next lower one, else the lowest there is."""
        fitting = [known for known in self.rates_cents if known <= level]
        return self.rates_cents[max(fitting) if fitting else min(self.rates_cents)]

    def hour(self, level: int, at: datetime) -> int:
        """Net cents an hour for work that begins at `at`, surcharge included, rounded as it is printed."""
        surcharge = self.surcharges_bp.get(band_at(at, self.calendar), 0)
        return times(self.rate(level), BASIS_POINTS + surcharge, BASIS_POINTS)

    def later(self, level: int, at: datetime) -> list[tuple[datetime, int]]:
        """(instant, net cents an hour) at which the price changes within `LATER_HOURS` after `at`, in order of time."""
        found: list[tuple[datetime, int]] = []
        last = self.hour(level, at)
        for moment in boundaries(at, self.calendar):
            if at < moment <= at + timedelta(hours=LATER_HOURS) and self.hour(level, moment) != last:
                last = self.hour(level, moment)
                found.append((moment, last))
        return found


def choose(lists: list[PriceList], customer_id: str | None, service_type: str) -> PriceList | None:
    """The most particular list that fits: for this customer, before for this service type, before for all."""
    fitting = [
        known for known in lists if known.customer_id in ("", customer_id) and known.service_type in ("", service_type)
    ]
    return max(
        fitting,
        key=lambda known: (known.customer_id != "", known.service_type != "", known.id != ""),
        default=None,
    )
