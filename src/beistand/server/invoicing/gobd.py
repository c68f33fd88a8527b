"""The description of an auditor's export (index.xml by the German standard for handing over records). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from beistand.billing.draft import Period

# column: (German description, kind). Every column of the export stands here; a test looks for missing ones.
FIELDS: dict[str, tuple[str, str]] = {
    "id": ("Kennung", "text"),
    "kind": ("Art: invoice = Rechnung, cancellation = Storno, correction = Korrektur", "text"),
    "number": ("Belegnummer, lückenlos je Serie und Jahr", "text"),
    "series": ("Serie der Belegnummer", "text"),
    "year": ("Jahr der Belegnummer", "number"),
    "no": ("Laufende Nummer", "number"),
    "period": ("Abrechnungszeitraum", "text"),
    "payer_id": ("Kennung des Rechnungsempfängers", "text"),
    "payer_name": ("Name des Rechnungsempfängers", "text"),
    "language": ("Sprache des Belegs", "text"),
    "issued_on": ("Belegdatum", "date"),
    "due_on": ("Fälligkeit", "date"),
    "currency": ("Währung", "text"),
    "net_cents": ("Netto in Euro", "amount"),
    "tax_cents": ("Umsatzsteuer in Euro", "amount"),
    "gross_cents": ("Brutto in Euro", "amount"),
    "preceding_id": ("Kennung des Belegs, der storniert oder korrigiert wird", "text"),
    "reason": ("Grund von Storno oder Korrektur", "text"),
    "user_id": ("Kennung der handelnden Person, leer = Betreiber oder Server", "text"),
    "made_us": ("Zeitpunkt der Erfassung in UTC", "text"),
    "invoice_id": ("Kennung des Belegs", "text"),
    "position": ("Position auf dem Beleg", "number"),
    "name": ("Bezeichnung der Position oder des Ereignisses", "text"),
    "details": ("Einzelheiten", "text"),
    "quantity": ("Menge", "number"),
    "unit": ("Einheit: MIN = Minuten, MON = Monate, C62 = Stück", "text"),
    "base": ("Menge, für die der Einzelpreis gilt", "number"),
    "unit_cents": ("Einzelpreis in Euro", "amount"),
    "discount_bp": ("Rabatt in hundertstel Prozent", "number"),
    "discount_cents": ("Rabatt in Euro", "amount"),
    "vat_category": ("Umsatzsteuer-Kategorie nach EN 16931", "text"),
    "vat_bp": ("Umsatzsteuersatz in hundertstel Prozent", "number"),
    "source": ("Woraus die Position entstand: Zeiteintrag, Pauschale, Kontingent", "text"),
    "minutes": ("Berechnete Minuten", "number"),
    "snapshot": ("Regeln und Preise zum Zeitpunkt der Berechnung (JSON)", "text"),
    "data": ("Einzelheiten des Ereignisses (JSON)", "text"),
    "utc_us": ("Zeitpunkt in UTC", "text"),
}
TABLES = {
    "invoice": "Belege",
    "invoice_line": "Positionen der Belege",
    "rated_item": "Herkunft der Positionen",
    "invoice_event": "Ereignisse der Belege",
}
# How many columns, from the first on, make a row's key; one where nothing is said.
_KEYS = {"invoice_line": 2}
_TYPES = {
    "text": "<AlphaNumeric/>",
    "number": "<Numeric/>",
    "amount": "<Numeric><Accuracy>2</Accuracy></Numeric>",
    "date": "<Date><Format>DD.MM.YYYY</Format></Date>",
}


def describe(firm: str, city: str, period: Period, tables: Sequence[tuple[str, tuple[str, ...]]]) -> bytes:
    """index.xml for these (table, columns)."""
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE DataSet SYSTEM "gdpdu-01-09-2004.dtd">\n<DataSet>\n'
        f"<Version>1.0</Version>\n<DataSupplier><Name>{escape(firm)}</Name><Location>{escape(city)}</Location>"
        f"<Comment>Belege, ausgestellt vom {period.first:%d.%m.%Y} bis {period.last:%d.%m.%Y}. "
        "Die Belege selbst liegen im Ordner documents; SHA256SUMS nennt die Prüfsumme jeder Datei.</Comment>"
        "</DataSupplier>\n"
        "<Media><Name>Rechnungen</Name>\n"
    ]
    parts += [_table(name, columns) for name, columns in tables]
    return ("".join(parts) + "</Media>\n</DataSet>\n").encode()


def _table(name: str, columns: Sequence[str]) -> str:
    keys, rest = columns[: _KEYS.get(name, 1)], columns[_KEYS.get(name, 1) :]
    return (
        f"<Table><URL>{name}.csv</URL><Name>{TABLES[name]}</Name><Validity/><UTF8/>"
        "<DecimalSymbol>,</DecimalSymbol><DigitGroupingSymbol>.</DigitGroupingSymbol><Range><From>2</From></Range>"
        "<VariableLength><ColumnDelimiter>;</ColumnDelimiter><RecordDelimiter>&#13;&#10;</RecordDelimiter>"
        "<TextEncapsulator>&quot;</TextEncapsulator>"
        + "".join(f"<VariablePrimaryKey>{_column(key)}</VariablePrimaryKey>" for key in keys)
        + "".join(f"<VariableColumn>{_column(column)}</VariableColumn>" for column in rest)
        + "</VariableLength></Table>\n"
    )


def _column(name: str) -> str:
    said, kind = FIELDS[name]
    return f"<Name>{name}</Name><Description>{escape(said)}</Description>{_TYPES[kind]}"
