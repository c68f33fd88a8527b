"""The time sheet of an invoice: every figure from recorded second to cent, for anybody to recompute. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from beistand.billing.minutes import Terms


@dataclass(frozen=True)
class Worked:
    """One technician's entry as recorded, pauses cut away, and the goodwill given on it."""

    entry_id: str
    session_id: str
    started: datetime
    ended: datetime
    technician: str
    customer: str
    service: str
    net_seconds: int
    goodwill_seconds: int = 0
    goodwill_reason: str = ""
    # The kind of work as an English letter names it; "" where it is the same.
    service_en: str = ""

    def service_in(self, language: str) -> str:
        """What was done, with its kind in the language of the letter."""
        return self.service_en if language == "en" and self.service_en else self.service


@dataclass(frozen=True)
class Priced:
    """The minutes of one band and what they cost. `unit_cents` an hour is the rate with its surcharge, rounded."""

    band: str
    seconds: int
    minutes: int
    rate_cents: int
    surcharge_bp: int
    unit_cents: int
    discount_bp: int
    discount_cents: int
    net_cents: int


@dataclass(frozen=True)
class Group:
    """Entries that are rounded together (a session, a case or a day of one technician).

    `contract` names the contract that covers them; for uncovered work it is empty and `consented` says when the
    customer agreed. `minutes` are the billed ones, of which `from_carry` and `from_month` came from included minutes.
    `is_not_lead`: shown but not charged, because the contract charges the leading technician alone. `vat_bp` is the tax
    that the notice named, None under a contract. `bands` are (band, seconds, minutes) before included minutes go.
    `title` is the case's; sessions and days are named by their date.
    """

    title: str
    works: tuple[Worked, ...]
    terms: Terms
    zone: str
    contract: str = ""
    consented: datetime | None = None
    channel: str = ""
    release_reason: str = ""
    minutes: int = 0
    from_carry: int = 0
    from_month: int = 0
    priced: tuple[Priced, ...] = ()
    is_not_lead: bool = False
    vat_bp: int | None = None
    bands: tuple[tuple[str, int, int], ...] = ()

    @property
    def charged_seconds(self) -> int:
        """What is left after goodwill."""
        return sum(work.net_seconds - work.goodwill_seconds for work in self.works)

    @property
    def net_cents(self) -> int:
        """The price of what is not included."""
        return sum(each.net_cents for each in self.priced)


@dataclass(frozen=True)
class Quota:
    """Included minutes of one contract in the period; `cap` is what may go to the next month, None = all of it."""

    contract: str
    included: int
    carried: int
    used: int
    over: int
    next_carry: int
    cap: int | None = None


@dataclass(frozen=True)
class TimeSheet:
    """All work of an invoice."""

    groups: tuple[Group, ...] = ()
    quotas: tuple[Quota, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to print."""
        return not self.groups and not self.quotas
