"""Whose passkeys may sign a share: what the firm's roster shall say, and what it says of one technician."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from beistand.protocol import identity
from beistand.server.clock import as_text
from beistand.server.portal.access import STAFF
from beistand.server.portal.ceremonies import public_key
from beistand.server.rosters import Line, Roster
from beistand.server.store import accounts, passkeys
from beistand.server.store.accounts import User
from beistand.server.store.passkeys import Passkey


@dataclass(frozen=True)
class Vouched:
    """A passkey with the roster's entry about it."""

    id: str
    text: str
    signature: str


def lines(db: Connection, organisation_id: str) -> list[Line]:
    """The passkeys of everybody who helps customers and may sign in."""
    people = [who for who in accounts.users(db, organisation_id) if who.is_active and who.role in STAFF]
    return [
        line for who in people for key in passkeys.passkeys(db, organisation_id, who.id) for line in _line(who, key)
    ]


def _line(who: User, key: Passkey) -> list[Line]:
    made = public_key(key.public_key)
    if made is None:
        return []
    return [Line(identity.shortened(who.name), key.name, *made, as_text(key.created_us)[:10])]


def vouched(roster: Roster | None, who: User, own: list[Passkey], utc_seconds: int) -> list[Vouched]:
    """Which of somebody's own passkeys the roster names as theirs, as long as it is valid."""
    if roster is None or roster.expires <= utc_seconds:
        return []
    found = []
    for key in own:
        made = public_key(key.public_key)
        entry = made and roster.entry(identity.shortened(who.name), made[1])
        if entry:
            found.append(Vouched(key.id, entry.text, entry.signature))
    return found
