"""`beistand firm`: several firms on one server, strictly apart; each is reached at its own domain."""

from __future__ import annotations

import secrets
from pathlib import Path

import click

from beistand.cli.serve import CONFIG, choose_firm, open_database
from beistand.server.clock import Clock
from beistand.server.store import accounts


@click.group()
def firm() -> None:
    """Add firms, keep them out, list them. Works beside a running server."""


@firm.command()
@CONFIG
@click.argument("name")
@click.option("--domain", required=True, help="Host name at which the firm's public page answers.")
def add(config: Path | None, name: str, domain: str) -> None:
    """Make a firm and print the one-time link for its first owner (valid for 24 hours)."""
    settings, db = open_database(config)
    try:
        wanted = domain.strip().lower()
        if any(known.domain == wanted for known in db.read_now(accounts.organisations)):
            raise click.ClickException(f"{wanted} belongs to a firm already: see `beistand firm list`.")
        if not name.strip() or not wanted:
            raise click.ClickException("A firm needs a name and a domain.")
        token, at = secrets.token_urlsafe(24), Clock().now().utc_us
        id_ = db.write_now(lambda c: accounts.add_organisation(c, name.strip(), wanted, at))
        db.write_now(lambda c: accounts.make_user_link(c, id_, token, "owner", at))
    finally:
        db.close()
    click.echo(f"One-time link for the owner of {name.strip()}: {settings.origin}/welcome/{token}")


@firm.command()
@CONFIG
@click.argument("name")
def disable(config: Path | None, name: str) -> None:
    """Keep everybody of a firm out: sign-ins and running sessions end, its page goes. Nothing is deleted."""
    _set_active(config, name, is_active=False)


@firm.command()
@CONFIG
@click.argument("name")
def enable(config: Path | None, name: str) -> None:
    """Let a firm in again."""
    _set_active(config, name, is_active=True)


@firm.command("list")
@CONFIG
def list_(config: Path | None) -> None:
    """List the firms of this server."""
    _, db = open_database(config)
    for known in db.read_now(accounts.organisations):
        click.echo(f"{known.name}  {known.domain}  {'' if known.is_active else '(disabled)'}".rstrip())
    db.close()


def _set_active(config: Path | None, name: str, is_active: bool) -> None:
    _, db = open_database(config)
    try:
        chosen = choose_firm(db, name)
        db.write_now(lambda c: accounts.change_organisation(c, chosen.id, is_active=is_active))
    finally:
        db.close()
    click.echo(f"{chosen.name} is let in." if is_active else f"{chosen.name} is kept out.")
