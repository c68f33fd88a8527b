"""`beistand retention`: forgets what is due now, or says what would be; the server does the same once a day."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click
from sqlalchemy import Connection

from beistand.cli.serve import CONFIG, choose_firm, open_database
from beistand.server import retention as keeper
from beistand.server.clock import Clock, as_text
from beistand.server.store import accounts
from beistand.server.store import retention as rules
from beistand.server.store.database import Database, StoreError
from beistand.server.store.retention import Due


@click.command()
@CONFIG
@click.option("--dry-run", is_flag=True, help="Say what would be forgotten, and change nothing.")
@click.option("--firm", default="", help="Name or domain of one firm; all of them if left out.")
def retention(config: Path | None, dry_run: bool, firm: str) -> None:
    """Forget the words of sessions that are older than each firm keeps them; the server does so daily by itself.

    The audit log still verifies afterwards. Recorded time, answers to prices and invoices are never touched.
    """
    _settings, db = open_database(config)
    now_us = Clock().now().utc_us
    try:
        only = choose_firm(db, firm).id if firm else ""
        found = _due(db, now_us, only) if dry_run else keeper.look(db, now_us, "operator", only)
    except StoreError as error:
        raise click.ClickException(str(error)) from None
    finally:
        db.close()
    for name, due in found:
        click.echo(_sentence(name, due, dry_run))


def _due(db: Database, now_us: int, only: str) -> list[tuple[str, Due]]:
    firms = [firm for firm in db.read_now(accounts.organisations) if not only or firm.id == only]
    return [(firm.name, db.read_now(partial(_of, organisation_id=firm.id, now_us=now_us))) for firm in firms]


def _of(db: Connection, organisation_id: str, now_us: int) -> Due:
    return rules.due(db, organisation_id, now_us)


def _sentence(name: str, due: Due, is_dry: bool) -> str:
    day = as_text(due.before_us)[:10]
    if due.is_nothing:
        return f"{name}: nothing is older than {due.days} days (before {day})."
    verb = "would be forgotten" if is_dry else "are forgotten"
    return f"{name}: the words of {due.entries} entries and {due.sessions} sessions from before {day} {verb}."
