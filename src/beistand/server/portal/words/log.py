"""Sentences of the audit log's page."""

from __future__ import annotations

# key: (Deutsch, English)
WORDS: dict[str, tuple[str, str]] = {
    "log": ("Protokoll", "Log"),
    "log_intro": (
        "Alles, was Sitzungen, Geld und Rechte betrifft, in der Reihenfolge, in der es geschah. Niemand kann hier "
        "etwas ändern. Ob das Protokoll unversehrt ist, sagt „beistand verify“ auf dem Server.",
        "Everything that concerns sessions, money and rights, in the order in which it happened. Nobody can change "
        "anything here. Whether the log is intact is told by “beistand verify” on the server.",
    ),
    "log_number": ("Nr.", "No."),
    "log_at": ("Zeit", "Time"),
    "log_what": ("Was", "What"),
    "log_who": ("Wer", "Who"),
    "log_detail": ("Einzelheiten", "Details"),
    "log_session": ("Sitzung", "Session"),
    "log_forgotten": ("nach Frist gelöscht", "deleted after its term"),
    "log_older": ("Ältere Einträge", "Older entries"),
    "log_none": ("Noch kein Eintrag.", "No entry yet."),
    "log_customer": ("Kunde", "Customer"),
    "log_technician": ("Techniker", "Technician"),
    "log_server": ("Server", "Server"),
    "log_operator": ("Betreiber", "Operator"),
}
