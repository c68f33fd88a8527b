"""Questions about organisations, users, sign-ins and setup links.

Signing in and the public page begin before an organisation is known: the functions under "before the organisation is
known" are the only ones without it; a test reads every statement and holds all others to it (S39).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, fields
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from beistand.server.store.database import StoreError, new_id
from beistand.server.store.tables import organisation, setup_token, sign_in_session, user

IDLE_US = 30 * 60 * 1_000_000
ABSOLUTE_US = 10 * 3600 * 1_000_000
SETUP_US = 24 * 3600 * 1_000_000


@dataclass(frozen=True)
class Organisation:
    """The firm. `price_cents_per_hour` is net, for help without a contract; 0 = none set."""

    id: str
    name: str
    domain: str
    language: str
    is_active: bool
    phones: list[dict[str, str]]
    price_cents_per_hour: int
    step_minutes: int
    minimum_minutes: int
    vat_bp: int
    must_be_person: bool = False


@dataclass(frozen=True)
class User:
    """A person who may sign in; the secrets stay out of its repr."""

    id: str
    organisation_id: str
    email: str
    name: str
    role: str
    is_active: bool
    password_hash: str = field(repr=False)
    totp_sealed: str = field(repr=False)


@dataclass(frozen=True)
class Setup:
    """An unused link; `pending` is what its first form said. `kind`: "invite", or "factor" (one more, of `user_id`)."""

    role: str
    organisation_id: str | None
    pending: dict[str, str]
    kind: str = "invite"
    user_id: str | None = None
    name: str = ""
    email: str = ""


def sha256(token: str) -> str:
    """Under what a random token is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def _as_organisation(row: Any) -> Organisation:
    values = {f.name: row[f.name] for f in fields(Organisation)}
    return Organisation(**{**values, "phones": json.loads(row["phones"])})


def _as_user(row: Any) -> User:
    return User(**{f.name: row[f.name] for f in fields(User)})


# --- before the organisation is known ---


def has_owner(db: Connection) -> bool:
    """Whether anybody owns this server: from then on no setup link for owners exists."""
    return db.execute(select(user.c.id).where(user.c.role == "owner").limit(1)).first() is not None


def public_organisation(db: Connection, host: str) -> Organisation | None:
    """The firm whose public page answers at `host`: the one of that domain, else the eldest; None if it is disabled."""
    rows = db.execute(select(organisation).order_by(organisation.c.created_us)).mappings().all()
    fitting = [row for row in rows if row["domain"] == host] or rows
    return _as_organisation(fitting[0]) if fitting and fitting[0]["is_active"] else None


def user_by_email(db: Connection, email: str) -> User | None:
    """Emails are unique on a server, in lower case."""
    row = db.execute(select(user).where(user.c.email == email.lower())).mappings().first()
    return _as_user(row) if row else None


def signed_in_user(db: Connection, token: str, utc_us: int) -> User | None:
    """Whose cookie this is, if it is neither idle for 30 minutes nor 10 hours old and the user is active (S33)."""
    question = (
        select(user)
        .join(sign_in_session, sign_in_session.c.user_id == user.c.id)
        .join(organisation, organisation.c.id == user.c.organisation_id)
        .where(
            sign_in_session.c.token_sha256 == sha256(token),
            sign_in_session.c.seen_us > utc_us - IDLE_US,
            sign_in_session.c.created_us > utc_us - ABSOLUTE_US,
            user.c.is_active,
            organisation.c.is_active,
        )
    )
    row = db.execute(question).mappings().first()
    return _as_user(row) if row else None


def signed_in_since(db: Connection, token: str) -> int:
    """When the person behind a cookie proved who they are (microseconds); 0 for none."""
    question = select(sign_in_session.c.created_us).where(sign_in_session.c.token_sha256 == sha256(token))
    return db.execute(question).scalar() or 0


def touch_sign_in(db: Connection, token: str, utc_us: int) -> None:
    """Notes that the browser is in use; one that was idle too long stays signed out."""
    own = (sign_in_session.c.token_sha256 == sha256(token), sign_in_session.c.seen_us > utc_us - IDLE_US)
    db.execute(update(sign_in_session).where(*own).values(seen_us=utc_us))


def end_sign_in(db: Connection, token: str) -> None:
    """Signs one browser out."""
    db.execute(delete(sign_in_session).where(sign_in_session.c.token_sha256 == sha256(token)))


def sweep_sign_ins(db: Connection, utc_us: int) -> None:
    """Forgets sign-ins that are over."""
    over = (sign_in_session.c.seen_us <= utc_us - IDLE_US) | (sign_in_session.c.created_us <= utc_us - ABSOLUTE_US)
    db.execute(delete(sign_in_session).where(over))


def make_owner_link(db: Connection, token: str, utc_us: int) -> None:
    """Makes the one link for the first owner and withdraws earlier ones. Raises StoreError if an owner exists."""
    if has_owner(db):
        raise StoreError("This server has an owner already: there is no setup link any more.")
    db.execute(delete(setup_token).where(setup_token.c.role == "owner", setup_token.c.organisation_id.is_(None)))
    values = {"created_us": utc_us, "expires_us": utc_us + SETUP_US, "role": "owner"}
    db.execute(insert(setup_token).values(token_sha256=sha256(token), **values))


def find_setup(db: Connection, token: str, utc_us: int) -> Setup | None:
    """The setup behind a link, if it is unused and not over. An owner's link dies when an owner exists (S30)."""
    own = (setup_token.c.token_sha256 == sha256(token), setup_token.c.expires_us > utc_us)
    row = db.execute(select(setup_token).where(*own)).mappings().first()
    if row is None or (row["organisation_id"] is None and has_owner(db)):
        return None
    told = {name: row[name] for name in ("role", "organisation_id", "kind", "user_id", "name", "email")}
    return Setup(pending=json.loads(row["pending"] or "{}"), **told)


