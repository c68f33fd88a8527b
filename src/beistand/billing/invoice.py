"""What an invoice is: seller, buyer, lines, and totals that anybody can recompute. Pure; knows no file and no clock.

An issued document never changes: a mistake is answered by a cancellation invoice (all lines negated) or a correction
(some lines negated), and by a new invoice (billing rule 4).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from beistand.billing.money import VatKey, credit_tax, times, vat

Kind = Literal["invoice", "cancellation", "correction"]
Unit = Literal["MIN", "C62", "MON"]  # UN/ECE recommendation 20: minute, piece, month
VatMode = Literal["standard", "reduced", "reverse_charge", "small_business"]

STANDARD_BP, REDUCED_BP = 1900, 700
VAT_KEYS: dict[VatMode, VatKey] = {
    "standard": ("S", STANDARD_BP),
    "reduced": ("S", REDUCED_BP),
    "reverse_charge": ("AE", 0),
    "small_business": ("E", 0),
}
MINUTES_OF_AN_HOUR = 60


class InvoiceError(Exception):
    """This cannot become an invoice; the text says what is missing or wrong and where to mend it.

    `code` and `values` let a page say it in its reader's language; without a code the text itself is shown.
    """

    def __init__(self, sentence: str, code: str = "", **values: object) -> None:
        super().__init__(sentence)
        self.code, self.values = code, values


@dataclass(frozen=True)
class Seller:
    """Who sends invoices (BG-4, BG-16): what § 14 UStG, XRechnung and the letter's foot ask for."""

    name: str
    street: str
    postcode: str
    city: str
    country: str = "DE"
    vat_id: str = ""
    tax_number: str = ""
    contact_name: str = ""
    phone: str = ""
    email: str = ""
    website: str = ""
    iban: str = ""
    bic: str = ""
    bank: str = ""
    register: str = ""
    managers: str = ""
    is_small_business: bool = False


@dataclass(frozen=True)
class Buyer:
    """Who pays (BG-7). `reference` is BT-10: the Leitweg-ID of public bodies, else what the buyer asked for."""

    name: str
    street: str
    postcode: str
    city: str
    country: str = "DE"
    number: str = ""
    contact_name: str = ""
    vat_id: str = ""
    reference: str = ""
    e_address: str = ""
    e_address_scheme: str = "EM"
    email: str = ""
    language: Literal["de", "en"] = "de"
    is_consumer: bool = False


@dataclass(frozen=True)
class Line:
    """One line (BG-25). `unit_cents` is the price of `base` units, so that any number of minutes is exact."""

    name: str
    quantity: int
    unit_cents: int
    unit: Unit = "C62"
    base: int = 1
    discount_cents: int = 0
    discount_bp: int = 0
    vat_key: VatKey = VAT_KEYS["standard"]
    details: str = ""
    starts: date | None = None
    ends: date | None = None

    def __post_init__(self) -> None:
        if self.base < 1 or self.unit_cents < 0:
            raise InvoiceError(f"The line {self.name!r} needs a price of at least 0 for at least one unit.")

    @property
    def before_cents(self) -> int:
        """The amount before the discount."""
        return times(self.unit_cents, self.quantity, self.base)

    @property
    def net_cents(self) -> int:
        """What the line adds to the invoice (BT-131)."""
        return self.before_cents - self.discount_cents

    def negated(self) -> Line:
        """The same line taken back: the quantity is negative, the price stays (BR-27)."""
        return replace(self, quantity=-self.quantity, discount_cents=-self.discount_cents)


def minutes_line(name: str, minutes: int, hour_cents: int, **more: object) -> Line:
    """A line of billed minutes at an hourly price: quantity in MIN, price base 60 (BT-149)."""
    return Line(name, minutes, hour_cents, "MIN", MINUTES_OF_AN_HOUR, **more)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Preceding:
    """The document that this one takes back or replaces (BG-3)."""

    number: str
    issued: date


