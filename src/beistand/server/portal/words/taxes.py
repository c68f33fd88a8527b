"""Sentences of the page about VAT from a day on."""

from __future__ import annotations

# key: (Deutsch, English)
WORDS: dict[str, tuple[str, str]] = {
    "taxes": ("Umsatzsteuer", "VAT"),
    "taxes_intro": (
        "Der Tag der Leistung entscheidet, nicht der Tag der Rechnung: eine Pauschale gilt am letzten Tag ihres "
        "Zeitraums als erbracht, Arbeit, wenn sie endet. Ein Preis, dem ein Kunde zugestimmt hat, behält die Steuer, "
        "die dabei stand. Ausgestellte Rechnungen ändern sich nie.",
        "The day of the service decides, not the day of the invoice: a flat rate counts as done on the last day it is "
        "for, work when it ends. A price that a customer agreed to keeps the tax that stood beside it. Issued "
        "invoices never change.",
    ),
    "taxes_holds": ("Was gilt", "What holds"),
    "taxes_first": ("Von Anfang an", "From the beginning"),
    "taxes_from": ("Ab {day}", "From {day}"),
    "taxes_today": ("heute", "today"),
    "taxes_rates": ("{standard} %, ermäßigt {reduced} %", "{standard} %, reduced {reduced} %"),
    "taxes_small": ("Kleinunternehmer, keine Umsatzsteuer (§ 19 UStG)", "Small business, no VAT (§ 19 UStG)"),
    "taxes_change": ("Änderung ab einem Tag", "Change from a day on"),
    "taxes_day": ("Erster Tag", "First day"),
    "taxes_standard": ("Regelsatz (%)", "Standard rate (%)"),
    "taxes_reduced": ("Ermäßigter Satz (%)", "Reduced rate (%)"),
    "taxes_small_from": (
        "Kleinunternehmer (§ 19 UStG): ab diesem Tag ohne Umsatzsteuer",
        "Small business (§ 19 UStG): no VAT from this day on",
    ),
    "taxes_wrong": (
        "Etwas Falsches eingetragen? Denselben Tag noch einmal richtig speichern: Das neueste Wort gilt, das alte "
        "bleibt im Protokoll.",
        "Something wrong? Save the same day again, right: the newest word holds, the old one stays in the log.",
    ),
    "taxes_bad_day": (
        "Bitte den ersten Tag angeben, zwischen 2000 und 2100.",
        "Please enter the first day, between 2000 and 2100.",
    ),
    "taxes_bad_rate": (
        "Bitte beide Sätze zwischen 0 und 100 angeben, zum Beispiel 19 und 7.",
        "Please enter both rates between 0 and 100, for example 19 and 7.",
    ),
    "taxes_kept": (
        "Steuersätze und Kleinunternehmer stehen mit ihren Tagen auf der Seite „Umsatzsteuer“.",
        "VAT rates and small business stand with their days on the page “VAT”.",
    ),
    "taxes_elsewhere": ("Umsatzsteuer ab einem Tag", "VAT from a day on"),
}
