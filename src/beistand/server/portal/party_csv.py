"""A table of customers as other programs export it: read, checked row by row, every bad row named. Pure.

UTF-8 (with or without a mark) or Windows-1252; semicolon, comma or tab; a first line with the columns' names in German
or English, in any order. Unknown columns are named, not guessed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection
from dataclasses import dataclass, field

from beistand.server.portal import texts
from beistand.server.portal.party_fields import FieldError, checked

MOST_BYTES = 1_000_000
MOST_ROWS = 5_000
# What columns may be called, in small letters without spaces, dots, dashes and underscores.
NAMES = {
    "number": ("kundennummer", "kundennr", "kdnr", "nummer", "nr", "number", "customernumber", "debitor", "konto"),
    "name": ("name", "firma", "firmenname", "kunde", "company", "customer", "bezeichnung"),
    "kind": ("art", "kind", "type", "typ"),
    "street": ("straße", "strasse", "straßehausnummer", "anschrift", "adresse", "street", "address"),
    "postcode": ("plz", "postleitzahl", "postcode", "zip", "postalcode"),
    "city": ("ort", "stadt", "city", "town"),
    "country": ("land", "länderkennzeichen", "country", "countrycode"),
    "vat_id": ("ustidnr", "ustid", "umsatzsteueridentifikationsnummer", "vatid", "vat", "vatnumber"),
    "leitweg_id": ("leitwegid", "leitweg"),
    "e_address": ("erechnungsadresse", "eaddress"),
    "e_address_scheme": ("erechnungsschema", "eaddressscheme", "eas"),
    "email": ("email", "emailadresse", "mail"),
    "phone": ("telefon", "telefonnummer", "tel", "phone", "telephone"),
    "language": ("sprache", "language"),
}
_KINDS = {
    "firma": "company",
    "unternehmen": "company",
    "privat": "person",
    "privatperson": "person",
    "person": "person",
    "behörde": "public",
    "öffentlich": "public",
    "öffentlichestelle": "public",
}
_LANGUAGES = {"deutsch": "de", "german": "de", "englisch": "en", "english": "en"}
_COUNTRIES = {"deutschland": "DE", "germany": "DE", "österreich": "AT", "austria": "AT", "schweiz": "CH", "d": "DE"}


class SheetError(Exception):
    """The whole table cannot be read; the key of the sentence (`words.parties`)."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True)
class Good:
    """A row that will be kept; `line` counts from 1, the columns' names included.

    `is_change`: a customer with this number is there already and gets these values; empty cells leave what stands.
    """

    line: int
    values: dict[str, object]
    is_change: bool = False


@dataclass(frozen=True)
class Bad:
    """A row that will not: the key of the sentence, the text it is about, and the row as it was."""

    line: int
    key: str
    text: str
    row: str
    cells: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """What a table holds. `unknown` are the columns that were not understood."""

    good: list[Good] = field(default_factory=list)
    bad: list[Bad] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    encoding: str = "UTF-8"
    separator: str = ";"
    header: list[str] = field(default_factory=list)


def read(data: bytes, numbers: Collection[str], names: Collection[tuple[str, str]]) -> Sheet:
    """Checks every row. `numbers` and `names` (small letters, postcode) are those that the firm has already.

    Raises SheetError if it is no table with a column for the name, too long, or has too many rows.
    """
    if len(data) > MOST_BYTES:
        raise SheetError("sheet_too_large")
    text, encoding = _decoded(data)
    separator = _separator(text.split("\n", 1)[0])
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error:
        raise SheetError("sheet_broken") from None
    if len(rows) < 2 or len(rows) > MOST_ROWS + 1:
        raise SheetError("sheet_empty" if len(rows) < 2 else "sheet_too_long")
    header = [_column(cell) for cell in rows[0]]
    if "name" not in header:
        raise SheetError("sheet_no_name")
    unknown = [
        texts.one_line(cell) for cell, known in zip(rows[0], header, strict=True) if known == "" and cell.strip()
    ]
    known_columns = [name for name in header if name]
    if len(set(known_columns)) < len(known_columns):
        raise SheetError("sheet_twice")
    sheet = Sheet([], [], known_columns, unknown, encoding, separator, rows[0])
    _sort_rows(sheet, header, rows[1:], set(numbers), set(names))
    return sheet


def _sort_rows(
    sheet: Sheet, header: list[str], rows: list[list[str]], numbers: set[str], names: set[tuple[str, str]]
) -> None:
    seen: set[str] = set()
    for line, row in enumerate(rows, start=2):
        if not any(cell.strip() for cell in row):
            continue
        shown = texts.one_line(" · ".join(cell for cell in row if cell.strip()), 120)
        if len(row) > len(header) and any(cell.strip() for cell in row[len(header) :]):
            sheet.bad.append(Bad(line, "sheet_cells", str(len(row)), shown, tuple(row)))
            continue
        try:
            values = checked(_fields(header, row))
        except FieldError as error:
            sheet.bad.append(Bad(line, error.key, texts.one_line(error.text), shown, tuple(row)))
            continue
        number, name = str(values.get("number", "")), _name_of(values)
        is_change = bool(number) and number in numbers
        if number and number in seen:
            sheet.bad.append(Bad(line, "sheet_number", number, shown, tuple(row)))
        elif name in names and not is_change:
            sheet.bad.append(Bad(line, "sheet_known", name[0], shown, tuple(row)))
        else:
            sheet.good.append(Good(line, values, is_change))
            names.add(name)
            seen.update([number] if number else [])


def _name_of(values: dict[str, object]) -> tuple[str, str]:
    return str(values["name"]).casefold(), str(values.get("postcode", ""))


def _decoded(data: bytes) -> tuple[str, str]:
    try:
        return data.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252"), "Windows-1252"
    except UnicodeDecodeError:
        raise SheetError("sheet_letters") from None


def _separator(first_line: str) -> str:
    return max(";,\t", key=first_line.count)


def _column(cell: str) -> str:
    plain = "".join(c for c in cell.casefold() if c not in " ._-/\u00a0")
    return next((name for name, known in NAMES.items() if plain in {k.casefold() for k in known}), "")


def _fields(header: list[str], row: list[str]) -> dict[str, str]:
    fields = {name: cell.strip() for name, cell in zip(header, row, strict=False) if name}
    for name, words in (("kind", _KINDS), ("language", _LANGUAGES), ("country", _COUNTRIES)):
        if name in fields:
            plain = fields[name].casefold().replace(" ", "")
            fields[name] = words.get(plain, fields[name])
    return {name: cell for name, cell in fields.items() if cell or name == "name"}
