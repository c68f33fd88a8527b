"""`beistand keys`: the roster, with which the root key says whose passkey is whose (level two of who is asking).

on the server            beistand keys roster-request > roster-request.json   (or the page "Firm", "Security keys")
on the operator's own    beistand keys sign-roster roster-request.json --root root-key.pem > roster.json
on the server            beistand keys install-roster roster.json

The operator's machine keeps the last signed roster beside the root key: what changed is told before anything is signed,
and no number comes twice, whatever a stolen server asks for.
"""

from __future__ import annotations

import base64
import json
import os
import re
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from beistand.cli.root_key import FILE, FIRM, identity_of, public_text, root_key
from beistand.cli.serve import CONFIG, choose_firm, open_database
from beistand.protocol import identity, passkey
from beistand.protocol.errors import PeerError
from beistand.protocol.statement import bounded
from beistand.server import rosters
from beistand.server.clock import Clock, as_text
from beistand.server.identity import IdentityError
from beistand.server.keys import KeyFileError
from beistand.server.portal import vouching
from beistand.server.rosters import Line, Roster, Rosters
from beistand.server.store import audit

DAYS = 92
# Rosters that another copy of the root key may have signed; a number near the greatest would be the last one ever.
MOST_SKIPPED = 1_000
_ORGANISATION = re.compile(r"^[0-9a-f-]{36}$")


@dataclass(frozen=True)
class Request:
    """What a server asks to be signed; checked, because the server may be in strange hands."""

    company: str
    organisation: str
    rp_id: str
    number: int
    lines: tuple[Line, ...]


@click.command("roster-request")
@CONFIG
@FIRM
def roster_request(config: Path | None, firm: str) -> None:
    """On the server: print whose passkeys the root key shall vouch for."""
    settings, db = open_database(config)
    with closing(db):
        chosen = choose_firm(db, firm)
        lines = db.read_now(lambda c: vouching.lines(c, chosen.id))
    try:
        text = Rosters(settings.data).request(chosen, settings.rp_id, lines)
    except KeyFileError as error:
        raise click.ClickException(str(error)) from None
    click.echo(text, nl=False)


@click.command("sign-roster")
@click.argument("request_file", type=FILE)
@click.option("--root", "root_file", type=FILE, required=True, help="File with the root key.")
@click.option("--days", type=click.IntRange(1, 396), default=DAYS, show_default=True, help="How long it is valid.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def sign_roster(request_file: Path, root_file: Path, days: int, yes: bool) -> None:
    """On your own machine: vouch for your technicians' passkeys. Prints the roster for `beistand keys install-roster`.

    Compare the fingerprint of each new passkey with what its owner sees under their name on the server, over the phone.
    """
    asked = _request(request_file)
    kept = root_file.with_name(f"{root_file.name}.roster-{asked.organisation}.json")
    last = _last(kept)
    before = last.number if last else 0
    if asked.number > before + MOST_SKIPPED:
        raise click.ClickException(
            f"The server asks for number {asked.number}, and the last one signed here was {before}: do not sign this."
        )
    number = max(asked.number, before + 1)
    _tell(asked, last, number)
    if not yes:
        click.confirm("Has each new passkey's owner read its fingerprint to you?", abort=True, err=True)
    key, now = root_key(root_file), Clock().now().utc_seconds
    text = _signed(asked, key, number, now, now + days * 86_400)
    try:
        _keep(kept, text)
    except OSError as error:
        raise click.ClickException(f"{kept} cannot be written: {os.strerror(error.errno or 0)}.") from None
    click.echo(text)


@click.command("install-roster")
@click.argument("roster_file", type=FILE)
@CONFIG
@FIRM
def install_roster(roster_file: Path, config: Path | None, firm: str) -> None:
    """On the server: take a signed roster into use. The running server needs no restart."""
    settings, db = open_database(config)
    with closing(db):
        chosen, at = choose_firm(db, firm), Clock().now()
        try:
            vouches = identity_of(settings).endorsement(chosen.id)
            text = roster_file.read_text("utf-8")
            root = vouches.root if vouches else None
            made = Rosters(settings.data).install(chosen, settings.rp_id, root, text, at.utc_seconds)
        except (OSError, UnicodeDecodeError):
            raise click.ClickException(f"{roster_file} cannot be read: name the roster's file.") from None
        except (IdentityError, KeyFileError) as error:
            raise click.ClickException(str(error)) from None
        data = {"number": made.number, "passkeys": len(made.entries), "expires": made.expires}
        db.write_now(lambda c: audit.append(c, chosen.id, "roster installed", data, "operator", at.utc_us))
    ends = as_text(made.expires * 1_000_000)[:10]
    click.echo(f"{chosen.name}: roster {made.number} names {len(made.entries)} passkeys, valid until {ends}.")


def _request(file: Path) -> Request:
    wrong = click.ClickException(f"{file} is no request for a roster: make it with `beistand keys roster-request`.")
    try:
        text = file.read_text("utf-8")
        value = json.loads(text) if len(text) <= rosters.MOST_BYTES else {}
        lines = tuple(_line(one) for one in value["keys"][: rosters.MOST_LINES])
        made = Request(
            identity.named(value["company"]),
            value["organisation"],
            identity.named(value["rp_id"]),
            value["number"],
            lines,
        )
        is_whole = value[rosters.REQUEST] == rosters.VERSION and _ORGANISATION.match(made.organisation)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, PeerError):
        raise wrong from None
    if not is_whole or type(made.number) is not int or not 0 < made.number <= passkey.MOST_NUMBER:
        raise wrong
    if not lines:
        raise click.ClickException("No technician has a passkey yet: each adds one under their own name on the server.")
    return made


