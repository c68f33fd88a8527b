"""`beistand serve` and `beistand user`: the operator's door to the server."""

from __future__ import annotations

import asyncio
import logging
import secrets
from functools import partial
from pathlib import Path

import click

from beistand.server.app import ServerError, run
from beistand.server.clock import Clock
from beistand.server.keys import KeyFileError
from beistand.server.settings import Settings, SettingsError, load
from beistand.server.store import accounts
from beistand.server.store.accounts import Organisation
from beistand.server.store.database import Database, StoreError
from beistand.server.store.tables import ROLES

CONFIG = click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="TOML file with settings (else BEISTAND_CONFIG). Each setting is also a variable, for example BEISTAND_DATA.",
)


@click.command()
@CONFIG
def serve(config: Path | None) -> None:
    """Run the server: public page, technicians' pages and relay on one port.

    Without settings it serves http://localhost:8800 from the folder beistand-data. At the first start it prints a
    one-time link for the first owner. Ctrl+C ends it; running sessions resume when it is back within two minutes.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    settings = _settings(config)
    try:
        _loop(settings)
    except (ServerError, StoreError, KeyFileError, SettingsError) as error:
        raise click.ClickException(str(error)) from None


def _loop(settings: Settings) -> None:
    try:
        import uvloop
    except ImportError:  # Windows has none
        asyncio.run(run(settings, click.echo))
        return
    uvloop.run(run(settings, click.echo))


@click.group()
def user() -> None:
    """Invite people, keep them out, list them. Works beside a running server."""


@user.command()
@CONFIG
@click.option("--role", type=click.Choice(ROLES), default="technician", show_default=True)
@click.option("--firm", default="", help="Name or domain of the firm, if this server has several.")
def add(config: Path | None, role: str, firm: str) -> None:
    """Print a one-time link with which a new person signs up (valid for 24 hours)."""
    settings, db = open_database(config)
    token = secrets.token_urlsafe(24)
    at = Clock().now().utc_us
    chosen = choose_firm(db, firm)
    db.write_now(lambda c: accounts.make_user_link(c, chosen.id, token, role, at))
    db.close()
    click.echo(f"One-time link for a new {role} of {chosen.name}: {settings.origin}/welcome/{token}")


@user.command()
@CONFIG
@click.argument("email")
@click.option("--firm", default="", help="Name or domain of the firm, if this server has several.")
def disable(config: Path | None, email: str, firm: str) -> None:
    """Keep a person out and end their sign-ins at once."""
    _set_active(config, email, firm, is_active=False)


@user.command()
@CONFIG
@click.argument("email")
@click.option("--firm", default="", help="Name or domain of the firm, if this server has several.")
def enable(config: Path | None, email: str, firm: str) -> None:
    """Let a person in again."""
    _set_active(config, email, firm, is_active=True)


@user.command("list")
@CONFIG
def list_(config: Path | None) -> None:
    """List the people of all firms."""
    _, db = open_database(config)
    for firm in db.read_now(accounts.organisations):
        click.echo(firm.name)
        for person in db.read_now(partial(accounts.users, organisation_id=firm.id)):
            click.echo(f"  {person.email}  {person.role}  {'' if person.is_active else '(disabled)'}".rstrip())
    db.close()


def _set_active(config: Path | None, email: str, firm: str, is_active: bool) -> None:
    _, db = open_database(config)
    chosen = choose_firm(db, firm)
    is_known = db.write_now(lambda c: accounts.set_active(c, chosen.id, email, is_active))
    db.close()
    if not is_known:
        raise click.ClickException(f"{chosen.name} has no user {email}: see `beistand user list`.")
    click.echo(f"{email} may sign in." if is_active else f"{email} is kept out; their sign-ins have ended.")


def choose_firm(db: Database, text: str) -> Organisation:
    """The firm that a command means. ClickException if none or several fit."""
    firms = db.read_now(accounts.organisations)
    if not firms:
        raise click.ClickException("There is no firm yet: open the setup link that `beistand serve` prints.")
    fitting = [firm for firm in firms if not text or text.lower() in (firm.name.lower(), firm.domain)]
    if len(fitting) != 1:
        names = ", ".join(firm.name for firm in firms)
        raise click.ClickException(f"Name one firm with --firm: {names}.")
    return fitting[0]


def _settings(config: Path | None) -> Settings:
    try:
        return load(config=config)
    except SettingsError as error:
        raise click.ClickException(str(error)) from None


def open_database(config: Path | None) -> tuple[Settings, Database]:
    """Settings and database of an existing server, for a command beside it. ClickException."""
    settings = _settings(config)
    db = Database(settings.database)
    try:
        if not db.is_made:
            raise click.ClickException(f"{db.name} holds no records yet: start `beistand serve` first.")
        db.upgrade()
        return settings, db
    except StoreError as error:
        raise click.ClickException(str(error)) from None
