"""Who is asking: statements signed over the technician's PAKE share, and what the customer's program believes of them.

    root key (offline, pinned in the program) -- signs, for a year --> online key (on the firm's server)
    online key -- signs, over the share of this very session --> {organisation, technician, route, issued, expires}
    level two: the technician's own passkey signs the share as well, see passkey.py

The share depends on the customer's fresh nonce, so a signature over it is fresh by itself: the clock of the customer's
computer, which may be wrong, only has to be right to half a day. Pure; docs/protocol.md section 10 is normative.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from beistand.protocol import passkey
from beistand.protocol.errors import PeerError
from beistand.protocol.statement import (
    IDENT_BYTES,
    KEY_BYTES,
    check_signature,
    check_times,
    named,
    raw,
    read,
    shortened,
    sign,
    text_of,
    to_sign,
    write,
)

__all__ = [
    "BY_FIRM",
    "BY_PERSON",
    "IDENT_BYTES",
    "KEY_BYTES",
    "NOT_VERIFIED",
    "NO_DEMAND",
    "ONLINE",
    "SHARE_BYTES",
    "STATEMENT_SECONDS",
    "TECHNICIAN",
    "Bound",
    "Demand",
    "Who",
    "check_online",
    "named",
    "shortened",
    "sign",
    "to_sign",
    "verify",
    "write",
]

STATEMENT_SECONDS = 15 * 60
ONLINE_SECONDS = 400 * 86_400
SHARE_BYTES = 32
# What a signature is for: no signature of one kind can stand for another (passkey.PASSKEY is the third).
ONLINE, TECHNICIAN = "online key", "technician"
NOT_VERIFIED, BY_FIRM, BY_PERSON = "not verified", "by firm", "by person"


@dataclass(frozen=True)
class Bound:
    """What the program knows of this session by itself: the other end's share, whom it joined, its own clock (UTC).

    `origin` is the server's address as it was put into the program.
    """

    share: bytes
    organisation: str
    route: str
    utc_seconds: int
    origin: str = ""


@dataclass(frozen=True)
class Demand:
    """What the firm has put into the program beside its root key.

    `least_roster`: rosters with a smaller number are out of date. `must_be_person`: level two or nothing.
    """

    least_roster: int = 0
    must_be_person: bool = False


NO_DEMAND = Demand()


@dataclass(frozen=True)
class Who:
    """Names for the consent sheet, and how far to believe them (`NOT_VERIFIED`, `BY_FIRM`, `BY_PERSON`)."""

    company: str
    technician: str
    domain: str
    trust: str


def verify(ident: bytes, bound: Bound, root: bytes | None, demand: Demand = NO_DEMAND) -> Who:
    """Whom the technician's statement names. With a pinned `root` nothing is believed that it does not cover.

    PeerError: "ident_missing" (unsigned), "ident_forged", "ident_other" (of another session, firm or number),
    "ident_expired", "ident" (cannot be read); of level two "ident_passkey" (the passkey does not vouch for this
    session), "ident_roster" (the firm's list is out of date), "ident_person" (demanded, and not there).
    """
    whole = read(ident)
    if "statement" not in whole:
        if root is not None:
            raise PeerError("ident_missing", "The technician has not proven for whom they work.")
        return Who(text_of(whole, "company"), text_of(whole, "technician"), text_of(whole, "domain"), NOT_VERIFIED)
    online_text, statement_text = text_of(whole, "online"), text_of(whole, "statement")
    online, statement = read(online_text.encode()), read(statement_text.encode())
    if root is not None:
        check_signature(root, ONLINE, b"", online_text, text_of(whole, "online_signature"))
        check_times(online, bound.utc_seconds, ONLINE_SECONDS)
    key = raw(text_of(online, "key"), KEY_BYTES)
    check_signature(key, TECHNICIAN, bound.share, statement_text, text_of(whole, "signature"))
    check_times(statement, bound.utc_seconds, STATEMENT_SECONDS)
    organisations = {text_of(online, "organisation"), text_of(statement, "organisation"), bound.organisation}
    if len(organisations) != 1 or text_of(statement, "route") != bound.route:
        raise PeerError("ident_other", "The technician's statement belongs to another session.")
    names = [named(online.get("company")), named(statement.get("technician")), named(online.get("domain"))]
    if root is None:
        return Who(names[0], names[1], names[2], NOT_VERIFIED)
    if "passkey" not in whole:
        if demand.must_be_person:
            raise PeerError("ident_person", "The technician has not confirmed this session with their own passkey.")
        return Who(names[0], names[1], names[2], BY_FIRM)
    entry = passkey.check(whole["passkey"], root, bound.share, bound.origin, bound.utc_seconds)
    if entry.organisation != bound.organisation or entry.technician != names[1]:
        raise PeerError("ident_passkey", "The passkey belongs to another technician.")
    if entry.number < demand.least_roster:
        raise PeerError("ident_roster", passkey.OUT_OF_DATE)
    return Who(names[0], names[1], names[2], BY_PERSON)


def check_online(text: str, signature: str, root: bytes, utc_seconds: int) -> dict[str, Any]:
    """The fields of an online key's statement that `root` has signed and that is valid now. PeerError."""
    check_signature(root, ONLINE, b"", text, signature)
    online = read(text.encode())
    check_times(online, utc_seconds, ONLINE_SECONDS)
    raw(text_of(online, "key"), KEY_BYTES)
    return online
