"""Invoices as a DATEV booking batch (EXTF 700, category 21, format 13), for the tax adviser's program. Pure.

One booking an invoice and VAT rate: debtor (one for all, or each customer's own) to an automatic revenue account, so no
tax key is written; a document that takes back is a general reversal ("Generalumkehr"), its amount positive like all.
Windows-1252, `;`, CRLF, decimal comma.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from beistand.billing.invoice import Document, InvoiceError, totals
from beistand.billing.money import VatKey

COLUMNS: tuple[str, ...] = (
    *("Umsatz (ohne Soll/Haben-Kz)", "Soll/Haben-Kennzeichen", "WKZ Umsatz", "Kurs", "Basis-Umsatz"),
    *("WKZ Basis-Umsatz", "Konto", "Gegenkonto (ohne BU-Schlüssel)", "BU-Schlüssel", "Belegdatum"),
    *("Belegfeld 1", "Belegfeld 2", "Skonto", "Buchungstext", "Postensperre", "Diverse Adressnummer"),
    *("Geschäftspartnerbank", "Sachverhalt", "Zinssperre", "Beleglink"),
    *(f"Beleginfo - {part} {n}" for n in range(1, 9) for part in ("Art", "Inhalt")),
    *("KOST1 - Kostenstelle", "KOST2 - Kostenstelle", "Kost-Menge", "EU-Land u. UStID (Bestimmung)"),
    *("EU-Steuersatz (Bestimmung)", "Abw. Versteuerungsart", "Sachverhalt L+L", "Funktionsergänzung L+L"),
    *("BU 49 Hauptfunktionstyp", "BU 49 Hauptfunktionsnummer", "BU 49 Funktionsergänzung"),
    *(f"Zusatzinformation - {part} {n}" for n in range(1, 21) for part in ("Art", "Inhalt")),
    *("Stück", "Gewicht", "Zahlweise", "Forderungsart", "Veranlagungsjahr", "Zugeordnete Fälligkeit", "Skontotyp"),
    *("Auftragsnummer", "Buchungstyp", "USt-Schlüssel (Anzahlungen)", "EU-Land (Anzahlungen)"),
    *("Sachverhalt L+L (Anzahlungen)", "EU-Steuersatz (Anzahlungen)", "Erlöskonto (Anzahlungen)", "Herkunft-Kz"),
    *("Buchungs GUID", "KOST-Datum", "SEPA-Mandatsreferenz", "Skontosperre", "Gesellschaftername"),
    *("Beteiligtennummer", "Identifikationsnummer", "Zeichnernummer", "Postensperre bis"),
    *("Bezeichnung SoBil-Sachverhalt", "Kennzeichen SoBil-Buchung", "Festschreibung", "Leistungsdatum"),
    *("Datum Zuord. Steuerperiode", "Fälligkeit", "Generalumkehr (GU)", "Steuersatz", "Land"),
    *("Abrechnungsreferenz", "BVV-Position", "EU-Land u. UStID (Ursprung)", "EU-Steuersatz (Ursprung)"),
    "Abw. Skontokonto",
)
HEADER_FIELDS = 31
# Columns that DATEV wants in quotation marks, by their place from 1.
_TEXTS = frozenset((2, 3, 9, 11, 12, 14, 40, 118))
BOOKING_TEXT_LIMIT, FIELD_LIMIT = 60, 36


class DatevError(InvoiceError):
    """The export is refused: an account or number is missing or wrong; one sentence says which."""


@dataclass(frozen=True)
class Accounts:
    """What the tax adviser gave: consultant and client number, debtor and automatic revenue accounts."""

    consultant: str
    client: str
    debtor: str
    standard: str
    reduced: str
    reverse_charge: str
    exempt: str

    def revenue(self, key: VatKey) -> str:
        """The revenue account of a VAT category and rate. DatevError if it is not entered."""
        category, rate = key
        accounts = {"AE": (self.reverse_charge, "reverse charge"), "E": (self.exempt, "small business")}
        plain = (self.reduced, "7 %") if rate == 700 else (self.standard, "19 %")
        account, name = accounts.get(category, plain)
        if category == "S" and rate not in (700, 1900):
            raise DatevError(f"There is no revenue account for a VAT rate of {rate / 100:g} %: book this by hand.")
        if not account:
            sentence = f"The revenue account for {name} is missing: enter it under “Invoice data”."
            raise DatevError(sentence, "datev_account", name=name)
        return account


def check_first_debtor(accounts: Accounts, first: str) -> None:
    """Raises DatevError unless customers' own accounts may begin there: as long as the debtor account, 1 to 6 in front.

    DATEV keeps debtors in 10000 to 69999 (with four-digit revenue accounts) and creditors from 70000 on.
    """
    if not (first.isascii() and first.isdigit()) or len(first) != len(accounts.debtor) or first[0] not in "123456":
        sentence = (
            f"The first debtor account {first!r} does not fit: it has as many digits as {accounts.debtor} and begins "
            "with 1 to 6."
        )
        raise DatevError(sentence, "datev_first", account=first, debtor=accounts.debtor)


def batch(
    documents: Sequence[Document],
    accounts: Accounts,
    first: date,
    last: date,
    made: datetime,
    debtors: Sequence[str] = (),
) -> bytes:
    """The file for all documents issued from `first` to `last`. Raises DatevError; then nothing is exported.

    `debtors` are the customers' own accounts, one a document; without them all go to the one debtor account.
    """
    _check(accounts)
    for debtor in debtors:
        check_first_debtor(accounts, debtor)
    if first.year != last.year:
        raise DatevError("A DATEV batch lies within one financial year: export each year alone.")
    lines = [_header(accounts, first, last, made), ";".join(COLUMNS)]
    own = debtors or [accounts.debtor] * len(documents)
    for document, debtor in zip(documents, own, strict=True):
        for key, (net, tax) in totals(document).by_rate.items():
            if net + tax:
                lines.append(_booking(document, key, net + tax, accounts, debtor))
    return ("\r\n".join(lines) + "\r\n").encode("cp1252", errors="replace")


def _check(accounts: Accounts) -> None:
    needed: Mapping[str, tuple[str, int]] = {
        "consultant number": (accounts.consultant, 7),
        "client number": (accounts.client, 5),
        "debtor account": (accounts.debtor, 9),
    }
    for name, (value, most) in needed.items():
        if not value:
            sentence = f"The DATEV {name} is missing: enter it under “Invoice data”."
            raise DatevError(sentence, "datev_missing", fields=[name])
        if not (value.isascii() and value.isdigit()) or len(value) > most:
            sentence = f"The DATEV {name} {value!r} is not a number of at most {most} digits."
            raise DatevError(sentence, "datev_digits", fields=[name], most=most)
    revenue = (accounts.standard, accounts.reduced, accounts.reverse_charge, accounts.exempt)
    for account in filter(None, revenue):
        if not (account.isascii() and account.isdigit()) or len(account) + 1 != len(accounts.debtor):
            raise DatevError(
                f"The account {account} does not fit the debtor account {accounts.debtor}: "
                "debtors have one digit more than revenue accounts.",
                "datev_length",
                account=account,
                debtor=accounts.debtor,
            )


def _header(accounts: Accounts, first: date, last: date, made: datetime) -> str:
    length = len(accounts.debtor) - 1
    fields = [
        *('"EXTF"', "700", "21", '"Buchungsstapel"', "13", f"{made:%Y%m%d%H%M%S}{made.microsecond // 1000:03d}"),
        *("", '"BE"', '""', '""', accounts.consultant, accounts.client, f"{first.year}0101", str(length)),
        *(f"{first:%Y%m%d}", f"{last:%Y%m%d}", f'"Rechnungen {first:%m/%Y}"', '""', "1", "0", "0", '"EUR"'),
    ]
    return ";".join([*fields, *([""] * (HEADER_FIELDS - len(fields) - 1)), '""'])


def _booking(document: Document, key: VatKey, gross_cents: int, accounts: Accounts, debtor: str) -> str:
    is_back = document.kind != "invoice"
    cells = dict.fromkeys(range(1, len(COLUMNS) + 1), "")
    cells |= {
        1: f"{abs(gross_cents) // 100},{abs(gross_cents) % 100:02d}",
        2: "S" if (gross_cents > 0) != is_back else "H",
        3: "EUR",
        7: debtor,
        8: accounts.revenue(key),
        10: f"{document.issued:%d%m}",
        11: _plain(document.number, FIELD_LIMIT),
        14: _plain(document.buyer.name, BOOKING_TEXT_LIMIT),
        40: _plain(document.buyer.vat_id, 15) if key[0] == "AE" else "",
        114: "0",
        118: "1" if is_back else "",
    }
    return ";".join(_cell(place, text) for place, text in cells.items())


def _cell(place: int, text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if place in _TEXTS and text else text


def _plain(text: str, limit: int) -> str:
    return "".join(c for c in text if c.isprintable())[:limit]
