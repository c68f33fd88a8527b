"""The server's post: looks after all mails that wait, invoices and service reports, in a thread of its own.

The queue is the store's, so a restart loses nothing, and no page waits for a mail server.
"""

from __future__ import annotations

import asyncio
import logging

from beistand.server.clock import Clock
from beistand.server.documents.pdf import Typesetter
from beistand.server.invoicing import mailing, report_mailing
from beistand.server.settings import Settings
from beistand.server.store import report_mails
from beistand.server.store.database import Database, StoreError

ASK_SECONDS = 5.0

log = logging.getLogger("beistand.mail")


class Post:
    """Keeps its typesetter from round to round: loading the fonts takes most of a first letter's time."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._settings, self._clock = db, settings, clock
        self._typesetter: Typesetter | None = None

    def round(self) -> None:
        """One look at both queues. Blocks: call it in a thread. Raises StoreError."""
        mailing.deliver(self._db, self._settings, self._clock)
        if not self._db.read_now(report_mails.queued):
            return
        if self._typesetter is None:
            self._typesetter = Typesetter()
        report_mailing.deliver(self._db, self._settings, self._clock, self._typesetter)


async def run(db: Database, settings: Settings, clock: Clock) -> None:
    """Looks after the queues for ever, if a mail server is set up."""
    post = Post(db, settings, clock)
    while settings.smtp_host:
        try:
            await asyncio.to_thread(post.round)
        except StoreError as error:
            log.error("%s The mails that wait are looked at again in %s s.", error, ASK_SECONDS)
        await asyncio.sleep(ASK_SECONDS)
