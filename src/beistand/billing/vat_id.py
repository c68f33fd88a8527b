"""VAT identification numbers: whether one has the form of its country, and the German check digit. Pure.

Forms: European Commission, VIES frequently asked questions (structure of VAT identification numbers). Whether a number
is in use only the tax office knows: this finds typing errors.
"""

from __future__ import annotations

import re

_FORMS = {
    "AT": r"U\d{8}",
    "BE": r"[01]\d{9}",
    "BG": r"\d{9,10}",
    "CY": r"\d{8}[A-Z]",
    "CZ": r"\d{8,10}",
    "DE": r"\d{9}",
    "DK": r"\d{8}",
    "EE": r"\d{9}",
    "EL": r"\d{9}",
    "ES": r"[A-Z0-9]\d{7}[A-Z0-9]",
    "FI": r"\d{8}",
    "FR": r"[A-HJ-NP-Z0-9]{2}\d{9}",
    "HR": r"\d{11}",
    "HU": r"\d{8}",
    "IE": r"\d[A-Z0-9+*]\d{5}[A-Z]|\d{7}[A-Z]{1,2}",
    "IT": r"\d{11}",
    "LT": r"\d{9}|\d{12}",
    "LU": r"\d{8}",
    "LV": r"\d{11}",
    "MT": r"\d{8}",
    "NL": r"[A-Z0-9+*]{12}",
    "PL": r"\d{10}",
    "PT": r"\d{9}",
    "RO": r"\d{2,10}",
    "SE": r"\d{12}",
    "SI": r"\d{8}",
    "SK": r"\d{10}",
    "XI": r"\d{9}|\d{12}|GD\d{3}|HA\d{3}",
}


def normal(text: str) -> str:
    """Capital letters, without spaces, dots, dashes and slashes: "de 136 695 976" is "DE136695976"."""
    return re.sub(r"[\s./-]", "", text).upper()


def is_vat_id(text: str) -> bool:
    """Whether a normalised text has the form of a VAT id of a member state (or of Northern Ireland)."""
    form = _FORMS.get(text[:2])
    if form is None or not re.fullmatch(form, text[2:], re.ASCII):
        return False
    return text[:2] != "DE" or _german_check(text[2:])


def _german_check(digits: str) -> bool:
    """ISO 7064, MOD 11,10."""
    product = 10
    for digit in digits[:-1]:
        total = (int(digit) + product) % 10 or 10
        product = 2 * total % 11
    return (11 - product) % 10 == int(digits[-1])
