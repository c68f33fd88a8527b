"""Sentences about recordings."""

from __future__ import annotations

# key: (Deutsch, English)
WORDS: dict[str, tuple[str, str]] = {
    "recordings": ("Aufzeichnungen", "Recordings"),
    "recordings_intro": (
        "Aufzeichnungen sind im Browser des Technikers verschlüsselt worden. Dieser Server kann sie nicht ansehen; "
        "zum Abspielen brauchen Sie die Schlüsseldatei Ihrer Firma und ihr Kennwort.",
        "Recordings were encrypted in the technician's browser. This server cannot view them; to play one you need "
        "your firm's key file and its password.",
    ),
    "recordings_none": ("Noch keine Aufzeichnung.", "No recording yet."),
    "recording_is_off": (
        "Aufzeichnen ist ausgeschaltet: Kein Techniker kann darum bitten.",
        "Recording is off: no technician can ask for it.",
    ),
    "recording_is_on": (
        "Aufzeichnen ist eingeschaltet: Techniker können den Kunden darum bitten. Gelöscht wird nach {days} Tagen.",
        "Recording is on: technicians can ask the customer for it. Deleted after {days} days.",
    ),
    "recording_settings": ("Einstellen und Schlüssel", "Settings and key"),
    "recording_key_is": ("Schlüssel der Firma", "The firm's key"),
    "recording_began": ("Beginn", "Began"),
    "recording_session": ("Sitzung", "Session"),
    "recording_size": ("Größe", "Size"),
    "recording_until": ("Wird gelöscht am", "Is deleted on"),
    "recording_play": ("Abspielen", "Play"),
    "recording_delete": ("Jetzt löschen", "Delete now"),
    "recording_cut": ("Ende fehlt", "end is missing"),
    "recording_deleted": ("Die Aufzeichnung ist gelöscht.", "The recording is deleted."),
    "recording_full": (
        "Die Aufzeichnung ist so groß, wie sie werden darf. Sie endet hier; die Sitzung geht weiter.",
        "The recording is as large as it may get. It ends here; the session goes on.",
    ),
    "recording_no_key": (
        "Zum Einschalten fehlt der Schlüssel der Firma: Erzeugen Sie ihn zuerst.",
        "The firm's key is missing: make it before you turn recording on.",
    ),
    "recording_no_consent": (
        "Der Server nimmt keine Aufzeichnung an, der der Kunde nicht in seinem Programm zugestimmt hat.",
        "The server takes no recording that the customer has not agreed to in the program.",
    ),
    "recording_ended": ("Diese Aufzeichnung ist schon beendet.", "This recording has ended already."),
}