def keep_pending(db: Connection, token: str, pending: dict[str, str]) -> None:
    """Keeps the first form until the second factor is confirmed."""
    own = setup_token.c.token_sha256 == sha256(token)
    db.execute(update(setup_token).where(own).values(pending=json.dumps(pending)))


def use_setup(db: Connection, token: str) -> None:
    """Uses the link up. Raises StoreError if another request was faster."""
    own = setup_token.c.token_sha256 == sha256(token)
    if db.execute(delete(setup_token).where(own)).rowcount != 1:
        raise StoreError("This setup link was used already.")


def add_organisation(db: Connection, name: str, domain: str, utc_us: int) -> str:
    """Makes a firm; gives its id."""
    id_ = new_id(utc_us)
    db.execute(insert(organisation).values(id=id_, name=name, domain=domain.lower(), created_us=utc_us))
    return id_


def organisations(db: Connection) -> list[Organisation]:
    """All firms of this server, for the operator's command line."""
    rows = db.execute(select(organisation).order_by(organisation.c.created_us)).mappings()
    return [_as_organisation(row) for row in rows]


# --- within one organisation ---


def get_organisation(db: Connection, organisation_id: str) -> Organisation:
    """The firm itself."""
    own = organisation.c.id == organisation_id
    return _as_organisation(db.execute(select(organisation).where(own)).mappings().one())


def change_organisation(db: Connection, organisation_id: str, **values: object) -> None:
    """Changes name, phones (a list) or terms of the firm. Raises StoreError if a value is out of its range."""
    if "phones" in values:
        values["phones"] = json.dumps(values["phones"])
    try:
        db.execute(update(organisation).where(organisation.c.id == organisation_id).values(**values))
    except IntegrityError as error:
        raise StoreError("The firm's settings are out of range: nothing was changed.") from error


def make_user_link(db: Connection, organisation_id: str, token: str, role: str, utc_us: int) -> None:
    """Makes a one-time link with which a new user of the firm signs up."""
    values = {"created_us": utc_us, "expires_us": utc_us + SETUP_US, "role": role}
    db.execute(insert(setup_token).values(token_sha256=sha256(token), organisation_id=organisation_id, **values))


def add_user(db: Connection, organisation_id: str, values: dict[str, str], utc_us: int) -> str:
    """Makes a user from email, name, role, password_hash, totp_sealed and id. Raises StoreError for a known email."""
    try:
        row = {**values, "email": values["email"].lower(), "created_us": utc_us}
        db.execute(insert(user).values(organisation_id=organisation_id, **row))
    except IntegrityError as error:
        raise StoreError("This email address belongs to a user already: use another one.") from error
    return values["id"]


def users(db: Connection, organisation_id: str) -> list[User]:
    """All users of the firm by name."""
    question = select(user).where(user.c.organisation_id == organisation_id).order_by(user.c.name)
    return [_as_user(row) for row in db.execute(question).mappings()]


def get_user(db: Connection, organisation_id: str, user_id: str) -> User | None:
    """One user of the firm."""
    own = (user.c.organisation_id == organisation_id, user.c.id == user_id)
    row = db.execute(select(user).where(*own)).mappings().first()
    return _as_user(row) if row else None


def lock_user(db: Connection, organisation_id: str, user_id: str) -> None:
    """Whoever changes factors of a user waits for others who do it at the same time."""
    own = (user.c.organisation_id == organisation_id, user.c.id == user_id)
    db.execute(select(user.c.id).where(*own).with_for_update())


def set_password(db: Connection, organisation_id: str, user_id: str, password_hash: str, totp_sealed: str) -> None:
    """Gives a user another password and app, or none ("" and "")."""
    own = (user.c.organisation_id == organisation_id, user.c.id == user_id)
    values = {"password_hash": password_hash, "totp_sealed": totp_sealed, "totp_last_step": 0}
    db.execute(update(user).where(*own).values(**values))


def set_active(db: Connection, organisation_id: str, email: str, is_active: bool) -> bool:
    """Lets a user in or keeps them out (which ends their sign-ins at once). False if the firm has no such user."""
    own = (user.c.organisation_id == organisation_id, user.c.email == email.lower())
    row = db.execute(select(user.c.id).where(*own)).first()
    if row is None:
        return False
    db.execute(update(user).where(*own).values(is_active=is_active))
    theirs = (sign_in_session.c.organisation_id == organisation_id, sign_in_session.c.user_id == row.id)
    if not is_active:
        db.execute(delete(sign_in_session).where(*theirs))
    return True


def use_totp_step(db: Connection, organisation_id: str, user_id: str, step: int) -> bool:
    """Takes a code's time step; False if it or a later one was taken before (a code works once)."""
    own = (user.c.organisation_id == organisation_id, user.c.id == user_id, user.c.totp_last_step < step)
    return db.execute(update(user).where(*own).values(totp_last_step=step)).rowcount == 1


def start_sign_in(db: Connection, organisation_id: str, user_id: str, token: str, utc_us: int) -> None:
    """Remembers a browser that proved both factors."""
    sweep_sign_ins(db, utc_us)
    values = {"organisation_id": organisation_id, "user_id": user_id, "created_us": utc_us, "seen_us": utc_us}
    db.execute(insert(sign_in_session).values(token_sha256=sha256(token), **values))
