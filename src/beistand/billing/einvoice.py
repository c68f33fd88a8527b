"""An invoice as one dictionary keyed by the business terms of EN 16931 (BT-1 ...), from which every XML is made. Pure.

ZUGFeRD (CII) and XRechnung 3.0 (UBL or CII) share it; XRechnung asks for more, and `check_xrechnung` says what lacks.
"""

from __future__ import annotations

from typing import Any, Literal

from beistand.billing.invoice import Buyer, Document, InvoiceError, Kind, Line, Seller, amount, percent, totals
from beistand.billing.money import VatKey

Profile = Literal["zugferd", "xrechnung"]

# UNTDID 1001: commercial invoice; corrected invoice (with negative quantities, and BG-3 as BR-DE-26 asks).
TYPE_CODES: dict[Kind, str] = {"invoice": "380", "cancellation": "384", "correction": "384"}
PROCESS = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
SEPA_TRANSFER = "58"  # UNTDID 4461
EN16931 = "urn:cen.eu:en16931:2017"
XRECHNUNG = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
NO_REFERENCE = "-"
# fmt: off
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)
# fmt: on

# (category) -> (VATEX code, sentence), BT-121 and BT-120.
EXEMPTIONS: dict[str, tuple[str, dict[str, str]]] = {
    "AE": (
        "VATEX-EU-AE",
        {"de": "Steuerschuldnerschaft des Leistungsempfängers", "en": "Reverse charge: the recipient owes the VAT"},
    ),
    "E": (
        "",
        {
            "de": "Steuerfrei nach § 19 UStG (Kleinunternehmer)",
            "en": "Exempt from VAT under § 19 UStG (small business)",
        },
    ),
}
_DISCOUNT = {"de": "Rabatt", "en": "Discount"}
_DUE = {"de": "Zahlbar bis {day} ohne Abzug", "en": "Payable by {day} without deduction"}
_SETTLED = {"de": "Wird mit der Rechnung {number} verrechnet", "en": "Settled against invoice {number}"}


def terms(document: Document, profile: Profile) -> dict[str, Any]:
    """The dictionary of business terms. Amounts are texts with two decimals, dates are dates."""
    sums, language = totals(document), document.language
    found = {
        "BT-1": document.number,
        "BT-2": document.issued,
        "BT-3": TYPE_CODES[document.kind],
        "BT-5": "EUR",
        "BT-9": document.due,
        "BT-10": document.buyer.reference or (NO_REFERENCE if profile == "xrechnung" else ""),
        "BT-12": document.contract_number,
        "BT-13": document.order_number,
        "BT-20": payment_terms(document),
        "BT-23": PROCESS,
        "BT-24": EN16931,
        "BT-72": document.ends,
        "BT-73": document.starts,
        "BT-74": document.ends,
        **_payment(document),
        "BT-106": amount(sums.net_cents),
        "BT-109": amount(sums.net_cents),
        "BT-110": amount(sums.tax_cents),
        "BT-112": amount(sums.gross_cents),
        "BT-115": amount(sums.gross_cents),
        "BG-3": [{"BT-25": p.number, "BT-26": p.issued} for p in (document.preceding,) if p],
        "BG-4": _seller(document.seller),
        "BG-7": _buyer(document.buyer),
        "BG-23": [_breakdown(key, net, tax, language) for key, (net, tax) in sums.by_rate.items()],
        "BG-25": [_line(number, line, language) for number, line in enumerate(document.lines, 1)],
    }
    return {name: value for name, value in found.items() if value not in ("", [])}


def payment_terms(document: Document) -> str:
    """BT-20, in the document's language."""
    if document.kind != "invoice" and document.preceding:
        return _SETTLED[document.language].format(number=document.preceding.number)
    return _DUE[document.language].format(day=day_text(document))


def day_text(document: Document) -> str:
    """The day it is due as people of the language write it."""
    due = document.due
    return f"{due:%d.%m.%Y}" if document.language == "de" else f"{due.day} {MONTHS[due.month - 1]} {due.year}"


def exemption(category: str, language: str) -> tuple[str, str]:
    """(VATEX code, sentence) of a category without tax; empty for others."""
    code, sentences = EXEMPTIONS.get(category, ("", {}))
    return code, sentences.get(language, "")


def check_xrechnung(document: Document) -> None:
    """Raises InvoiceError naming what XRechnung 3.0 asks for and is missing (BR-DE-2 to BR-DE-7, BR-DE-23-a)."""
    seller, buyer = document.seller, document.buyer
    needed = {
        "the seller's contact person": seller.contact_name,
        "the seller's phone number": seller.phone,
        "the seller's email address": seller.email,
        "the seller's IBAN": seller.iban,
        "the buyer's electronic address": buyer.e_address or buyer.email,
        "the buyer's postcode and city": buyer.postcode and buyer.city,
    }
    missing = [name for name, value in needed.items() if not value]
    if missing:
        raise InvoiceError(f"XRechnung also needs {', '.join(missing)}: add it, or send the ZUGFeRD invoice.")


