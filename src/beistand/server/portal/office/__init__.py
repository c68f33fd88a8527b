"""The back office: server-rendered pages, one module a page."""

from __future__ import annotations

from beistand.server.portal.access import Door
from beistand.server.portal.office import (
    account,
    cases,
    contracts,
    firm,
    log,
    parties,
    party_import,
    prices,
    programs,
    recordings,
    retention,
    taxes,
    times,
    users,
    versions,
    vouching,
)
from beistand.server.portal.office.invoices import InvoicePages
from beistand.server.portal.office.session import SessionPages


def doors() -> list[Door]:
    """The routes of every page."""
    return [
        *party_import.doors(),
        *parties.doors(),
        *versions.doors(),
        *contracts.doors(),
        *cases.doors(),
        *prices.doors(),
        *firm.doors(),
        *account.doors(),
        *users.doors(),
        *programs.doors(),
        *vouching.doors(),
        *retention.doors(),
        *taxes.doors(),
        *times.doors(),
        *log.doors(),
        *recordings.doors(),
        *SessionPages().doors(),
        *InvoicePages().doors(),
    ]
