"""Sentences of the page about how long sessions are kept."""

from __future__ import annotations

# key: (Deutsch, English)
WORDS: dict[str, tuple[str, str]] = {
    "retention": ("Aufbewahrung", "Retention"),
    "retention_intro": (
        "Nach dieser Zeit löscht der Server einmal am Tag, was in Sitzungen geschah und wer darin genannt ist. Das "
        "Protokoll bleibt prüfbar: Es behält Zeitpunkt, Art und Prüfsumme jedes Eintrags.",
        "After this time the server deletes, once a day, what happened in sessions and who is named in them. The log "
        "can still be verified: it keeps time, kind and hash of each entry.",
    ),
    "retention_days": ("Tage, die Sitzungen aufbewahrt werden", "Days for which sessions are kept"),
    "retention_hint": (
        "30 bis 3660. Vorgabe: 1461 (vier Jahre, so lange können Ansprüche aus einer Sitzung erhoben werden).",
        "30 to 3660. Default: 1461 (four years, for as long as claims can be made about a session).",
    ),
    "retention_law": (
        "Nicht gelöscht werden erfasste Zeiten, Antworten auf Preise, Rechnungen und ihre Dateien: Das Gesetz will "
        "Belege acht und Bücher zehn Jahre aufbewahrt sehen (§ 147 AO). Die Einträge des Protokolls über Rechnungen "
        "bleiben elf Jahre lesbar.",
        "Recorded time, answers to prices, invoices and their files are not deleted: the law wants vouchers kept for "
        "eight years and books for ten (section 147 of the German fiscal code). The log's entries about invoices stay "
        "readable for eleven years.",
    ),
    "retention_due": (
        "Beim nächsten Lauf: {entries} Einträge und {sessions} Sitzungen von vor dem {day}.",
        "At the next run: {entries} entries and {sessions} sessions from before {day}.",
    ),
    "retention_nothing": ("Beim nächsten Lauf ist nichts zu löschen.", "There is nothing to delete at the next run."),
    "retention_sooner": (
        "Eine kürzere Zeit löscht beim nächsten Lauf mehr, und das lässt sich nicht zurücknehmen.",
        "A shorter time deletes more at the next run, and that cannot be taken back.",
    ),
    "retention_bad": ("Bitte eine Zahl von 30 bis 3660 eingeben.", "Please enter a number from 30 to 3660."),
}
