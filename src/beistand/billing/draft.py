"""What an invoice run gives: drafts of invoices by payer, and open questions. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from beistand.billing.timesheet import Group, Quota
from beistand.billing.work import Work

ReasonCode = Literal["unannounced", "declined", "too_late", "no_payer", "two_payers", "no_rate"]


@dataclass(frozen=True)
class Question:
    """Work that the run may not bill by itself: book it as goodwill, release it, or mend the contract."""

    work: Work
    code: ReasonCode
    sentence: str


@dataclass(frozen=True)
class Source:
    """What a line was made from, so that nothing is billed twice: "entry:…", "flat:…", "block:…"; with its snapshot."""

    key: str
    minutes: int
    net_cents: int
    snapshot: Mapping[str, object]


@dataclass(frozen=True)
class FlatCharge:
    """A month's flat of a contract, or a prepaid block; `first` and `last` are the days it is for.

    `month_cents` is the flat of a whole month.
    """

    contract: str
    title: str
    kind: Literal["flat", "block"]
    first: date
    last: date
    days_of_month: int
    cents: int
    minutes: int
    key: str
    month_cents: int = 0


@dataclass(frozen=True)
class QuotaMove:
    """What the run does to a contract's account of included minutes."""

    contract_id: str
    kind: Literal["granted", "used"]
    minutes: int
    reference: str


@dataclass(frozen=True)
class Draft:
    """An invoice to be: for one payer, and one case or the whole period."""

    payer_id: str
    case_id: str
    contracts: tuple[str, ...]
    charges: tuple[FlatCharge, ...]
    groups: tuple[Group, ...]
    quotas: tuple[Quota, ...]
    sources: tuple[Source, ...]
    moves: tuple[QuotaMove, ...]

    @property
    def is_due(self) -> bool:
        """Whether it is to be issued: something costs, or included minutes were used and must be accounted for."""
        return self.net_cents > 0 or bool(self.moves)

    @property
    def net_cents(self) -> int:
        """What the invoice will come to before VAT."""
        return sum(charge.cents for charge in self.charges) + sum(group.net_cents for group in self.groups)


@dataclass(frozen=True)
class Outcome:
    """All drafts by payer, and every question that is left open."""

    drafts: tuple[Draft, ...]
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Period:
    """The days of a run, both inclusive: a month."""

    first: date
    last: date

    @property
    def name(self) -> str:
        """ "2026-11"."""
        return f"{self.first:%Y-%m}"