@dataclass(frozen=True)
class Document:
    """A document as it is issued. `rest_before` is for corrections: what of the original still stood, net, by rate."""

    kind: Kind
    number: str
    issued: date
    due: date
    seller: Seller
    buyer: Buyer
    lines: tuple[Line, ...]
    starts: date
    ends: date
    language: Literal["de", "en"] = "de"
    contract_number: str = ""
    order_number: str = ""
    preceding: Preceding | None = None
    rest_before: Mapping[VatKey, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.lines:
            raise InvoiceError(f"The document {self.number} has no line: there is nothing to invoice.")
        if self.starts > self.ends or self.due < self.issued:
            raise InvoiceError(f"The document {self.number} ends before it starts, or is due before it is issued.")
        if self.kind != "invoice" and self.preceding is None:
            raise InvoiceError(f"The document {self.number} must name the invoice that it takes back.")


@dataclass(frozen=True)
class Totals:
    """All cents of a document. `by_rate` is (net, tax) per category and rate, in their order of appearance."""

    by_rate: Mapping[VatKey, tuple[int, int]]

    @property
    def net_cents(self) -> int:
        """BT-106 and BT-109: there are no allowances on document level."""
        return sum(net for net, _tax in self.by_rate.values())

    @property
    def tax_cents(self) -> int:
        """BT-110."""
        return sum(tax for _net, tax in self.by_rate.values())

    @property
    def gross_cents(self) -> int:
        """BT-112 and BT-115."""
        return self.net_cents + self.tax_cents


def totals(document: Document) -> Totals:
    """VAT once per category and rate on the sum of the lines; a correction takes back VAT(before) - VAT(after)."""
    lines: dict[VatKey, list[int]] = {}
    for line in document.lines:
        lines.setdefault(line.vat_key, []).append(line.net_cents)
    by_rate = vat(lines)
    if document.kind != "correction":
        return Totals(by_rate)
    return Totals({key: (net, _credited_tax(document, key, net)) for key, (net, _tax) in by_rate.items()})


def _credited_tax(document: Document, key: VatKey, net: int) -> int:
    if key not in document.rest_before:
        raise InvoiceError(f"The correction {document.number} takes back a VAT rate that the invoice does not have.")
    return -credit_tax(document.rest_before[key], -net, key[1])


def cancel(original: Document, number: str, issued: date) -> Document:
    """The cancellation invoice ("Stornorechnung"): every line of the original, negated."""
    return replace(
        original,
        kind="cancellation",
        number=number,
        issued=issued,
        due=issued,
        lines=tuple(line.negated() for line in original.lines),
        preceding=Preceding(original.number, original.issued),
        rest_before={},
    )


def correct(
    original: Document, number: str, issued: date, taken_back: Sequence[Line], rest_before: Mapping[VatKey, int]
) -> Document:
    """A correction ("Rechnungskorrektur") that takes back part of an invoice.

    `taken_back` are lines as they stood on the invoice, with the quantity to take back; `rest_before` is what earlier
    corrections left of it, net by rate. Raises InvoiceError for more than is left.
    """
    back: dict[VatKey, int] = {}
    for line in taken_back:
        back[line.vat_key] = back.get(line.vat_key, 0) + line.net_cents
    for key, cents in back.items():
        # Given-back included minutes cost nothing; whatever does must be left.
        if not (cents == 0 or 0 < cents <= rest_before.get(key, 0)):
            raise InvoiceError(
                f"The correction of {original.number} takes back more than is left of it.",
                "more_than_left",
                number=original.number,
            )
    return replace(
        original,
        kind="correction",
        number=number,
        issued=issued,
        due=issued,
        lines=tuple(line.negated() for line in taken_back),
        preceding=Preceding(original.number, original.issued),
        rest_before=dict(rest_before),
    )


def percent(basis_points: int) -> str:
    """1900 is "19.00"."""
    return f"{basis_points // 100}.{basis_points % 100:02d}"


def amount(cents: int) -> str:
    """-8693 is "-86.93"."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"
