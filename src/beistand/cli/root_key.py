"""`beistand keys`: the firm's root key on the operator's own machine, and its yearly statement for the server.

on the server            beistand keys request > request.json
on the operator's own    beistand keys root root-key.pem          (once; keep it offline)
                         beistand keys sign request.json --root root-key.pem > statement.json
on the server            beistand keys install statement.json
"""

from __future__ import annotations

import base64
import json
import os
from functools import partial
from pathlib import Path
from typing import Any

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from beistand.cli.serve import CONFIG, choose_firm, open_database
from beistand.protocol import identity
from beistand.protocol.errors import PeerError
from beistand.server.clock import Clock, as_text
from beistand.server.identity import Identity, IdentityError
from beistand.server.keys import AUDIT_FILE, KeyFileError, load_or_make_signing
from beistand.server.rosters import Rosters
from beistand.server.settings import Settings
from beistand.server.store import audit
from beistand.server.store.accounts import Organisation
from beistand.server.store.database import Database

FILE = click.Path(path_type=Path, dir_okay=False)
FIRM = click.option("--firm", default="", help="Name or domain of the firm, if this server has several.")
_REQUESTED = ("kind", "company", "domain", "organisation", "key", "audit")


@click.command()
@click.argument("file", type=FILE)
@click.option("--password/--no-password", default=True, help="Encrypt the file with a password (asked for).")
def root(file: Path, password: bool) -> None:
    """Make a root key in FILE. On your own machine, never on the server: it stays offline.

    Prints the public key for `beistand build-program --root-key` and `beistand join --pin`.
    """
    encryption: KeySerializationEncryption = NoEncryption()
    if password:
        encryption = BestAvailableEncryption(
            click.prompt("Password", hide_input=True, confirmation_prompt=True).encode()
        )
    key = Ed25519PrivateKey.generate()
    data = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise click.ClickException(f"{file} exists already: a root key is never overwritten.") from None
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written: {os.strerror(error.errno or 0)}.") from None
    with os.fdopen(handle, "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    click.echo(f"{file} holds the root key. Keep two copies offline; whoever has it can speak for your firm.", err=True)
    click.echo(public_text(key))


@click.command()
@click.argument("file", type=FILE)
def public(file: Path) -> None:
    """Print the public key of the root key in FILE."""
    click.echo(public_text(root_key(file)))


@click.command()
@CONFIG
@FIRM
def request(config: Path | None, firm: str) -> None:
    """On the server: print what the root key shall vouch for."""
    db, own, chosen = _server(config, firm)
    db.close()
    click.echo(own.request(chosen), nl=False)


@click.command()
@click.argument("request_file", type=FILE)
@click.option("--root", "root_file", type=FILE, required=True, help="File with the root key.")
@click.option("--days", type=click.IntRange(1, 396), default=366, show_default=True, help="How long it is valid.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def sign(request_file: Path, root_file: Path, days: int, yes: bool) -> None:
    """On your own machine: vouch for a server's online key. Prints the statement for `beistand keys install`."""
    asked = _request(request_file)
    click.echo(f"Company:  {asked['company']}\nDomain:   {asked['domain']}\nKey:      {asked['key']}", err=True)
    if not yes:
        click.confirm("Is this your firm, and did you get this file from your server?", abort=True, err=True)
    key, now = root_key(root_file), Clock().now().utc_seconds
    text = identity.write(asked | {"issued": now, "expires": now + days * 86_400})
    signature = identity.sign(identity.ONLINE, b"", text, key)
    click.echo(json.dumps({"text": text, "signature": signature, "root": public_text(key)}, ensure_ascii=False))


@click.command()
@click.argument("statement", type=FILE)
@CONFIG
@FIRM
def install(statement: Path, config: Path | None, firm: str) -> None:
    """On the server: take the root key's statement into use. The running server needs no restart."""
    db, own, chosen = _server(config, firm)
    at = Clock().now()
    try:
        made = own.install(chosen, statement.read_text("utf-8"), at.utc_seconds)
    except (OSError, UnicodeDecodeError):
        raise click.ClickException(f"{statement} cannot be read: name the statement's file.") from None
    except (IdentityError, KeyFileError) as error:
        raise click.ClickException(str(error)) from None
    data = {"root": base64.b64encode(made.root).decode(), "expires": made.expires}
    db.write_now(lambda c: audit.append(c, chosen.id, "root statement", data, "operator", at.utc_us))
    db.close()
    click.echo(f"{chosen.name}: technicians are vouched for until {as_text(made.expires * 1_000_000)[:10]}.")


@click.command()
@CONFIG
@FIRM
def status(config: Path | None, firm: str) -> None:
    """On the server: until when the root key vouches for the technicians."""
    db, own, chosen = _server(config, firm)
    db.close()
    try:
        made, roster = own.endorsement(chosen.id), Rosters(own.data).roster(chosen.id)
    except KeyFileError as error:
        raise click.ClickException(str(error)) from None
    if made is None:
        click.echo(f"{chosen.name}: no root key vouches for this server yet; programs show “not verified”.")
        return
    ends = as_text(made.expires * 1_000_000)[:10]
    click.echo(f"{chosen.name}: root key {base64.b64encode(made.root).decode()}, valid until {ends}.")
    if roster is None:
        click.echo(f"{chosen.name}: no roster of passkeys yet; programs show what the server confirms.")
        return
    ends = as_text(roster.expires * 1_000_000)[:10]
    click.echo(f"{chosen.name}: roster {roster.number} of {len(roster.entries)} passkeys, valid until {ends}.")


def _server(config: Path | None, firm: str) -> tuple[Database, Identity, Organisation]:
    settings, db = open_database(config)
    try:
        own = identity_of(settings)
    except KeyFileError as error:
        raise click.ClickException(str(error)) from None
    return db, own, choose_firm(db, firm)


def identity_of(settings: Settings) -> Identity:
    """The server's keys and statements. Raises KeyFileError."""
    public_key = load_or_make_signing(settings.data / AUDIT_FILE).public_key().public_bytes_raw()
    return Identity(settings.data, public_key)


def _request(file: Path) -> dict[str, Any]:
    wrong = click.ClickException(f"{file} is no request of a server: make it with `beistand keys request`.")
    try:
        value = json.loads(file.read_text("utf-8"))
        asked = {name: value[name] for name in _REQUESTED}
        is_request = value["beistand_key_request"] == 1 and asked["kind"] == "online"
        raw = [base64.b64decode(asked[name], validate=True) for name in ("key", "audit")]
        for name in ("company", "domain"):
            identity.named(asked[name])
    except (OSError, ValueError, KeyError, TypeError, RecursionError, PeerError):
        raise wrong from None
    if not is_request or any(len(one) != identity.KEY_BYTES for one in raw):
        raise wrong
    return asked


def root_key(file: Path) -> Ed25519PrivateKey:
    """The root key in a file; asks for its password. Raises ClickException."""
    try:
        data = file.read_bytes()
        read = partial(load_pem_private_key, data)
        try:
            key = read(None)
        except TypeError:  # encrypted
            key = read(click.prompt("Password of the root key", hide_input=True, err=True).encode())
    except OSError:
        raise click.ClickException(f"{file} cannot be read: name the root key's file.") from None
    except ValueError:
        raise click.ClickException(f"{file} is no root key, or the password is wrong.") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise click.ClickException(f"{file} is no root key: make one with `beistand keys root`.")
    return key


def public_text(key: Ed25519PrivateKey) -> str:
    """The public key in base64."""
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()
