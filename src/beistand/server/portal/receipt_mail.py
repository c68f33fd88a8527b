"""A receipt by mail: to the customer's own address, or sent by the firm. Limited, and the log keeps that it went."""

from __future__ import annotations

import asyncio
import re
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from beistand.audit import receipt as receipts
from beistand.audit.receipt import Proven, Receipt
from beistand.server.invoicing.mailing import MailError, hand_over
from beistand.server.portal import limits
from beistand.server.portal.access import Visit
from beistand.server.store import audit

ADDRESS_LETTERS = 254
# Deliberately narrower than RFC 5321: no quotes, no comments, nothing that could begin another header or address.
_ADDRESS = re.compile(r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+$")


async def mailed(visit: Visit, own: Receipt, proven: Proven, to: str, pdf: bytes, actor: str) -> str:
    """Sends it; the sentence that says why not, or nothing. `actor` is who asked for it, for the log."""
    to = to.strip()
    settings, content = visit.parts.settings, proven.content
    if not settings.smtp_host:
        return visit.say("receipt_no_mail")
    if len(to) > ADDRESS_LETTERS or not _ADDRESS.match(to):
        return visit.say("receipt_bad_address")
    visit.allow(f"mail of {content['session']}", limits.MAIL_OF_RECEIPT)
    visit.allow(f"mail from {visit.address}", limits.MAIL_FROM_ADDRESS)
    visit.allow("mail at all", limits.MAIL_AT_ALL)
    message = letter(visit, own, proven, to, pdf)
    try:
        await asyncio.to_thread(hand_over, message, settings)
    except MailError as error:
        return visit.say("receipt_refused" if error.is_final else "receipt_later")
    told = {"session": str(content["session"]), "to": masked(to)}
    organisation, at = own.entry.organisation, visit.at.utc_us
    await visit.parts.db.write(lambda c: audit.append(c, organisation, "receipt mailed", told, actor, at))
    return ""


def letter(visit: Visit, own: Receipt, proven: Proven, to: str, pdf: bytes) -> EmailMessage:
    """The mail with both files, in the session's language. Nothing in it was typed by whoever asked for it."""
    content, sender = proven.content, visit.parts.settings.smtp_from
    language = "en" if content["language"] == "en" else "de"

    def say(key: str) -> str:
        return visit.parts.pages.word(key, language)

    company = "".join(c for c in str(content["company"]) if c.isprintable())
    message = EmailMessage()
    message["From"], message["To"] = sender, to
    message["Subject"] = f"{say('receipt')} – {company}"
    message["Date"] = formatdate(visit.at.utc_seconds)
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(say("receipt_mail").format(company=company))
    name = f"{say('receipt_file')}-{(content['ended'] or '')[:10]}"
    message.add_attachment(pdf, maintype="application", subtype="pdf", filename=f"{name}.pdf")
    data = receipts.write(own).encode()
    message.add_attachment(data, maintype="application", subtype="json", filename=f"{name}.json")
    return message


def masked(to: str) -> str:
    """For the log: enough to recognise, not enough to write to."""
    name, _, domain = to.rpartition("@")
    return f"{name[:1]}…@{domain}"
