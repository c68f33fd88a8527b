"""`beistand verify`: is anything of what the server recorded changed? Or, with a receipt: what does it prove?"""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click
from sqlalchemy import Connection

from beistand.audit import receipt as receipts
from beistand.audit.note import Verifier, origin
from beistand.audit.receipt import Receipt, ReceiptError
from beistand.cli.serve import CONFIG, open_database
from beistand.protocol import identity
from beistand.protocol.errors import PeerError
from beistand.server.keys import AUDIT_FILE, KeyFileError, load_signing
from beistand.server.store import accounts, audit, invoice_checks
from beistand.server.store.audit import Finding
from beistand.server.store.database import Database

# What is checked of each organisation, in this order: (name, check). Another area adds its own line here.
CHECKS: tuple[tuple[str, Callable[[Connection, str, Verifier], Finding]], ...] = (
    ("audit log", audit.verify),
    ("files", invoice_checks.check_files),
    ("numbers", invoice_checks.check_numbers),
)


@click.command()
@click.argument("receipt", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--pin", default="", help="With a receipt: the firm's public root key (beistand keys public).")
@CONFIG
def verify(receipt: Path | None, pin: str, config: Path | None) -> None:
    """Check that nothing recorded was changed: the audit log, its tree, every signed checkpoint, and
    the invoices' files and numbers.

    Ends with status 1 and one sentence for each finding if anything was. Works beside a running server.
    With a customer's RECEIPT (the JSON file) it says what that proves, without server and network.
    """
    if receipt is not None:
        click.echo(_proves(receipt, pin))
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


def _proves(path: Path, pin: str) -> str:
    try:
        own = receipts.read(path.read_text("utf-8"))
        proven = receipts.check(own)
    except (OSError, UnicodeDecodeError):
        raise click.ClickException(f"{path} cannot be read: name the receipt's JSON file.") from None
    except ReceiptError as error:
        raise click.ClickException(str(error)) from None
    said, head = proven.content, proven.checkpoint
    return (
        f"This receipt is unchanged: {_clean(said.get('company'))} ({_clean(said.get('domain'))}) recorded it on "
        f"{_clean(said.get('ended'))[:10]} as entry {proven.index} of its audit log, and signed the log with "
        f"{head.size} entries. {_whose(own, pin)}"
    )


def _whose(own: Receipt, pin: str) -> str:
    """Whether the log's key is the firm's: only a root key that one knows from elsewhere can tell."""
    if not pin:
        return (
            f"Ask the firm whether its log's key ends in {own.key.public.hex()[-8:]}, or give its root key with --pin: "
            "this file alone cannot tell."
        )
    try:
        root = base64.b64decode(pin, validate=True)
    except ValueError:
        raise click.ClickException("--pin is the 44 letters that `beistand keys public` prints.") from None
    said = own.endorsement or {}
    text, signature = said.get("text"), said.get("signature")
    if not isinstance(text, str) or not isinstance(signature, str):
        raise click.ClickException("The receipt is unchanged, but no root key vouches for its log's key.")
    try:
        fields = identity.check_online(text, signature, root, own.entry.utc_us // 1_000_000)
    except PeerError:
        raise click.ClickException("The receipt is unchanged, but this root key does not vouch for it.") from None
    audit_key = base64.b64encode(own.key.public).decode()
    if fields.get("audit") != audit_key or fields.get("organisation") != own.entry.organisation:
        raise click.ClickException("The receipt is unchanged, but the root key vouches for another log.")
    return f"The root key vouches that this log is that of {_clean(fields.get('company'))}."


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
