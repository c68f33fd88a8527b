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
    "reason": ("Begründung", "text"),
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
    "session_id": ("Kennung der Sitzung", "text"),
    "part": ("Abschnitt der Sitzung, ab 0 gezählt", "number"),
    "customer_id": ("Kennung des Kunden, dem geholfen wurde", "text"),
    "customer_name": ("Name des Kunden, dem geholfen wurde", "text"),
    "started_us": ("Beginn in UTC", "text"),
    "ended_us": ("Ende in UTC", "text"),
    "net_seconds": ("Erfasste Sekunden ohne Pausen und Unterbrechungen", "number"),
    "stops": ("Pausen und Unterbrechungen in Sekunden ab Beginn (JSON)", "text"),
    "is_chargeable": ("1 = dem Kunden selbst zu berechnen", "number"),
    "covered_by": ("Wer statt des Kunden zahlt", "text"),
    "consent_id": ("Kennung der Zustimmung", "text"),
    "answered_us": ("Zeitpunkt der Antwort in UTC", "text"),
    "clock_jump_seconds": ("Sprung der Uhr des Servers in Sekunden", "number"),
    "entry_id": ("Kennung des Zeiteintrags", "text"),
    "old_seconds": ("Sekunden vor der Berichtigung", "number"),
    "new_seconds": ("Sekunden nach der Berichtigung", "number"),
    "seconds": ("Als Kulanz geschenkte Sekunden", "number"),
    "goodwill_id": ("Kennung der Kulanz", "number"),
    "is_approved": ("1 = genehmigt", "number"),
    "text": ("Genauer Wortlaut, dem der Kunde zugestimmt oder den er abgelehnt hat", "text"),
    "text_sha256": ("SHA-256 des Wortlauts", "text"),
    "rate_cents": ("Stundensatz netto in Euro", "amount"),
    "step_minutes": ("Takt in Minuten", "number"),
    "minimum_minutes": ("Mindestens berechnete Minuten", "number"),
    "grace_seconds": ("Freie Sekunden je Takt", "number"),
    "rounding": ("Rundung: up = je angefangener Takt, nearest = zum nächsten, exact = minutengenau", "text"),
    "is_gross": ("1 = der Wortlaut nennt den Preis mit Umsatzsteuer", "number"),
    "payer": ("Rechnungsempfänger im Wortlaut", "text"),
    "later": ("Spätere Preise im Wortlaut (JSON)", "text"),
    "notice_id": ("Kennung des Wortlauts", "text"),
    "channel": ("Weg der Antwort: screen = Bildschirm, phone = Telefon", "text"),
    "is_yes": ("1 = zugestimmt", "number"),
    "way": ("Womit geantwortet wurde: pointer, keyboard, spoken", "text"),
    "said_by": ("Wer am Telefon geantwortet hat", "text"),
    "valid_from": ("Erster Tag", "date"),
    "standard_bp": ("Regelsatz der Umsatzsteuer in hundertstel Prozent", "number"),
    "reduced_bp": ("Ermäßigter Satz in hundertstel Prozent", "number"),
    "is_small_business": ("1 = Kleinunternehmer nach § 19 UStG", "number"),
}
DTD_NAME = "gdpdu-01-09-2004.dtd"
# The elements of the standard that this export uses, in its order; the auditor's program brings the whole of it.
DTD = """<?xml version="1.0" encoding="UTF-8"?>
<!-- Beschreibungsstandard zur Datenüberlassung: die hier verwendeten Elemente. -->
<!ELEMENT DataSet (Version, DataSupplier, Media+)>
<!ELEMENT Version (#PCDATA)>
<!ELEMENT DataSupplier (Name, Location, Comment)>
<!ELEMENT Name (#PCDATA)>
<!ELEMENT Location (#PCDATA)>
<!ELEMENT Comment (#PCDATA)>
<!ELEMENT Media (Name, Table+)>
<!ELEMENT Table (URL, Name, Description?, Validity?, UTF8, DecimalSymbol, DigitGroupingSymbol, Range, VariableLength)>
<!ELEMENT URL (#PCDATA)>
<!ELEMENT Description (#PCDATA)>
<!ELEMENT Validity (Range, Format)>
<!ELEMENT Range (From, To?)>
<!ELEMENT From (#PCDATA)>
<!ELEMENT To (#PCDATA)>
<!ELEMENT Format (#PCDATA)>
<!ELEMENT UTF8 EMPTY>
<!ELEMENT DecimalSymbol (#PCDATA)>
<!ELEMENT DigitGroupingSymbol (#PCDATA)>
<!ELEMENT VariableLength (ColumnDelimiter, RecordDelimiter, TextEncapsulator, VariablePrimaryKey*, VariableColumn*)>
<!ELEMENT ColumnDelimiter (#PCDATA)>
<!ELEMENT RecordDelimiter (#PCDATA)>
<!ELEMENT TextEncapsulator (#PCDATA)>
<!ELEMENT VariablePrimaryKey (Name, Description, (Numeric | AlphaNumeric | Date))>
<!ELEMENT VariableColumn (Name, Description, (Numeric | AlphaNumeric | Date))>
<!ELEMENT Numeric (Accuracy?)>
<!ELEMENT Accuracy (#PCDATA)>
<!ELEMENT AlphaNumeric EMPTY>
<!ELEMENT Date (Format)>
"""
TABLES = {
    "invoice": "Belege",
    "invoice_line": "Positionen der Belege",
    "rated_item": "Herkunft der Positionen",
    "invoice_event": "Ereignisse der Belege",
    "time_entry": "Erfasste Zeit hinter den Belegen",
    "time_correction": "Berichtigungen der erfassten Zeit",
    "goodwill": "Vorgeschlagene Kulanz",
    "goodwill_decision": "Entscheidungen über Kulanz",
    "charge_release": "Trotz fehlender Zustimmung freigegebene Zeit",
    "charge_notice": "Angekündigte Preise im Wortlaut",
    "charge_consent": "Antworten auf angekündigte Preise",
    "tax_change": "Steuersätze ab einem Tag",
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
        f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE DataSet SYSTEM "{DTD_NAME}">\n<DataSet>\n'
        f"<Version>1.0</Version>\n<DataSupplier><Name>{escape(firm)}</Name><Location>{escape(city)}</Location>"
        f"<Comment>Belege, ausgestellt vom {period.first:%d.%m.%Y} bis {period.last:%d.%m.%Y}. "
        "Die Belege selbst liegen im Ordner documents; SHA256SUMS nennt die Prüfsumme jeder Datei.</Comment>"
        "</DataSupplier>\n"
        "<Media><Name>Rechnungen</Name>\n"
    ]
    parts += [_table(name, columns, period) for name, columns in tables]
    return ("".join(parts) + "</Media>\n</DataSet>\n").encode()


def _table(name: str, columns: Sequence[str], period: Period) -> str:
    keys, rest = columns[: _KEYS.get(name, 1)], columns[_KEYS.get(name, 1) :]
    return (
        f"<Table><URL>{name}.csv</URL><Name>{TABLES[name]}</Name>"
        f"<Validity><Range><From>{period.first:%d.%m.%Y}</From><To>{period.last:%d.%m.%Y}</To></Range>"
        "<Format>DD.MM.YYYY</Format></Validity><UTF8/>"
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
