"""Sentences about customers, contracts and prices: what is wrong with them, and who pays."""

from __future__ import annotations

# key: (Deutsch, English)
WORDS: dict[str, tuple[str, str]] = {
    # who pays, for the technician
    "covered_by_contract": (
        "Abgedeckt durch Vertrag {number}, Vertragspartner {partner} zahlt.",
        "Covered by contract {number}, partner {partner} pays.",
    ),
    "chargeable_because": ("Kostenpflichtig: {reason}.", "Chargeable: {reason}."),
    "goodwill_because": (
        "Kulanz: {reason}, und es ist kein Preis hinterlegt. Diese Hilfe wird nicht berechnet.",
        "Goodwill: {reason}, and no price is set. This help is not charged.",
    ),
    # what is wrong with a contract
    "contract_two_payers": (
        "Zwei Vertragspartner würden zahlen: {one} (Vertrag {one_number}) und {other} (Vertrag {other_number}). "
        "Bitte wählen Sie einen.",
        "Two partners would pay: {one} (contract {one_number}) and {other} (contract {other_number}). "
        "Please choose one.",
    ),
    "contract_contract_without_rate": (
        "Achtung: Vertrag {number} hat keinen Stundensatz; ohne ihn kann nicht abgerechnet werden.",
        "Attention: contract {number} has no hourly rate; without it nothing can be billed.",
    ),
    "contract_overlap": (
        "Am {day} würden zwei Fassungen von Vertrag {number} gelten: wählen Sie einen anderen ersten Tag, "
        "oder einen früheren letzten Tag für die Fassung davor.",
        "On {day} two versions of contract {number} would hold: choose another first day, "
        "or an earlier last day for the version before.",
    ),
    "contract_outside_contract": (
        "Der {day} liegt außerhalb der Laufzeit von Vertrag {number}: wählen Sie einen Tag darin.",
        "{day} lies outside the term of contract {number}: choose a day within it.",
    ),
    "contract_ends_before_begin": (
        "Der letzte Tag liegt vor dem ersten: berichtigen Sie einen von beiden.",
        "The last day lies before the first: correct one of them.",
    ),
    "contract_no_rate": (
        "Es fehlt der Stundensatz für Stufe 1. Tragen Sie ihn ein (0 ist erlaubt).",
        "The hourly rate for level 1 is missing. Enter it (0 is allowed).",
    ),
    "contract_no_flat": (
        "Zu einer Pauschale gehört ihr Monatsbetrag. Tragen Sie ihn ein.",
        "A flat rate needs its monthly amount. Enter it.",
    ),
    "contract_no_quota": (
        "Tragen Sie ein, wie viele Minuten im Monat enthalten sind.",
        "Enter how many minutes a month are included.",
    ),
    "contract_no_block": (
        "Ein Stundenpaket braucht seine Minuten und seinen Preis. Tragen Sie beides ein.",
        "A prepaid block needs its minutes and its price. Enter both.",
    ),
    "contract_negative_price": (
        "Ein Preis ist nie negativ. Für einen Nachlass gibt es das Feld Rabatt.",
        "A price is never negative. Use the field Discount.",
    ),
    "contract_bad_percent": (
        "Ein Rabatt liegt zwischen 0 und 100 %, ein Zuschlag zwischen 0 und 1000 %.",
        "A discount lies between 0 and 100 %, a surcharge between 0 and 1000 %.",
    ),
    "contract_used": (
        "Diese Fassung wurde schon benutzt und bleibt, wie sie ist. Legen Sie eine neue an, gültig ab einem Tag.",
        "This version has been used and stays as it is. Add a new one, valid from a day.",
    ),
    # what is wrong with a customer
    "party_name_missing": ("Es fehlt der Name.", "The name is missing."),
    "party_kind": (
        "„{text}“ ist keine Art von Kunde: company, person oder public.",
        "“{text}” is no kind of customer: company, person or public.",
    ),
    "party_language": ("„{text}“ ist keine Sprache: de oder en.", "“{text}” is no language: de or en."),
    "party_vat_mode": (
        "„{text}“ ist keine Besteuerung: standard, reduced oder reverse_charge.",
        "“{text}” is no way of taxing: standard, reduced or reverse_charge.",
    ),
    "party_country": (
        "„{text}“ ist kein Land: zwei Buchstaben, zum Beispiel DE oder AT.",
        "“{text}” is no country: two letters, for example DE or AT.",
    ),
    "party_vat_id": (
        "„{text}“ hat nicht die Form einer USt-IdNr. Prüfen Sie Land und Ziffern, zum Beispiel DE136695976.",
        "“{text}” does not have the form of a VAT id. Check country and digits, for example DE136695976.",
    ),
    "party_reverse_charge": (
        "Steuerschuld des Empfängers geht nur mit seiner USt-IdNr. Tragen Sie sie ein.",
        "Reverse charge needs the customer's VAT id. Enter it.",
    ),
    "party_leitweg": (
        "„{text}“ ist keine gültige Leitweg-ID: prüfen Sie die Ziffern am Ende.",
        "“{text}” is no valid Leitweg-ID: check the digits at its end.",
    ),
    "party_e_address": (
        "E-Rechnungs-Adresse und Schema gehören zusammen: EM für E-Mail, sonst vier Ziffern (0204 = Leitweg-ID).",
        "E-invoice address and scheme belong together: EM for email, else four digits (0204 = Leitweg-ID).",
    ),
    "party_email": ("Die E-Mail-Adresse „{text}“ ist unvollständig.", "The email address “{text}” is incomplete."),
    "party_number_taken": (
        "Diese Kundennummer ist vergeben. Wählen Sie eine andere oder lassen Sie das Feld leer.",
        "This customer number is taken. Choose another or leave the field empty.",
    ),
    "party_archived": (
        "{name} ist archiviert. Holen Sie den Kunden zuerst zurück.",
        "{name} is archived. Bring the customer back first.",
    ),
    "contracts_have_a_page": (
        "Verträge werden auf der Seite „Verträge“ angelegt, nicht beim Kunden.",
        "Contracts are made on the page “Contracts”, not with the customer.",
    ),
}
