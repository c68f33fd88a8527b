"""`beistand keys`: the root key (root_key.py) and what it vouches for: the server's key, technicians' passkeys."""

from __future__ import annotations

import click

from beistand.cli import root_key, rosters


@click.group()
def keys() -> None:
    """The firm's root key (offline), its yearly statement, and the roster of technicians' passkeys."""


_OF_ROOT = (root_key.root, root_key.public, root_key.request, root_key.sign, root_key.install, root_key.status)
for command in (*_OF_ROOT, rosters.roster_request, rosters.sign_roster, rosters.install_roster):
    keys.add_command(command)
