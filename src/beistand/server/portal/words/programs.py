"""Sentences of the page of the customers' programs."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "programs": ("Programme", "Programs"),
    "programs_intro": (
        "Diese Programme bietet Ihre öffentliche Seite an. Name, Rufnummern und Adresse Ihrer Firma stecken darin.",
        "Your public page offers these programs. Your firm's name, phone numbers and address are fixed inside them.",
    ),
    "programs_none": (
        "Noch kein Programm. Bauen Sie unten das erste.",
        "No program yet. Build the first one below.",
    ),
    "program_remove": ("Entfernen", "Remove"),
    "program_build_head": ("Ein Programm bauen", "Build a program"),
    "program_system": ("Für Kunden mit", "For customers with"),
    "program_windows": ("Windows 10 und 11", "Windows 10 and 11"),
    "program_linux": (
        "Linux mit X11 (Debian 12, Ubuntu 22.04 oder neuer)",
        "Linux with X11 (Debian 12, Ubuntu 22.04 or newer)",
    ),
    "program_name": ("Name der Datei, ohne Endung", "Name of the file, without its ending"),
    "program_bad_name": (
        "Der Name darf Buchstaben von A bis Z, Ziffern, Punkt, Strich und Unterstrich haben, höchstens 60 Zeichen.",
        "The name may have letters from A to Z, digits, dot, dash and underscore, at most 60 characters.",
    ),
    "program_colour": ("Farbe von Symbol und Überschrift", "Colour of icon and heading"),
    "program_language": ("Sprache", "Language"),
    "program_language_own": ("die des Kunden", "the customer's own"),
    "program_administrator": (
        "Schon beim Start nach Administratorrechten fragen (nur Windows)",
        "Ask for administrator's rights at the start (Windows only)",
    ),
    "program_build": ("Programm bauen", "Build the program"),
    "program_first": (
        "Der erste Bau lädt etwa 135 MB und dauert je nach Leitung einige Minuten, jeder weitere eine halbe Minute.",
        "The first build fetches about 135 MB and takes some minutes on a slow line, each later one half a minute.",
    ),
    "program_signing": (
        "Ohne Signatur warnt Windows beim Öffnen. Bauen und signieren Sie das Programm auf einem anderen Rechner "
        "mit Ihrem Zertifikat („beistand build-program --certificate“) und legen Sie es in den Ordner „programs“.",
        "Without a signature Windows warns when it is opened. Build and sign the program on another computer "
        "with your certificate (“beistand build-program --certificate”) and put it into the folder “programs”.",
    ),
    "program_pinned": (
        "Der öffentliche Hauptschlüssel Ihrer Firma kommt hinein: Das Programm glaubt nur, für wen er bürgt.",
        "Your firm's public root key goes inside: the program believes only technicians that it vouches for.",
    ),
    "program_person": (
        "Es verlangt außerdem, dass der Techniker jede Sitzung mit dem eigenen Passkey bestätigt.",
        "It also demands that the technician confirms each session with their own passkey.",
    ),
    "program_not_pinned": (
        "Noch bürgt kein Hauptschlüssel für diesen Server: Das Programm kann dann nicht prüfen, wer fragt. "
        "Die Betriebsanleitung zeigt, wie man ihn anlegt („beistand keys“).",
        "No root key vouches for this server yet: the program then cannot check who asks. "
        "The operating manual shows how to make one (“beistand keys”).",
    ),
    "program_signed": ("signiert", "signed"),
    "program_unsigned": ("nicht signiert", "not signed"),
    "program_version": ("Version {version}", "version {version}"),
    "program_busy": (
        "Es wird gerade ein Programm gebaut. Bitte warten Sie, bis es fertig ist.",
        "A program is being built. Please wait until it is ready.",
    ),
    "program_running": ("{file} wird gebaut", "Building {file}"),
    "program_step_fetch": ("Lade {part} ({number} von {total})", "Fetching {part} ({number} of {total})"),
    "program_step_assemble": ("Setze zusammen", "Assembling"),
    "program_step_sign": ("Signiere", "Signing"),
    "program_step_": ("Beginne", "Beginning"),
    "program_done": (
        "{file} ist fertig und steht auf der öffentlichen Seite.",
        "{file} is ready and stands on the public page.",
    ),
    "program_failed": ("{file} wurde nicht gebaut.", "{file} was not built."),
}
