"""Who may do what in a firm: invitations, roles, who is kept out, factors reset. Each change is an audit entry.

The last owner who may sign in can be neither demoted nor kept out: nobody could undo it in the pages.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from beistand.server.store import accounts, audit, passkeys
from beistand.server.store.accounts import User
from beistand.server.store.database import new_id
from beistand.server.store.tables import organisation, setup_token, sign_in_session, user

INVITE = "invite"
FACTOR = "factor"
MOST_OPEN = 100

# What a page asks of the store, in one transaction.
Change = Callable[[Connection], None]


class PeopleError(Exception):
    """The change is refused; `key` is "unknown", "last_owner" or "too_many"."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True)
class Invitation:
    """An open invitation: for whom (name and email may be empty), as what, until when."""

    id: str
    role: str
    name: str
    email: str
    made_by: str
    created_us: int
    expires_us: int


@dataclass(frozen=True)
class Guest:
    """Whom an owner invites; `seconds` is how long the link works."""

    role: str
    name: str = ""
    email: str = ""
    seconds: int = 86_400


def invite(db: Connection, organisation_id: str, token: str, guest: Guest, actor: str, utc_us: int) -> str:
    """Makes a one-time link (its token is kept as a hash); gives the invitation's id. PeopleError("too_many")."""
    if len(invitations(db, organisation_id, utc_us)) >= MOST_OPEN:
        raise PeopleError("too_many")
    id_ = new_id(utc_us)
    told = {"role": guest.role, "name": guest.name, "email": guest.email.lower()}
    expires_us = utc_us + guest.seconds * 1_000_000
    row = {"id": id_, "kind": INVITE, "made_by": actor, "created_us": utc_us, "expires_us": expires_us, **told}
    db.execute(insert(setup_token).values(token_sha256=accounts.sha256(token), organisation_id=organisation_id, **row))
    audit.append(
        db, organisation_id, "user invited", {"invitation": id_, "until_us": expires_us, **told}, actor, utc_us
    )
    return id_


def invitations(db: Connection, organisation_id: str, utc_us: int) -> list[Invitation]:
    """The open invitations, newest first."""
    own = (setup_token.c.organisation_id == organisation_id, setup_token.c.kind == INVITE)
    open_ = select(setup_token).where(*own, setup_token.c.expires_us > utc_us, setup_token.c.id != "")
    rows = db.execute(open_.order_by(setup_token.c.created_us.desc())).mappings()
    return [Invitation(**{f.name: row[f.name] for f in fields(Invitation)}) for row in rows]


def revoke(db: Connection, organisation_id: str, id_: str, actor: str, utc_us: int) -> bool:
    """Withdraws an invitation; False if the firm has no such one."""
    own = (setup_token.c.organisation_id == organisation_id, setup_token.c.id == id_, setup_token.c.kind == INVITE)
    if not id_ or db.execute(delete(setup_token).where(*own)).rowcount != 1:
        return False
    audit.append(db, organisation_id, "invitation revoked", {"invitation": id_}, actor, utc_us)
    return True


def factor_link(db: Connection, who: User, token: str, seconds: int, actor: str, utc_us: int) -> None:
    """Makes a one-time link with which `who` sets up one more factor; earlier ones end."""
    own = (setup_token.c.organisation_id == who.organisation_id, setup_token.c.user_id == who.id)
    db.execute(delete(setup_token).where(*own))
    row = {"kind": FACTOR, "user_id": who.id, "role": who.role, "name": who.name, "email": who.email, "made_by": actor}
    times = {"created_us": utc_us, "expires_us": utc_us + seconds * 1_000_000, "id": new_id(utc_us)}
    values = {"token_sha256": accounts.sha256(token), "organisation_id": who.organisation_id, **times, **row}
    db.execute(insert(setup_token).values(values))


def change_role(db: Connection, organisation_id: str, user_id: str, role: str, actor: str, utc_us: int) -> None:
    """Gives a user another role. PeopleError."""
    who = _locked(db, organisation_id, user_id)
    if who.role == role:
        return
    _keep_an_owner(db, who)
    own = (user.c.organisation_id == organisation_id, user.c.id == user_id)
    db.execute(update(user).where(*own).values(role=role))
    told = {"user": user_id, "email": who.email, "from": who.role, "to": role}
    audit.append(db, organisation_id, "role changed", told, actor, utc_us)


def set_active(db: Connection, organisation_id: str, user_id: str, is_active: bool, actor: str, utc_us: int) -> None:
    """Lets a user in again, or keeps them out: their sign-ins and links end at once. PeopleError."""
    who = _locked(db, organisation_id, user_id)
    if who.is_active == is_active:
        return
    if not is_active:
        _keep_an_owner(db, who)
        end_links(db, organisation_id, user_id)
    accounts.set_active(db, organisation_id, who.email, is_active)
    kind = "user enabled" if is_active else "user disabled"
    audit.append(db, organisation_id, kind, {"user": user_id, "email": who.email}, actor, utc_us)


def reset_factors(db: Connection, organisation_id: str, user_id: str, token: str, actor: str, utc_us: int) -> User:
    """All factors and sign-ins of a user end at once; the link with `token` (a day) makes new ones. PeopleError."""
    who = _locked(db, organisation_id, user_id)
    passkeys.remove_passkeys(db, organisation_id, user_id)
    passkeys.replace_codes(db, organisation_id, user_id, [], utc_us)
    accounts.set_password(db, organisation_id, user_id, "", "")
    end_sign_ins(db, organisation_id, user_id)
    factor_link(db, who, token, 86_400, actor, utc_us)
    audit.append(db, organisation_id, "factors reset", {"user": user_id, "email": who.email}, actor, utc_us)
    return who


def end_sign_ins(db: Connection, organisation_id: str, user_id: str, but: str = "") -> None:
    """Signs every browser of a user out, except the one with the cookie `but`."""
    own = (sign_in_session.c.organisation_id == organisation_id, sign_in_session.c.user_id == user_id)
    db.execute(delete(sign_in_session).where(*own, sign_in_session.c.token_sha256 != accounts.sha256(but)))


def end_links(db: Connection, organisation_id: str, user_id: str) -> None:
    """Withdraws the links for new factors of a user."""
    own = (setup_token.c.organisation_id == organisation_id, setup_token.c.user_id == user_id)
    db.execute(delete(setup_token).where(*own))


def _locked(db: Connection, organisation_id: str, user_id: str) -> User:
    """The user; who changes people of a firm waits for whoever does it at the same time (two owners, each other)."""
    db.execute(select(organisation.c.id).where(organisation.c.id == organisation_id).with_for_update())
    found = accounts.get_user(db, organisation_id, user_id)
    if found is None:
        raise PeopleError("unknown")
    return found


def _keep_an_owner(db: Connection, who: User) -> None:
    own: Any = (user.c.organisation_id == who.organisation_id, user.c.role == "owner", user.c.is_active)
    others = db.execute(select(user.c.id).where(*own, user.c.id != who.id).limit(1)).first()
    if who.role == "owner" and who.is_active and others is None:
        raise PeopleError("last_owner")
