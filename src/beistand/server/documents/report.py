"""The service report of one session: what the customer agreed to, how long it took, what was done. Pure.

It names times, not amounts: those are settled by the invoice, which rounds and bands them (billing/rating.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from beistand.server.documents import formats
from beistand.server.store.sessions import Session
from beistand.server.store.times import TimeEntry, instant

ZONE = "Europe/Berlin"

# key: (Deutsch, English)
WORDS: dict[str, tuple[str, str]] = {
    "title": ("Leistungsnachweis Fernhilfe", "Service report: remote help"),
    "page": ("Seite", "Page"),
    "customer": ("Kunde", "Customer"),
    "technician": ("Techniker", "Technician"),
    "service": ("Art der Leistung", "Kind of work"),
    "when": ("Wann", "When"),
    "sum": ("Zeit zusammen", "Time in all"),
    "sum_covered": ("davon vom Vertrag gedeckt", "of it covered by contract"),
    "sum_charged": ("davon kostenpflichtig", "of it chargeable"),
    "sum_goodwill": ("davon Kulanz, nicht berechnet", "of it goodwill, not charged"),
    "done": ("Was getan wurde", "What was done"),
    "no_note": ("Der Techniker hat nichts notiert.", "The technician wrote no note."),
    "parts": ("Zeiten", "Times"),
    "from": ("Von", "From"),
    "to": ("Bis", "To"),
    "stopped": ("Uhr stand", "Clock stood"),
    "net": ("Zeit", "Time"),
    "basis": ("Grundlage", "Basis"),
    "covered": ("{by} zahlt", "{by} pays"),
    "free": ("ohne Berechnung", "not charged"),
    "charged": ("kostenpflichtig, zugestimmt um {time}", "chargeable, agreed to at {time}"),
    "released": ("kostenpflichtig, nachträglich freigegeben: {reason}", "chargeable, released later: {reason}"),
    "open": ("nicht angekündigt", "not announced"),
    "corrected": ("berichtigt von {old}: {reason}", "corrected from {old}: {reason}"),
    "goodwill": ("Kulanz {time}: {reason}", "goodwill {time}: {reason}"),
    "consents": ("Worin Sie eingewilligt haben", "What you agreed to"),
    "on_screen": ("Auf dem Bildschirm bestätigt am {when}.", "Confirmed on the screen on {when}."),
    "on_phone": (
        "Am Telefon bestätigt am {when} durch {who}.",
        "Confirmed on the phone on {when} by {who}.",
    ),
    "note_times": (
        "Die Uhr steht, wenn Sie Pause drücken, wenn die Verbindung unterbrochen ist und während Sie einen Preis "
        "lesen. "
        "Uhrzeiten: Deutschland. Beträge nennt die Rechnung.",
        "The clock stands while you pause, while the link is interrupted, and while you read a price. "
        "Clock times: Germany. Amounts are on the invoice.",
    ),
}


def report_data(
    company: str, domain: str, session: Session, entries: Sequence[TimeEntry], language: str, service: str
) -> dict[str, Any]:
    """Everything that `letters/report.typ` shows. `entries` are those of the session, at least one."""

    def say(key: str, **filled: object) -> str:
        return WORDS[key][language == "en"].format(**filled)

    first, last = entries[0], entries[-1]
    day = formats.day(formats.local_day(first.started, ZONE), language)
    when = f"{day}, {formats.clock(first.started, ZONE)} – {formats.clock(last.ended, ZONE)}"
    technicians = ", ".join(dict.fromkeys(entry.technician for entry in entries))
    pairs = [[say("customer"), first.customer_name], [say("technician"), technicians], [say("when"), when]]
    if service:
        pairs.append([say("service"), service])
    return {
        "language": language,
        "title": say("title"),
        "company": company,
        "domain": domain,
        "pairs": pairs + _sums(entries, say),
        "note": session.note or say("no_note"),
        "columns": [say(key) for key in ("from", "to", "stopped", "net", "basis")],
        "parts": [_part(entry, say) for entry in entries],
        "consents": [_consent(entry, say, language) for entry in entries if entry.consent is not None],
        "words": {key: say(key) for key in ("page", "done", "parts", "consents", "note_times")},
    }


def _sums(entries: Sequence[TimeEntry], say: Any) -> list[list[str]]:
    goodwill = sum(entry.goodwill_seconds for entry in entries)
    covered = sum(entry.net_seconds - entry.goodwill_seconds for entry in entries if entry.covered_by)
    charged = sum(entry.net_seconds - entry.goodwill_seconds for entry in entries if entry.is_chargeable)
    sums = {"sum_covered": covered, "sum_charged": charged, "sum_goodwill": goodwill}
    whole = [[say("sum"), formats.duration(sum(entry.net_seconds for entry in entries))]]
    return whole + [[say(key), formats.duration(seconds)] for key, seconds in sums.items() if seconds]


def _part(entry: TimeEntry, say: Any) -> list[str]:
    stopped = (entry.ended_us - entry.started_us) // 1_000_000 - entry.recorded_seconds
    remarks = [_basis(entry, say)]
    if entry.corrections:
        newest = entry.corrections[-1]
        remarks.append(say("corrected", old=formats.duration(entry.recorded_seconds), reason=newest.reason))
    gift = entry.newest_goodwill
    if gift is not None and entry.goodwill_seconds:
        remarks.append(say("goodwill", time=formats.duration(entry.goodwill_seconds), reason=gift.reason))
    times = [formats.clock(entry.started, ZONE), formats.clock(entry.ended, ZONE), formats.duration(stopped)]
    return [*times, formats.duration(entry.net_seconds), "; ".join(remarks)]


def _basis(entry: TimeEntry, say: Any) -> str:
    if not entry.is_chargeable:
        return str(say("covered", by=entry.covered_by) if entry.covered_by else say("free"))
    if entry.consent is not None and entry.answered_us is not None:
        return str(say("charged", time=formats.clock(instant(entry.answered_us), ZONE)))
    return str(say("released", reason=entry.release.reason) if entry.release else say("open"))


def _consent(entry: TimeEntry, say: Any, language: str) -> dict[str, str]:
    given = entry.consent
    if given is None:
        raise ValueError("this entry has no consent")
    when = _moment(instant(given.answered_us), language)
    how = say("on_phone", when=when, who=given.said_by) if given.channel == "phone" else say("on_screen", when=when)
    return {"text": given.notice.text, "how": str(how)}


def _moment(at: datetime, language: str) -> str:
    return f"{formats.day(formats.local_day(at, ZONE), language)}, {formats.clock(at, ZONE)}"
