"""The fields of a customer or partner as people type them: cleaned, or refused with one sentence each. Pure.

One check for the form, the JSON API and the CSV import.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from beistand.billing.vat_id import is_vat_id, normal
from beistand.server.portal import texts

KINDS = ("company", "person", "public")
VAT_MODES = ("standard", "reduced", "reverse_charge")
LIMITS = {
    "number": 20,
    "name": 60,
    "street": 80,
    "postcode": 12,
    "city": 60,
    "country": 30,
    "vat_id": 20,
    "leitweg_id": 46,
    "e_address": 100,
    "e_address_scheme": 4,
    "email": 254,
    "phone": 40,
}
FIELDS = (*LIMITS, "kind", "language", "vat_mode")
_LEITWEG = re.compile(r"^\d{2,12}(-[A-Za-z0-9]{1,30})?-\d{2}$")
_SCHEME = re.compile(r"^(EM|\d{4})$")


class FieldError(Exception):
    """A field is wrong: its name, the key of the sentence (`words.parties`), the text as it was typed."""

    def __init__(self, field: str, key: str, text: str = "") -> None:
        super().__init__(f"{field}: {key}")
        self.field, self.key, self.text = field, key, text


def checked(fields: Mapping[str, str]) -> dict[str, object]:
    """The values to keep, of the fields that were given; `name` is needed. FieldError for the first wrong one."""
    values: dict[str, object] = {
        name: texts.one_line(fields[name], limit) for name, limit in LIMITS.items() if name in fields
    }
    if not values.get("name"):
        raise FieldError("name", "party_name_missing")
    for name, allowed, key in (
        ("kind", KINDS, "party_kind"),
        ("language", ("de", "en"), "party_language"),
        ("vat_mode", VAT_MODES, "party_vat_mode"),
    ):
        if fields.get(name):
            if fields[name] not in allowed:
                raise FieldError(name, key, fields[name])
            values[name] = fields[name]
    if values.get("country"):
        values["country"] = _country(str(values["country"]))
    elif "country" in values:
        values["country"] = "DE"
    _check_tax(values)
    _check_addresses(values)
    return values


def _country(text: str) -> str:
    country = text.upper()
    if not re.fullmatch(r"[A-Z]{2}", country):
        raise FieldError("country", "party_country", text)
    return country


def _check_tax(values: dict[str, object]) -> None:
    if values.get("vat_id"):
        vat_id = normal(str(values["vat_id"]))
        if not is_vat_id(vat_id):
            raise FieldError("vat_id", "party_vat_id", str(values["vat_id"]))
        values["vat_id"] = vat_id
    if values.get("vat_mode") == "reverse_charge" and not values.get("vat_id"):
        raise FieldError("vat_id", "party_reverse_charge")


def _check_addresses(values: dict[str, object]) -> None:
    email, leitweg = str(values.get("email", "")), str(values.get("leitweg_id", ""))
    if email and not texts.is_email(email):
        raise FieldError("email", "party_email", email)
    if leitweg and not is_leitweg_id(leitweg):
        raise FieldError("leitweg_id", "party_leitweg", leitweg)
    scheme, address = str(values.get("e_address_scheme", "")).upper(), str(values.get("e_address", ""))
    if bool(scheme) != bool(address) or (scheme and not _SCHEME.match(scheme)):
        raise FieldError("e_address", "party_e_address", address)
    if scheme:
        values["e_address_scheme"] = scheme


def is_leitweg_id(text: str) -> bool:
    """Form and check digits (ISO 7064, MOD 97,10, as the format description of the Leitweg-ID 2.0 asks)."""
    if not _LEITWEG.match(text):
        return False
    spelled = "".join(str(int(c, 36)) for c in text.replace("-", "").upper())
    return int(spelled) % 97 == 1
