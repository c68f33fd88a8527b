"""Recomputes an invoice from its own XML, to the cent, before it is issued. Pure.

The official rules do not check arithmetic: VAT seven cents off passes their schematron, a wrong line total too. So
every amount is computed again from the quantities and prices that the XML itself states, CII and UBL alike, and
compared with the document it was made from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from lxml import etree

from beistand.billing.invoice import Document, totals
from beistand.billing.money import VatKey, credit_tax, times

_CENTS = re.compile(r"-?[0-9]{1,13}\.[0-9]{2}")
_NUMBER = re.compile(r"-?[0-9]{1,13}(?:\.[0-9]{1,4})?")

_CII = {
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
}
_UBL = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
_SETTLEMENT = "//ram:ApplicableHeaderTradeSettlement"
_SUMS = f"{_SETTLEMENT}/ram:SpecifiedTradeSettlementHeaderMonetarySummation"

# Where each term stands: (CII, UBL).
_PATHS = {
    "number": ("/*/rsm:ExchangedDocument/ram:ID", "/*/cbc:ID"),
    "BT-106": (f"{_SUMS}/ram:LineTotalAmount", "/*/cac:LegalMonetaryTotal/cbc:LineExtensionAmount"),
    "BT-109": (f"{_SUMS}/ram:TaxBasisTotalAmount", "/*/cac:LegalMonetaryTotal/cbc:TaxExclusiveAmount"),
    "BT-110": (f"{_SUMS}/ram:TaxTotalAmount", "/*/cac:TaxTotal/cbc:TaxAmount"),
    "BT-112": (f"{_SUMS}/ram:GrandTotalAmount", "/*/cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount"),
    "BT-115": (f"{_SUMS}/ram:DuePayableAmount", "/*/cac:LegalMonetaryTotal/cbc:PayableAmount"),
    "BG-23": (f"{_SETTLEMENT}/ram:ApplicableTradeTax", "/*/cac:TaxTotal/cac:TaxSubtotal"),
    "BT-116": ("ram:BasisAmount", "cbc:TaxableAmount"),
    "BT-117": ("ram:CalculatedAmount", "cbc:TaxAmount"),
    "BT-118": ("ram:CategoryCode", "cac:TaxCategory/cbc:ID"),
    "BT-119": ("ram:RateApplicablePercent", "cac:TaxCategory/cbc:Percent"),
    "BG-25": ("//ram:IncludedSupplyChainTradeLineItem", "/*/cac:InvoiceLine"),
    "BT-129": (".//ram:BilledQuantity", "cbc:InvoicedQuantity"),
    "BT-131": (".//ram:LineTotalAmount", "cbc:LineExtensionAmount"),
    "BT-136": (".//ram:SpecifiedTradeAllowanceCharge/ram:ActualAmount", "cac:AllowanceCharge/cbc:Amount"),
    "BT-146": (".//ram:NetPriceProductTradePrice/ram:ChargeAmount", "cac:Price/cbc:PriceAmount"),
    "BT-149": (".//ram:NetPriceProductTradePrice/ram:BasisQuantity", "cac:Price/cbc:BaseQuantity"),
    "BT-151": (".//ram:ApplicableTradeTax/ram:CategoryCode", "cac:Item/cac:ClassifiedTaxCategory/cbc:ID"),
    "BT-152": (".//ram:ApplicableTradeTax/ram:RateApplicablePercent", "cac:Item/cac:ClassifiedTaxCategory/cbc:Percent"),
}


class RecomputeError(Exception):
    """The XML does not say what the invoice says, or does not add up; the text names the first amount that differs."""


@dataclass(frozen=True)
class Found:
    """What the XML states, amounts in cents. `lines` are (stated, computed, VAT key)."""

    number: str
    sums: Mapping[str, int]
    by_rate: Mapping[VatKey, tuple[int, int]]
    lines: tuple[tuple[int, int, VatKey], ...]


def read(xml: bytes) -> Found:
    """Reads amounts from CII or UBL. Raises RecomputeError for XML that is damaged or lacks an amount."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError:
        raise RecomputeError("The invoice's XML is damaged and cannot be read.") from None
    reader = _Reader(is_ubl=root.tag.startswith("{urn:oasis"))
    by_rate: dict[VatKey, tuple[int, int]] = {}
    for part in reader.all(root, "BG-23"):
        key = reader.vat_key(part, "BT-118", "BT-119")
        if key in by_rate:
            raise RecomputeError(f"The XML states the VAT rate {key} twice.")
        by_rate[key] = (reader.cents(part, "BT-116"), reader.cents(part, "BT-117"))
    sums = {term: reader.cents(root, term) for term in ("BT-106", "BT-109", "BT-110", "BT-112", "BT-115")}
    lines = tuple(reader.line(part) for part in reader.all(root, "BG-25"))
    return Found(reader.text(root, "number"), sums, by_rate, lines)