def _line(one: Any) -> Line:
    key = bounded(one["key"], 32, passkey.KEY_BYTES)
    if not passkey.is_usable(one["algorithm"], key):
        raise ValueError("a key that no program could use")
    added = identity.named(one["added"])
    return Line(identity.named(one["technician"]), identity.shortened(one["name"]), one["algorithm"], key, added)


def _last(file: Path) -> Roster | None:
    if not file.exists():
        return None
    try:
        return rosters.read(file.read_text("utf-8"))
    except (IdentityError, OSError, UnicodeDecodeError):
        raise click.ClickException(f"{file} is damaged: bring back your copy, or move it away to begin anew.") from None


def _tell(asked: Request, last: Roster | None, number: int) -> None:
    """Who is in it, and what is new, by fingerprint; on stderr, so that the roster alone goes into the file."""
    click.echo(f"Company:  {asked.company}\nServer:   {asked.rp_id}\nRoster:   {number}\n", err=True)
    for line in asked.lines:
        is_known = last is not None and last.entry(line.technician, line.key) is not None
        mark = "as before" if is_known else "NEW      "
        click.echo(
            f"{mark}  {passkey.fingerprint(line.key)}  {line.technician}, “{line.name}”, since {line.added}", err=True
        )
    asked_for = {(line.technician, line.key) for line in asked.lines}
    for entry in last.entries if last else ():
        if (entry.technician, entry.key) not in asked_for:
            click.echo(f"GONE       {passkey.fingerprint(entry.key)}  {entry.technician}", err=True)


def _signed(asked: Request, key: Ed25519PrivateKey, number: int, issued: int, expires: int) -> str:
    entries = []
    for line in asked.lines:
        text = identity.write(
            {
                "kind": passkey.PASSKEY,
                "organisation": asked.organisation,
                "number": number,
                "technician": line.technician,
                "algorithm": line.algorithm,
                "key": base64.b64encode(line.key).decode(),
                "rp_id": asked.rp_id,
                "issued": issued,
                "expires": expires,
            }
        )
        entries.append({"text": text, "signature": identity.sign(passkey.PASSKEY, b"", text, key)})
    whole = {rosters.SIGNED: rosters.VERSION, "root": public_text(key), "entries": entries}
    return json.dumps(whole, ensure_ascii=False)


def _keep(file: Path, text: str) -> None:
    partial = file.with_name(file.name + ".partial")
    with partial.open("w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    partial.replace(file)