def check_seller(seller: Seller) -> None:
    """Raises InvoiceError naming what § 14 UStG asks of the sender and is missing."""
    needed = {
        "name": seller.name,
        "street": seller.street,
        "postcode": seller.postcode,
        "city": seller.city,
        "VAT id or tax number": seller.vat_id or seller.tax_number,
        "IBAN": seller.iban,
    }
    missing = [name for name, value in needed.items() if not value.strip()]
    if missing:
        sentence = f"The invoice data lack {', '.join(missing)}: fill them in under “Invoice data” first."
        raise InvoiceError(sentence, "seller_lacks", fields=missing)


def check_buyer(buyer: Buyer) -> None:
    """Raises InvoiceError naming what § 14 UStG asks of the recipient and is missing."""
    needed = {"street": buyer.street, "postcode": buyer.postcode, "city": buyer.city, "country": buyer.country}
    missing = [name for name, value in needed.items() if not value.strip()]
    if missing:
        sentence = f"{buyer.name or 'The payer'} lacks {', '.join(missing)}: complete the address first."
        raise InvoiceError(sentence, "buyer_lacks", name=buyer.name, fields=missing)


def _payment(document: Document) -> dict[str, Any]:
    seller = document.seller
    if not seller.iban:
        return {}
    means = {"BT-81": SEPA_TRANSFER, "BT-84": seller.iban, "BT-85": seller.name, "BT-83": document.number}
    return means | ({"BT-86": seller.bic} if seller.bic else {})


def _seller(seller: Seller) -> dict[str, Any]:
    contact = {"name": seller.contact_name, "phone": seller.phone, "email": seller.email}
    found = {
        **_party(seller),
        "vat_identifier": seller.vat_id,
        "tax_identifier": seller.tax_number,
        "legal_info": " · ".join(part for part in (seller.register, seller.managers) if part),
        "einvoicing_addr": seller.email,
        "einvoicing_addr_schemeid": "EM" if seller.email else "",
        "contacts": [contact] if any(contact.values()) else [],
    }
    return {name: value for name, value in found.items() if value}


def _buyer(buyer: Buyer) -> dict[str, Any]:
    address = buyer.e_address or buyer.email
    contact = {"name": buyer.contact_name}
    found = {
        **_party(buyer),
        "identifiers": {None: buyer.number} if buyer.number else {},
        "vat_identifier": buyer.vat_id,
        "einvoicing_addr": address,
        "einvoicing_addr_schemeid": (buyer.e_address_scheme if buyer.e_address else "EM") if address else "",
        "contacts": [contact] if buyer.contact_name else [],
    }
    return {name: value for name, value in found.items() if value}


def _party(party: Seller | Buyer) -> dict[str, Any]:
    return {
        "name": party.name,
        "addr_l1": party.street,
        "postcode": party.postcode,
        "city": party.city,
        "country_code": party.country,
    }


def _breakdown(key: VatKey, net: int, tax: int, language: str) -> dict[str, Any]:
    category, rate = key
    code, sentence = exemption(category, language)
    found = {
        "BT-116": amount(net),
        "BT-117": amount(tax),
        "BT-118": category,
        "BT-119": percent(rate),
        "BT-120": sentence,
        "BT-121": code,
    }
    return {name: value for name, value in found.items() if value}


def _line(number: int, line: Line, language: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "BT-126": str(number),
        "BT-129": str(line.quantity),
        "BT-130": line.unit,
        "BT-131": amount(line.net_cents),
        "BT-134": line.starts,
        "BT-135": line.ends,
        "BT-146": amount(line.unit_cents),
        "BT-149": str(line.base),
        "BT-151": line.vat_key[0],
        "BT-152": percent(line.vat_key[1]),
        "BT-153": line.name,
        "BT-154": line.details,
        "BG-27": [_discount(line, language)] if line.discount_cents else [],
    }
    return {name: value for name, value in found.items() if value not in ("", None, [])}


def _discount(line: Line, language: str) -> dict[str, str]:
    found = {"amount": amount(line.discount_cents), "reason": _DISCOUNT[language], "reason_code": "95"}
    if line.discount_bp:
        found |= {"base_amount": amount(line.before_cents), "rate": percent(line.discount_bp)}
    return found


def require(document: Document, profile: Profile) -> None:
    """All that must be there before a document may be issued. Raises InvoiceError with one sentence."""
    check_seller(document.seller)
    check_buyer(document.buyer)
    _check_vat_ids(document)
    if profile == "xrechnung":
        check_xrechnung(document)


def _check_vat_ids(document: Document) -> None:
    categories = {line.vat_key[0] for line in document.lines}
    if "AE" in categories and not (document.seller.vat_id and document.buyer.vat_id):
        sentence = f"Reverse charge needs both VAT ids: {document.buyer.name} or your own firm has none yet."
        raise InvoiceError(sentence, "both_vat_ids", name=document.buyer.name)
