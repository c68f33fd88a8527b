"""Sentences of the customers' pages and of the import."""

from __future__ import annotations

# key: (Deutsch, English)
WORDS: dict[str, tuple[str, str]] = {
    "party_search_hint": (
        "Name, Kundennummer, Ort, E-Mail oder Telefon",
        "Name, customer number, city, email or phone",
    ),
    "customers_archived": ("Archivierte Kunden", "Archived customers"),
    "to_customers": ("Zurück zu den Kunden", "Back to the customers"),
    "none_archived": ("Kein Kunde ist archiviert.", "No customer is archived."),
    "party_gone": (
        "{name} steht nicht mehr in der Liste. Gibt es Sitzungen oder Verträge, bleibt der Eintrag im Archiv.",
        "{name} has left the list. If there are sessions or contracts the entry stays in the archive.",
    ),
    "party_imported": ("Übernommene Kunden: {count}.", "Customers taken over: {count}."),
    "import": ("Importieren", "Import"),
    "contract_tag": ("Vertrag {number}: {partner} zahlt", "Contract {number}: {partner} pays"),
    "party_number": ("Kundennummer", "Customer number"),
    "party_number_hint": ("Leer: die nächste freie", "Empty: the next free one"),
    "party_address": ("Anschrift für Rechnungen", "Address for invoices"),
    "street": ("Straße und Hausnummer", "Street and number"),
    "postcode": ("PLZ", "Postcode"),
    "city": ("Ort", "City"),
    "country": ("Land", "Country"),
    "party_tax": ("Steuer und E-Rechnung", "Tax and e-invoice"),
    "vat_id": ("USt-IdNr.", "VAT id"),
    "vat_id_hint": ("Zum Beispiel DE136695976", "For example DE136695976"),
    "vat_mode": ("Umsatzsteuer", "VAT"),
    "vat_standard": ("Regelsatz", "Standard rate"),
    "vat_reduced": ("Ermäßigt (7 %)", "Reduced (7 %)"),
    "vat_reverse_charge": ("Der Empfänger schuldet sie (Ausland)", "The recipient owes it (abroad)"),
    "leitweg_id": ("Leitweg-ID", "Leitweg-ID"),
    "leitweg_hint": ("Nur für öffentliche Auftraggeber", "Only for public bodies in Germany"),
    "e_address": ("E-Rechnungs-Adresse", "E-invoice address"),
    "e_scheme": ("Schema", "Scheme"),
    "is_archived": (
        "Dieser Kunde ist archiviert: lesbar, aber nicht mehr auswählbar.",
        "This customer is archived: readable, but no longer offered.",
    ),
    "restore": ("Zurückholen", "Bring back"),
    "contacts": ("Ansprechpartner", "Contacts"),
    "no_contacts": ("Noch niemand eingetragen.", "Nobody entered yet."),
    "add_contact": ("Ansprechpartner hinzufügen", "Add a contact"),
    "contact_role": ("Funktion", "Function"),
    "gets_invoices": ("erhält Rechnungen", "gets invoices"),
    "contact_gets_invoices": ("Rechnungen an diese Person schicken", "Send invoices to this person"),
    "remove": ("Entfernen", "Remove"),
    "remove_name": ("{name} entfernen", "Remove {name}"),
    "pays_self": ("zahlt selbst", "pays"),
    "paid_by": ("{partner} zahlt", "{partner} pays"),
    "running_now": ("läuft", "running"),
    "contract_idle": ("läuft nicht", "not running"),
    "party_no_contract": (
        "Kein Vertrag: Hilfe ist kostenpflichtig und wird vorher angekündigt.",
        "No contract: help is chargeable and announced beforehand.",
    ),
    "party_remove": ("Kunden entfernen", "Remove the customer"),
    "party_remove_hint": (
        "Ein Kunde mit Sitzungen, Verträgen oder Rechnungen wird archiviert und bleibt lesbar.",
        "A customer with sessions, contracts or invoices is archived and stays readable.",
    ),
    "party_still_pays": (
        "{name} zahlt noch für Vertrag {number}: beenden Sie zuerst den Vertrag.",
        "{name} still pays for contract {number}: end the contract first.",
    ),
    # the import
    "import_title": ("Kunden importieren", "Import customers"),
    "import_file": ("Tabelle als CSV-Datei", "Table as a CSV file"),
    "import_hint": (
        "Aus Excel: „Speichern unter“, Typ CSV. Höchstens 5.000 Zeilen. Es wird noch nichts gespeichert: "
        "Sie sehen zuerst, was übernommen würde.",
        "From Excel: “Save as”, type CSV. At most 5,000 rows. Nothing is kept yet: "
        "you see first what would be taken over.",
    ),
    "import_columns": (
        "Die erste Zeile nennt die Spalten, in beliebiger Reihenfolge: Name (nötig), Kundennummer, Art, Straße, PLZ, "
        "Ort, "
        "Land, E-Mail, Telefon, USt-IdNr., Leitweg-ID, Sprache.",
        "The first line names the columns, in any order: Name (needed), Customer number, Kind, Street, Postcode, City, "
        "Country, Email, Phone, VAT id, Leitweg-ID, Language.",
    ),
    "import_look": ("Ansehen", "Have a look"),
    "import_found": (
        "Kunden bereit: {good}. Zeilen mit Fehlern: {bad}.",
        "Customers ready: {good}. Rows with errors: {bad}.",
    ),
    "import_read_as": (
        "Gelesen als {encoding}, getrennt durch {separator}.",
        "Read as {encoding}, separated by {separator}.",
    ),
    "import_unknown": ("Nicht übernommene Spalten: {columns}.", "Columns left out: {columns}."),
    "semicolon": ("Semikolon", "semicolon"),
    "comma": ("Komma", "comma"),
    "tab": ("Tabulator", "tab"),
    "import_keep": ("Kunden übernehmen ({count})", "Take customers over ({count})"),
    "import_other": ("Andere Datei", "Another file"),
    "import_bad_head": ("Diese Zeilen werden nicht übernommen", "These rows are left out"),
    "import_bad_save": ("Diese Zeilen mit Grund als CSV speichern", "Save these rows with the reason as CSV"),
    "import_change": ("wird geändert", "will be changed"),
    "import_good_head": ("Diese Kunden werden übernommen", "These customers are taken over"),
    "import_more": ("und {count} weitere", "and {count} more"),
    "line": ("Zeile", "Line"),
    "import_why": ("Grund", "Reason"),
    "row": ("Inhalt", "Content"),
    "next_free": ("nächste freie", "next free"),
    "sheet_too_large": (
        "Die Datei ist größer als 1 MB: teilen Sie sie auf.",
        "The file is larger than 1 MB: split it.",
    ),
    "sheet_too_long": (
        "Die Tabelle hat mehr als 5.000 Zeilen: teilen Sie sie auf.",
        "The table has more than 5,000 rows: split it.",
    ),
    "sheet_empty": (
        "Die Tabelle ist leer: sie braucht eine Zeile mit Spaltennamen und mindestens einen Kunden.",
        "The table is empty: it needs a line with the columns' names and at least one customer.",
    ),
    "sheet_broken": (
        "Die Datei ist keine CSV-Tabelle: ein Anführungszeichen ist nicht geschlossen, oder es ist eine Excel-Datei.",
        "The file is no CSV table: a quotation mark is not closed, or it is an Excel file.",
    ),
    "sheet_letters": (
        "Die Zeichen der Datei sind nicht lesbar: speichern Sie sie als CSV in UTF-8.",
        "The letters of the file cannot be read: save it as CSV in UTF-8.",
    ),
    "sheet_no_name": (
        "Keine Spalte heißt „Name“ oder „Firma“: prüfen Sie die erste Zeile.",
        "No column is called “Name” or “Company”: check the first line.",
    ),
    "sheet_twice": (
        "Eine Spalte kommt zweimal vor: lassen Sie eine davon weg.",
        "A column appears twice: leave one of them out.",
    ),
    "sheet_cells": (
        "Die Zeile hat {text} Felder, mehr als es Spalten gibt: prüfen Sie das Trennzeichen.",
        "The row has {text} cells, more than there are columns: check the separator.",
    ),
    "sheet_number": (
        "Die Kundennummer {text} steht weiter oben schon einmal.",
        "The customer number {text} stands further up already.",
    ),
    "sheet_known": (
        "Diesen Namen gibt es an diesem Ort schon: {text}.",
        "This name exists at this place already: {text}.",
    ),
}
