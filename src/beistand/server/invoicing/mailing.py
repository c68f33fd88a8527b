"""Mails invoices. A mail waits in the store until the mail server has taken it; each step is an event of the invoice.

A server that is down or busy is asked again; one that refuses the address for good ends the try with its sentence.
"""

from __future__ import annotations

import logging
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from functools import partial

from sqlalchemy import Connection

from beistand.server.clock import Clock
from beistand.server.documents.formats import day, money
from beistand.server.settings import Settings
from beistand.server.store import invoices, seller
from beistand.server.store.database import Database
from beistand.server.store.invoices import File, Issued

TIMEOUT_SECONDS = 20.0

log = logging.getLogger("beistand.mail")

# (Deutsch, English)
_SUBJECT = {"invoice": ("Rechnung {n}", "Invoice {n}"), "cancellation": ("Stornorechnung {n}", "Cancellation {n}")}
_SUBJECT["correction"] = ("Rechnungskorrektur {n}", "Corrective invoice {n}")
_BODY = (
    "Guten Tag,\n\nanbei erhalten Sie {subject} vom {day} über {amount}. Die PDF-Datei enthält die Rechnung auch als "
    "XML (ZUGFeRD).\n\nFreundliche Grüße\n{firm}\n",
    "Hello,\n\nplease find attached {subject} of {day} over {amount}. The PDF file carries the invoice as XML as well "
    "(ZUGFeRD).\n\nKind regards\n{firm}\n",
)


class MailError(Exception):
    """The mail was not taken. `is_final` when asking again is of no use, `is_down` when nobody answered at all."""

    def __init__(self, sentence: str, is_final: bool, is_down: bool = False) -> None:
        super().__init__(sentence)
        self.is_final, self.is_down = is_final, is_down


def addressed(sender: str, to: str, subject: str, utc_us: int) -> EmailMessage:
    """A mail's head. Raises ValueError when a name would smuggle in another header."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"] = formatdate(utc_us / 1e6)
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    return message


def letter(issued: Issued, files: list[File], firm: str, sender: str, to: str) -> EmailMessage:
    """The mail with the PDF, and the XRechnung where there is one."""
    english = issued.language == "en"
    subject = _SUBJECT[issued.kind][english].format(n=issued.number)
    message = addressed(sender, to, subject, issued.made_us)
    told = {"subject": subject, "day": day(issued.issued_on, issued.language), "firm": firm}
    message.set_content(_BODY[english].format(**told, amount=money(issued.gross_cents, issued.language)))
    for file in files:
        if file.kind in ("zugferd", "xrechnung"):
            main, _, sub = file.media_type.partition("/")
            message.add_attachment(file.content, maintype=main, subtype=sub, filename=file.file_name)
    return message


def hand_over(message: EmailMessage, settings: Settings) -> None:
    """Gives a mail to the configured server. Raises MailError with one sentence."""
    where = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        with _connect(settings) as server:
            if settings.smtp_user:
                server.login(settings.smtp_user, settings.smtp_password)
            server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        raise MailError(f"The mail server refuses {message['To']}: {_plain(said)}.", 500 <= code < 600) from None
    except smtplib.SMTPResponseException as error:
        is_final = isinstance(error, smtplib.SMTPDataError) and 500 <= error.smtp_code < 600
        raise MailError(f"The mail server {where} answered: {_plain(error.smtp_error)}.", is_final) from None
    except (smtplib.SMTPException, OSError) as error:
        raise MailError(f"The mail server {where} cannot be reached ({_plain(error)}).", False, True) from None


def _connect(settings: Settings) -> smtplib.SMTP:
    host, port = settings.smtp_host, settings.smtp_port
    if settings.smtp_security == "tls":
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context())
    server = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
    if settings.smtp_security == "starttls":
        try:
            server.starttls(context=ssl.create_default_context())
        except BaseException:
            server.close()
            raise
    return server


def _plain(said: object) -> str:
    text = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
    return "".join(c if c.isprintable() else " " for c in text).strip(" .")[:200]


def deliver(db: Database, settings: Settings, clock: Clock) -> int:
    """One round through the queue; gives how many mails were taken. Blocks: call it in a thread.

    A server that is down ends the round: the other mails would only wait for the same silence.
    """
    taken = 0
    for organisation, invoice_id in db.read_now(invoices.queued):
        issued = db.read_now(partial(invoices.get, organisation_id=organisation, invoice_id=invoice_id))
        if issued is None:
            continue
        name, data, is_down = _attempt(db, settings, organisation, issued)
        if name != "queued" or data != _newest(issued):
            at = clock.now().utc_us
            db.write_now(partial(_note, organisation=organisation, id_=invoice_id, name=name, data=data, at=at))
        taken += name == "sent"
        if is_down:
            break
    return taken


def _attempt(db: Database, settings: Settings, organisation: str, issued: Issued) -> tuple[str, dict[str, str], bool]:
    """The event that comes of a try (sent, not_sent, or queued again with the reason), and whether it is down."""
    to = _newest(issued)["to"]
    files = db.read_now(partial(invoices.files_of, organisation_id=organisation, invoice_id=issued.id))
    data = db.read_now(partial(seller.get_seller, organisation_id=organisation))
    firm = data.firm.name if data else ""
    try:
        hand_over(letter(issued, files, firm, settings.smtp_from, to), settings)
    except MailError as error:
        log.warning("%s: %s", issued.number, error)
        return ("not_sent" if error.is_final else "queued"), {"to": to, "reason": str(error)}, error.is_down
    except ValueError as error:
        log.error("%s: %s", issued.number, error)
        return "not_sent", {"to": to, "reason": f"The mail could not be made: {error}."}, False
    return "sent", {"to": to}, False


def _newest(issued: Issued) -> dict[str, str]:
    return [event.data for event in issued.events if event.name == "queued"][-1]


def _note(db: Connection, organisation: str, id_: str, name: str, data: dict[str, str], at: int) -> None:
    invoices.add_event(db, organisation, id_, name, data, None, at)
