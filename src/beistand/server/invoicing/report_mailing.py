"""Mails service reports to customers, each set anew from what the store knows at that moment.

A mail waits in the store until the mail server has taken it, as invoices do (mailing.py); each step is an event.
"""

from __future__ import annotations

import hashlib
import logging
from datetime import date
from email.message import EmailMessage
from functools import partial

from sqlalchemy import Connection

from beistand.billing.invoice import InvoiceError
from beistand.server.clock import Clock
from beistand.server.documents import formats
from beistand.server.documents.pdf import Typesetter
from beistand.server.documents.report import ZONE, report_data
from beistand.server.invoicing.mailing import MailError, addressed, hand_over
from beistand.server.invoicing.running import today
from beistand.server.settings import Settings
from beistand.server.store import accounts, prices, report_mails, sessions, times
from beistand.server.store.database import Database
from beistand.server.store.times import instant

log = logging.getLogger("beistand.mail")

# (Deutsch, English)
_SUBJECT = ("Leistungsnachweis Fernhilfe vom {day}", "Service report: remote help on {day}")
_BODY = (
    "Guten Tag,\n\nanbei erhalten Sie den Leistungsnachweis zur Fernhilfe vom {day}. Er ist keine Rechnung.\n\n"
    "Freundliche Grüße\n{firm}\n",
    "Hello,\n\nplease find attached the service report of the remote help on {day}. It is no invoice.\n\n"
    "Kind regards\n{firm}\n",
)
_FILE = ("leistungsnachweis", "service-report")


def report_pdf(
    db: Connection, organisation_id: str, session_id: str, language: str, typesetter: Typesetter, made: date
) -> tuple[str, bytes] | None:
    """(file name, PDF) of a session's report; None while there is no recorded time. Raises InvoiceError."""
    session = sessions.get_session(db, organisation_id, session_id)
    entries = times.entries(db, organisation_id, session_id=session_id)
    if session is None or not entries:
        return None
    firm = accounts.get_organisation(db, organisation_id)
    service = prices.work_name(db, organisation_id, session.service_type, language)
    data = report_data(firm.name, firm.domain, session, entries, language, service)
    day = formats.local_day(instant(session.created_us), ZONE)
    clock = formats.clock(instant(session.created_us), ZONE)[:5].replace(":", "")
    return f"{_FILE[language == 'en']}-{day}-{clock}.pdf", typesetter.letter("report", data, made)


def deliver(db: Database, settings: Settings, clock: Clock, typesetter: Typesetter) -> int:
    """One round through the queue; gives how many mails were taken. Blocks: call it in a thread.

    A server that is down ends the round: the other mails would only wait for the same silence.
    """
    taken = 0
    for organisation, session_id, asked in db.read_now(report_mails.queued):
        name, data, is_down = _attempt(db, settings, clock, typesetter, (organisation, session_id, asked))
        if (name, data) != ("queued", asked):
            at = clock.now().utc_us
            note = partial(report_mails.add_event, organisation_id=organisation, session_id=session_id)
            db.write_now(partial(note, name=name, data=data, user_id=None, utc_us=at))
        taken += name == "sent"
        if is_down:
            break
    return taken


def _attempt(
    db: Database, settings: Settings, clock: Clock, typesetter: Typesetter, mail: tuple[str, str, dict[str, str]]
) -> tuple[str, dict[str, str], bool]:
    """The event that comes of a try, and whether the server is down."""
    organisation, session_id, asked = mail
    told = {"to": asked["to"], "language": asked["language"]}
    try:
        message, pdf = db.read_now(lambda c: _letter(c, organisation, session_id, told, typesetter, clock, settings))
        hand_over(message, settings)
    except MailError as error:
        log.warning("service report: %s", error)
        return ("not_sent" if error.is_final else "queued"), {**told, "reason": str(error)}, error.is_down
    except (InvoiceError, ValueError) as error:
        log.error("service report: %s", error)
        return "not_sent", {**told, "reason": f"The mail could not be made: {error}."}, False
    return "sent", {**told, "sha256": hashlib.sha256(pdf).hexdigest()}, False


def _letter(
    db: Connection,
    organisation: str,
    session_id: str,
    told: dict[str, str],
    typesetter: Typesetter,
    clock: Clock,
    settings: Settings,
) -> tuple[EmailMessage, bytes]:
    now, english = clock.now().utc_us, told["language"] == "en"
    made = report_pdf(db, organisation, session_id, told["language"], typesetter, today(now))
    session = sessions.get_session(db, organisation, session_id)
    if made is None or session is None:
        raise ValueError("the session has no recorded time")
    day = formats.day(formats.local_day(instant(session.created_us), ZONE), told["language"])
    firm = accounts.get_organisation(db, organisation).name
    message = addressed(settings.smtp_from, told["to"], _SUBJECT[english].format(day=day), now)
    message.set_content(_BODY[english].format(day=day, firm=firm))
    message.add_attachment(made[1], maintype="application", subtype="pdf", filename=made[0])
    return message, made[1]
