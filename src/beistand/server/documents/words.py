"""What is printed on letters, German and English. {braces} are filled where the letter is made."""

from __future__ import annotations

# key: (Deutsch, English)
WORDS: dict[str, tuple[str, str]] = {
    "invoice": ("Rechnung", "Invoice"),
    "cancellation": ("Stornorechnung", "Cancellation invoice"),
    "correction": ("Rechnungskorrektur", "Corrective invoice"),
    "draft": ("Entwurf", "Draft"),
    "page": ("Seite", "Page"),
    "of": ("von", "of"),
    "number_invoice": ("Rechnungsnummer", "Invoice no."),
    "number_cancellation": ("Nummer", "Number"),
    "number_correction": ("Nummer", "Number"),
    "date": ("Datum", "Date"),
    "period": ("Leistungszeitraum", "Period of service"),
    "customer_number": ("Kundennummer", "Customer no."),
    "contract": ("Vertrag", "Contract"),
    "order": ("Ihre Bestellung", "Your order"),
    "reference": ("Ihr Zeichen", "Your reference"),
    "vat_id_yours": ("Ihre USt-IdNr.", "Your VAT id"),
    "due": ("Zahlbar bis", "Payable by"),
    "to_invoice": ("Zur Rechnung", "To invoice"),
    "contact": ("Ansprechpartner", "Contact"),
    "intro_invoice": (
        "für unsere Leistungen vom {starts} bis {ends} berechnen wir Ihnen:",
        "for our services from {starts} to {ends} we invoice:",
    ),
    "intro_day": ("für unsere Leistungen am {day} berechnen wir Ihnen:", "for our services on {day} we invoice:"),
    "greeting": ("Guten Tag,", "Dear Sir or Madam,"),
    "intro_cancellation": (
        "hiermit stornieren wir unsere Rechnung {number} vom {day} in voller Höhe:",
        "with this document we cancel our invoice {number} of {day} in full:",
    ),
    "intro_correction": (
        "hiermit korrigieren wir unsere Rechnung {number} vom {day}. Wir nehmen zurück:",
        "with this document we correct our invoice {number} of {day}. We take back:",
    ),
    "position": ("Nr.", "No."),
    "service": ("Leistung", "Service"),
    "quantity": ("Menge", "Quantity"),
    "price": ("Einzelpreis", "Unit price"),
    "rate": ("USt.", "VAT"),
    "amount": ("Betrag netto", "Net amount"),
    "minutes": ("{n} min", "{n} min"),
    "months": ("{n} Monat", "{n} month"),
    "pieces": ("{n}", "{n}"),
    "per_hour": ("{price} / Std.", "{price} / h"),
    "discount": ("Rabatt {percent}: {amount}", "Discount {percent}: {amount}"),
    "net": ("Summe netto", "Net total"),
    "tax": ("Umsatzsteuer {percent} auf {net}", "VAT {percent} on {net}"),
    "no_tax": ("Umsatzsteuer", "VAT"),
    "total_invoice": ("Rechnungsbetrag", "Total"),
    "total_other": ("Gutgeschriebener Betrag", "Amount taken back"),
    "pay": (
        "Bitte überweisen Sie {amount} bis zum {day} auf das Konto {iban}, Verwendungszweck {number}.",
        "Please transfer {amount} by {day} to the account {iban}, reference {number}.",
    ),
    "settled": (
        "Den Betrag verrechnen wir mit der Rechnung {number}; was schon gezahlt ist, erstatten wir.",
        "We settle the amount against invoice {number}; what has been paid already is refunded.",
    ),
    "sheet_follows": (
        "Der Zeitnachweis auf den folgenden Seiten zeigt jede Leistung von der erfassten Sekunde bis zum Betrag.",
        "The time sheet on the following pages shows each service from the recorded second to the amount.",
    ),
    "code": ("Überweisen per Banking-App", "Pay by banking app"),
    "code_alt": (
        "GiroCode mit Empfänger, IBAN, Betrag und Verwendungszweck",
        "GiroCode with payee, IBAN, amount and reference",
    ),
    "attached": ("Rechnung nach EN 16931 (ZUGFeRD)", "Invoice by EN 16931 (ZUGFeRD)"),
    "phone": ("Tel. {text}", "Phone {text}"),
    "tax_number": ("Steuernummer {text}", "Tax no. {text}"),
    "vat_id": ("USt-IdNr. {text}", "VAT id {text}"),
    # the time sheet
    "sheet": ("Zeitnachweis zur Rechnung {number}", "Time sheet of invoice {number}"),
    "sheet_explained": (
        "Erfasst wird in Sekunden, ohne Pausen und Unterbrechungen. Davon geht die Kulanz ab; der Rest wird nach der "
        "genannten Regel auf Minuten gerundet und im Verhältnis der Zeiten auf die Tarife verteilt (übrige Minuten an "
        "die größten Reste). Enthaltene Minuten gehen zuerst ab, vom ersten Tarif an. Preis je Stunde = Satz und "
        "Zuschlag, auf Cent gerundet; Betrag = Preis × Minuten ÷ 60.",
        "Time is recorded in seconds, without pauses and interruptions. Goodwill is taken off; the rest is rounded to "
        "minutes by the rule given and split onto the tariffs in proportion to their time (what is left over goes to "
        "the largest remainders). Included minutes go first, from the first tariff on. Price per hour = rate and "
        "surcharge, rounded to the cent; amount = price × minutes ÷ 60.",
    ),
    "work_of": ("Fernhilfe am {day}", "Remote help on {day}"),
    "not_lead": (
        "Nicht berechnet: Der Vertrag berechnet nur den leitenden Techniker.",
        "Not charged: the contract charges the leading technician alone.",
    ),
    "work_day": ("Tag", "Day"),
    "work_time": ("Uhrzeit", "Time"),
    "work_technician": ("Techniker", "Technician"),
    "work_service": ("Kunde, Leistung", "Customer, service"),
    "work_recorded": ("Erfasst", "Recorded"),
    "work_goodwill": ("Kulanz", "Goodwill"),
    "goodwill_reason": ("Kulanz: {reason}", "Goodwill: {reason}"),
    "basis_contract": ("Vertrag {contract}", "Contract {contract}"),
    "basis_consent": (
        "kostenpflichtig, zugesagt am {day} um {time} Uhr ({channel})",
        "chargeable, agreed on {day} at {time} ({channel})",
    ),
    "basis_release": ("freigegeben: {reason}", "released: {reason}"),
    "basis_none": ("Kulanz", "goodwill"),
    "channel_screen": ("am Bildschirm", "on screen"),
    "channel_phone": ("am Telefon", "by phone"),
    "steps": (
        "Zu berechnen {charged} · {rule} · ergibt {minutes} min",
        "To be charged {charged} · {rule} · gives {minutes} min",
    ),
    "steps_band": ("{band} {time} = {minutes} min", "{band} {time} = {minutes} min"),
    "quota_capped": ("{minutes} min (höchstens {cap})", "{minutes} min (at most {cap})"),
    "steps_quota": (
        "davon enthalten {included} min, bleiben {over} min",
        "of which included {included} min, leaves {over} min",
    ),
    "steps_quota_carried": (
        "davon enthalten {included} min ({carried} min übertragene zuerst), bleiben {over} min",
        "of which included {included} min ({carried} min carried over first), leaves {over} min",
    ),
    "rule_up": (
        "je angefangene {step} min, mindestens {minimum} min",
        "per started {step} min, at least {minimum} min",
    ),
    "rule_nearest": (
        "auf {step} min gerundet, mindestens {minimum} min",
        "to the nearest {step} min, at least {minimum} min",
    ),
    "rule_exact": ("minutengenau, mindestens {minimum} min", "to the minute, at least {minimum} min"),
    "rule_grace": ("{grace} s frei", "{grace} s free"),
    "band": ("Tarif", "Tariff"),
    "band_seconds": ("Zeit", "Time"),
    "band_minutes": ("Minuten", "Minutes"),
    "band_rate": ("Satz je Std.", "Rate per h"),
    "band_surcharge": ("Zuschlag", "Surcharge"),
    "band_unit": ("Preis je Std.", "Price per h"),
    "band_discount": ("Rabatt", "Discount"),
    "band_net": ("Netto", "Net"),
    "band_from": ("ab {hour}", "from {hour}"),
    "band_normal": ("Normal", "Normal"),
    "band_evening": ("Abend", "Evening"),
    "band_night": ("Nacht", "Night"),
    "band_saturday": ("Samstag", "Saturday"),
    "band_sunday_holiday": ("Sonn- und Feiertag", "Sunday, holiday"),
    "quota": ("Enthaltene Minuten", "Included minutes"),
    "quota_included": ("enthalten", "included"),
    "quota_carried": ("übertragen", "carried over"),
    "quota_used": ("verbraucht", "used"),
    "quota_over": ("darüber", "over"),
    "quota_next": ("in den nächsten Monat", "to the next month"),
    "sheet_total": ("Summe des Zeitnachweises netto: {net}", "Net total of the time sheet: {net}"),
}


def word(key: str, language: str, **filled: object) -> str:
    """The words in "de" or "en". Raises KeyError for an unknown key."""
    return WORDS[key][language == "en"].format(**filled)
