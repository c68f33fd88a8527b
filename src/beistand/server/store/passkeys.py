"""Questions about passkeys and recovery codes. What a browser answers is checked in `portal/webauthn.py`."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from beistand.server.store.database import StoreError
from beistand.server.store.tables import passkey, recovery_code

MOST_OF_USER = 20


@dataclass(frozen=True)
class Passkey:
    """A registered passkey. `id` is the credential id (base64url), `public_key` a COSE_Key; `used_us` 0 = never."""

    id: str
    organisation_id: str
    user_id: str
    name: str
    public_key: bytes
    sign_count: int
    transports: tuple[str, ...]
    created_us: int
    used_us: int


def _as_passkey(row: Any) -> Passkey:
    values = {f.name: row[f.name] for f in fields(Passkey)}
    return Passkey(**{**values, "transports": tuple(json.loads(row["transports"]))})


# --- before the organisation is known ---


def passkey_by_id(db: Connection, id_: str) -> Passkey | None:
    """Whose passkey answers a sign-in: nobody has said who they are before."""
    row = db.execute(select(passkey).where(passkey.c.id == id_)).mappings().first()
    return _as_passkey(row) if row else None


# --- within one organisation ---


def add_passkey(db: Connection, new: Passkey) -> None:
    """Registers a passkey. Raises StoreError if it is known already or the user has 20."""
    if len(passkeys(db, new.organisation_id, new.user_id)) >= MOST_OF_USER:
        raise StoreError(f"A user has at most {MOST_OF_USER} passkeys: remove one first.")
    row = {f.name: getattr(new, f.name) for f in fields(Passkey)}
    try:
        db.execute(insert(passkey).values({**row, "transports": json.dumps(new.transports)}))
    except IntegrityError as error:
        raise StoreError("This passkey is registered already.") from error


def passkeys(db: Connection, organisation_id: str, user_id: str) -> list[Passkey]:
    """The passkeys of a user, oldest first."""
    own = (passkey.c.organisation_id == organisation_id, passkey.c.user_id == user_id)
    rows = db.execute(select(passkey).where(*own).order_by(passkey.c.created_us, passkey.c.id)).mappings()
    return [_as_passkey(row) for row in rows]


def use_passkey(db: Connection, organisation_id: str, id_: str, sign_count: int, utc_us: int) -> bool:
    """Notes a use with the authenticator's new count; False if the count is not above the kept one.

    A count that stands still or falls is a copied key (WebAuthn level 3, section 6.1.1); 0 and 0: it counts nothing.
    """
    own = (passkey.c.organisation_id == organisation_id, passkey.c.id == id_)
    grows = passkey.c.sign_count < sign_count if sign_count else passkey.c.sign_count == 0
    return db.execute(update(passkey).where(*own, grows).values(sign_count=sign_count, used_us=utc_us)).rowcount == 1


def rename_passkey(db: Connection, organisation_id: str, user_id: str, id_: str, name: str) -> bool:
    """Gives a user's passkey another name; False if they have no such passkey."""
    own = (passkey.c.organisation_id == organisation_id, passkey.c.user_id == user_id, passkey.c.id == id_)
    return db.execute(update(passkey).where(*own).values(name=name)).rowcount == 1


def remove_passkey(db: Connection, organisation_id: str, user_id: str, id_: str) -> bool:
    """Forgets a user's passkey; False if they have no such passkey. Whether it may go is the caller's rule."""
    own = (passkey.c.organisation_id == organisation_id, passkey.c.user_id == user_id, passkey.c.id == id_)
    return db.execute(delete(passkey).where(*own)).rowcount == 1


def remove_passkeys(db: Connection, organisation_id: str, user_id: str) -> None:
    """Forgets all passkeys of a user."""
    own = (passkey.c.organisation_id == organisation_id, passkey.c.user_id == user_id)
    db.execute(delete(passkey).where(*own))


def replace_codes(db: Connection, organisation_id: str, user_id: str, codes: list[str], utc_us: int) -> None:
    """Makes these the user's recovery codes; earlier ones end. An empty list leaves none."""
    own = (recovery_code.c.organisation_id == organisation_id, recovery_code.c.user_id == user_id)
    db.execute(delete(recovery_code).where(*own))
    for code in codes:
        row = {"organisation_id": organisation_id, "user_id": user_id, "created_us": utc_us}
        db.execute(insert(recovery_code).values(code_sha256=_hash(user_id, code), **row))


def use_code(db: Connection, organisation_id: str, user_id: str, code: str) -> bool:
    """Uses a recovery code up; False if it is none of the user's."""
    own = (recovery_code.c.organisation_id == organisation_id, recovery_code.c.user_id == user_id)
    return (
        db.execute(delete(recovery_code).where(*own, recovery_code.c.code_sha256 == _hash(user_id, code))).rowcount == 1
    )


def codes_left(db: Connection, organisation_id: str, user_id: str) -> int:
    """How many recovery codes the user still has."""
    own = (recovery_code.c.organisation_id == organisation_id, recovery_code.c.user_id == user_id)
    return int(db.execute(select(func.count()).select_from(recovery_code).where(*own)).scalar_one())


def _hash(user_id: str, code: str) -> str:
    return hashlib.sha256(f"{user_id} {code}".encode()).hexdigest()
