"""The XML of an invoice by `factur-x`, checked against the schema and recomputed before anybody gets it."""

from __future__ import annotations

import logging
from typing import Any, Literal

from beistand.billing import einvoice, recompute
from beistand.billing.einvoice import Profile
from beistand.billing.invoice import Document, InvoiceError

Syntax = Literal["cii", "ubl"]


def make_xml(document: Document, profile: Profile = "zugferd", syntax: Syntax = "cii") -> bytes:
    """EN 16931 for ZUGFeRD, or XRechnung 3.0; the same bytes for the same document.

    Raises InvoiceError when something the profile needs is missing or the XML does not recompute to the cent.
    """
    einvoice.require(document, profile)
    flavor = "ubl-2.1" if syntax == "ubl" else "factur-x"
    try:
        xml = _generated(einvoice.terms(document, profile), flavor)
        if profile == "xrechnung":
            xml = _as_xrechnung(xml)
        recompute.check(xml, document)
    except recompute.RecomputeError as error:
        raise InvoiceError(f"{document.number} was not issued. {error}") from error
    except ValueError as error:
        raise InvoiceError(f"{document.number} was not issued: its XML breaks the schema ({error}).") from error
    return xml


def _generated(terms: dict[str, Any], flavor: str) -> bytes:
    # Loaded with the first invoice: its 70 ms would lengthen every restart, for which both ends of a session wait.
    from facturx import generate_xml

    # It logs each invoice at level INFO, with names and amounts.
    logging.getLogger("factur-x").setLevel(logging.WARNING)
    xml: bytes = generate_xml(terms, flavor=flavor, level="en16931", check_xsd=True, check_schematron=None)
    return xml


def _as_xrechnung(xml: bytes) -> bytes:
    """BT-24: factur-x knows only the identifiers of its own levels, so the name of the profile is put in here."""
    plain, full = (f">{name}<".encode() for name in (einvoice.EN16931, einvoice.XRECHNUNG))
    if xml.count(plain) != 1:
        raise InvoiceError("The profile's identifier (BT-24) is not where it belongs.")
    return xml.replace(plain, full)