def check(xml: bytes, document: Document) -> None:
    """Raises RecomputeError when anything in the XML differs from the document or from its own arithmetic."""
    found = read(xml)
    _same("BT-1", found.number, document.number)
    _same("the number of lines", len(found.lines), len(document.lines))
    for number, ((stated, computed, key), line) in enumerate(zip(found.lines, document.lines, strict=True), 1):
        _same(f"line {number} (BT-131) against quantity x price", stated, computed)
        _same(f"line {number} (BT-131)", stated, line.net_cents)
        _same(f"line {number} (BT-151, BT-152)", key, line.vat_key)
    _check_sums(found)
    _check_taxes(found, document)
    own = totals(document)
    _same("BT-106", found.sums["BT-106"], own.net_cents)
    _same("BT-110", found.sums["BT-110"], own.tax_cents)
    _same("BT-112", found.sums["BT-112"], own.gross_cents)


def _check_sums(found: Found) -> None:
    sums = found.sums
    _same("BT-106 against the lines", sums["BT-106"], sum(stated for stated, _computed, _key in found.lines))
    _same("BT-109 against BT-106", sums["BT-109"], sums["BT-106"])
    _same("BT-110 against the VAT rates", sums["BT-110"], sum(tax for _net, tax in found.by_rate.values()))
    _same("BT-112 against BT-109 + BT-110", sums["BT-112"], sums["BT-109"] + sums["BT-110"])
    _same("BT-115 against BT-112", sums["BT-115"], sums["BT-112"])


def _check_taxes(found: Found, document: Document) -> None:
    nets: dict[VatKey, int] = {}
    for stated, _computed, key in found.lines:
        nets[key] = nets.get(key, 0) + stated
    _same("the VAT rates of the lines", sorted(found.by_rate), sorted(nets))
    for key, (net, tax) in found.by_rate.items():
        _same(f"BT-116 at {key}", net, nets[key])
        expected = times(net, key[1], 10_000)
        if document.kind == "correction":
            expected = -credit_tax(document.rest_before.get(key, 0), -net, key[1])
        _same(f"BT-117 at {key}", tax, expected)


def _same(what: str, stated: object, expected: object) -> None:
    if stated != expected:
        raise RecomputeError(f"The XML differs from the invoice: {what} is {stated}, but must be {expected}.")


class _Reader:
    """Knows in which of the two languages the terms are to be found."""

    def __init__(self, is_ubl: bool) -> None:
        self._at, self._names = (1, _UBL) if is_ubl else (0, _CII)

    def all(self, node: etree._Element, term: str) -> Iterable[etree._Element]:
        found: list[etree._Element] = node.xpath(_PATHS[term][self._at], namespaces=self._names)
        return found

    def text(self, node: etree._Element, term: str, default: str | None = None) -> str:
        found = list(self.all(node, term))
        if len(found) > 1 or (not found and default is None):
            raise RecomputeError(f"The XML states {term} {len(found)} times instead of once.")
        return (found[0].text or "").strip() if found else default or ""

    def cents(self, node: etree._Element, term: str) -> int:
        text = self.text(node, term)
        if not _CENTS.fullmatch(text):
            raise RecomputeError(f"The XML's {term} is {text!r}, which is no amount with two decimals.")
        return int(text.replace(".", ""))

    def number(self, node: etree._Element, term: str, default: str | None = None) -> Decimal:
        text = self.text(node, term, default)
        if not _NUMBER.fullmatch(text):
            raise RecomputeError(f"The XML's {term} is {text!r}, which is no number.")
        return Decimal(text)

    def vat_key(self, node: etree._Element, category: str, rate: str) -> VatKey:
        return self.text(node, category), int(self.number(node, rate, "0") * 100)

    def line(self, node: etree._Element) -> tuple[int, int, VatKey]:
        base = self.number(node, "BT-149", "1")
        if base <= 0:
            raise RecomputeError("The XML's BT-149 is not above zero.")
        exact = self.number(node, "BT-129") * self.number(node, "BT-146") * 100 / base
        before = int(exact.quantize(Decimal(1), ROUND_HALF_UP))
        discount = self.cents(node, "BT-136") if list(self.all(node, "BT-136")) else 0
        return self.cents(node, "BT-131"), before - discount, self.vat_key(node, "BT-151", "BT-152")
