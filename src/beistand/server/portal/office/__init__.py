"""The back office: server-rendered pages, one module a page."""

from __future__ import annotations

from beistand.server.portal.access import Door
from beistand.server.portal.office import customers, firm, programs


def doors() -> list[Door]:
    """The routes of every page."""
    return [*customers.doors(), *firm.doors(), *programs.doors()]
