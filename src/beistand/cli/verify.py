"""`beistand verify`: is anything of what the server recorded changed? Or, with a receipt: what does it prove?"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import click
from sqlalchemy import Connection

from beistand.audit import receipt as receipts
from beistand.audit.note import Verifier, origin
from beistand.audit.receipt import ReceiptError
from beistand.cli.serve import CONFIG, open_database
from beistand.server.keys import AUDIT_FILE, KeyFileError, load_signing
from beistand.server.store import accounts, audit
from beistand.server.store.audit import Finding
from beistand.server.store.database import Database

# What is checked of each organisation, in this order: (name, check). Another area adds its own line here.
CHECKS: tuple[tuple[str, Callable[[Connection, str, Verifier], Finding]], ...] = (("audit log", audit.verify),)


@click.command()
@click.argument("receipt", required=False, type=click.Path(path_type=Path, dir_okay=False))
@CONFIG
def verify(receipt: Path | None, config: Path | None) -> None:
    """Check that nothing recorded was changed: the audit log, its tree and every signed checkpoint.

    Ends with status 1 and one sentence for each finding if anything was. Works beside a running server.
    With a customer's RECEIPT (the JSON file) it says what that proves, without server and network.
    """
    if receipt is not None:
        click.echo(_proves(receipt))
        return
    settings, db = open_database(config)
    try:
        public = load_signing(settings.data / AUDIT_FILE).public_key().public_bytes_raw()
        problems = sum(_check(db, name, check, public) for name, check in CHECKS)
    except KeyFileError as error:
        raise click.ClickException(str(error)) from None
    finally:
        db.close()
    if problems:
        raise click.ClickException(f"{problems} findings: restore from a backup and ask who had access.")


def _proves(path: Path) -> str:
    try:
        proven = receipts.check(receipts.read(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError):
        raise click.ClickException(f"{path} cannot be read: name the receipt's JSON file.") from None
    except ReceiptError as error:
        raise click.ClickException(str(error)) from None
    said, head = proven.content, proven.checkpoint
    return (
        f"This receipt is unchanged: {_clean(said.get('company'))} ({_clean(said.get('domain'))}) recorded it on "
        f"{_clean(said.get('ended'))[:10]} as entry {proven.index} of its audit log, and signed the log with "
        f"{head.size} entries. Ask the firm whether its log's key ends in {proven.key.public.hex()[-8:]}: "
        "this file alone cannot tell."
    )


def _clean(value: object) -> str:
    """Words of a file on a terminal: printable, short."""
    text = value if isinstance(value, str) else "?"
    return "".join(c for c in text if c.isprintable())[:100]


def _found(
    check: Callable[[Connection, str, Verifier], Finding], organisation_id: str, key: Verifier, db: Connection
) -> Finding:
    return check(db, organisation_id, key)


def _check(db: Database, name: str, check: Callable[[Connection, str, Verifier], Finding], public: bytes) -> int:
    problems = 0
    for firm in db.read_now(accounts.organisations):
        key = Verifier(origin(firm.id), public)
        found = db.read_now(partial(_found, check, firm.id, key))
        click.echo(f"{firm.name}: {name}: {found.summary}: {'DAMAGED' if found.problems else 'intact'}")
        for sentence in found.problems:
            click.echo(f"  {sentence}")
        problems += len(found.problems)
    return problems
