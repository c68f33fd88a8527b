"""One recorded entry as the invoice run sees it, and how it becomes entries of the rating. Pure.

Recorded time is taken as it stands: its stretches (pauses cut away) say in which bands it lies, its net seconds (after
corrections) say how much counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from beistand.billing.bands import Calendar
from beistand.billing.minutes import Terms
from beistand.billing.rating import Consent, Entry, Price


@dataclass(frozen=True)
class Announced:
    """The price that the customer said yes to, and how: what ad-hoc work is rated by."""

    consent: Consent
    price: Price
    terms: Terms
    channel: str = "screen"
    calendar: Calendar = field(default_factory=Calendar)
    vat_bp: int | None = 1900


@dataclass(frozen=True)
class Work:
    """One technician's time in one session. `level` prices it; `is_lead` matters where only the lead is charged.

    `is_chargeable` is what the customer was told: then `announced` holds price and yes, or it is never billed unless
    somebody released it (`release_reason`).
    """

    entry_id: str
    session_id: str
    technician: str
    customer_id: str | None
    customer: str
    started: datetime
    ended: datetime
    stretches: tuple[tuple[datetime, datetime], ...]
    net_seconds: int
    level: int = 1
    is_lead: bool = True
    service_type: str = ""
    service: str = ""
    service_en: str = ""
    case_id: str = ""
    case_title: str = ""
    contract_id: str | None = None
    is_chargeable: bool = False
    announced: Announced | None = None
    release_reason: str = ""
    goodwill_seconds: int = 0
    goodwill_reason: str = ""

    @property
    def charged_seconds(self) -> int:
        """What is left after goodwill."""
        return self.net_seconds - self.goodwill_seconds


def local_day(moment: datetime, zone: str) -> date:
    """The day on the wall clock of a zone: the day a session starts decides its month and its contract's version."""
    return moment.astimezone(ZoneInfo(zone)).date()


def entries(work: Work) -> list[Entry]:
    """The entries that rating rounds together: one a stretch, so that bands leave pauses out.

    A correction shortens the last stretches, or lengthens the last one; goodwill is taken from the end.
    """
    stretches = list(work.stretches) or [(work.started, work.ended)]
    seconds = _spread(work.net_seconds, [int((end - start).total_seconds()) for start, end in stretches])
    goodwill = list(reversed(_fill(work.goodwill_seconds, list(reversed(seconds)))))
    made = []
    for (start, end), net, given in zip(stretches, seconds, goodwill, strict=True):
        if net:
            shortened = min(end, start + timedelta(seconds=net))
            reason = work.goodwill_reason if given else ""
            made.append(Entry(work.technician, start, max(shortened, start), net, given, reason))
    return made


def _spread(total: int, parts: Sequence[int]) -> list[int]:
    """`total` seconds over stretches of so many, from the first on; what is more goes to the last."""
    filled = _fill(total, parts)
    filled[-1] += total - sum(filled)
    return filled


def _fill(total: int, parts: Sequence[int]) -> list[int]:
    filled = []
    for part in parts:
        filled.append(min(part, total))
        total -= filled[-1]
    return filled
