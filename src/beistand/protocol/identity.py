"""Who is asking: statements signed over the technician's PAKE share, and what the customer's program believes of them.

    root key (offline, pinned in the program) -- signs, for a year --> online key (on the firm's server)
    online key -- signs, over the share of this very session --> {organisation, technician, route, issued, expires}

The share depends on the customer's fresh nonce, so a signature over it is fresh by itself: the clock of the customer's
computer, which may be wrong, only has to be right to half a day. Pure; docs/protocol.md section 10 is normative.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from beistand.protocol.errors import PeerError

STATEMENT_SECONDS = 15 * 60
ONLINE_SECONDS = 400 * 86_400
CLOCK_SECONDS = 12 * 3600
NAME_CHARACTERS = 60
IDENT_BYTES = 4_096
KEY_BYTES, SHARE_BYTES, SIGNATURE_BYTES = 32, 32, 64
# What a signature is for: no signature of one kind can stand for another.
ONLINE, TECHNICIAN = "online key", "technician"
NOT_VERIFIED, BY_FIRM = "not verified", "by firm"


@dataclass(frozen=True)
class Bound:
    """What the program knows of this session by itself: the other end's share, whom it joined, its own clock (UTC)."""

    share: bytes
    organisation: str
    route: str
    utc_seconds: int


@dataclass(frozen=True)
class Who:
    """Names for the consent sheet, and how far to believe them (`NOT_VERIFIED`, `BY_FIRM`)."""

    company: str
    technician: str
    domain: str
    trust: str


def to_sign(kind: str, share: bytes, text: str) -> bytes:
    """The bytes under a signature; `share` is empty for what holds longer than one session."""
    return f"beistand {kind} 1\n{share.hex()}\n{text}".encode()


def sign(kind: str, share: bytes, text: str, key: Ed25519PrivateKey) -> str:
    """The signature in base64."""
    return base64.b64encode(key.sign(to_sign(kind, share, text))).decode()


def write(fields: dict[str, Any]) -> str:
    """A statement's text: it is signed and sent as it stands, nobody writes it anew."""
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


def named(value: object) -> str:
    """A name as it may be shown: printable (no bidirectional controls), 1 to 60 characters. PeerError."""
    if isinstance(value, str) and value.strip() == value and value.isprintable() and 0 < len(value) <= NAME_CHARACTERS:
        return value
    raise PeerError("ident", "A name in the technician's statement cannot be shown.")


def shortened(text: str) -> str:
    """A name as `named` takes it: controls and strange spaces away, at most 60. PeerError if none is left."""
    return named("".join(c for c in text if c.isprintable()).strip()[:NAME_CHARACTERS].strip())


def verify(ident: bytes, bound: Bound, root: bytes | None) -> Who:
    """Whom the technician's statement names. With a pinned `root` nothing is believed that it does not cover.

    PeerError: "ident_missing" (unsigned), "ident_forged", "ident_other" (of another session, firm or number),
    "ident_expired", "ident" (cannot be read).
    """
    whole = _object(ident)
    if "statement" not in whole:
        if root is not None:
            raise PeerError("ident_missing", "The technician has not proven for whom they work.")
        return Who(_text(whole, "company"), _text(whole, "technician"), _text(whole, "domain"), NOT_VERIFIED)
    online_text, statement_text = _text(whole, "online"), _text(whole, "statement")
    online, statement = _object(online_text.encode()), _object(statement_text.encode())
    if root is not None:
        _check_signature(root, ONLINE, b"", online_text, _text(whole, "online_signature"))
        _check_times(online, bound.utc_seconds, ONLINE_SECONDS)
    key = _raw(_text(online, "key"), KEY_BYTES)
    _check_signature(key, TECHNICIAN, bound.share, statement_text, _text(whole, "signature"))
    _check_times(statement, bound.utc_seconds, STATEMENT_SECONDS)
    organisations = {_text(online, "organisation"), _text(statement, "organisation"), bound.organisation}
    if len(organisations) != 1 or _text(statement, "route") != bound.route:
        raise PeerError("ident_other", "The technician's statement belongs to another session.")
    names = [named(online.get("company")), named(statement.get("technician")), named(online.get("domain"))]
    return Who(names[0], names[1], names[2], BY_FIRM if root is not None else NOT_VERIFIED)


def check_online(text: str, signature: str, root: bytes, utc_seconds: int) -> dict[str, Any]:
    """The fields of an online key's statement that `root` has signed and that is valid now. PeerError."""
    _check_signature(root, ONLINE, b"", text, signature)
    online = _object(text.encode())
    _check_times(online, utc_seconds, ONLINE_SECONDS)
    _raw(_text(online, "key"), KEY_BYTES)
    return online


def _check_signature(key: bytes, kind: str, share: bytes, text: str, signature: str) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(_raw(signature, SIGNATURE_BYTES), to_sign(kind, share, text))
    except (InvalidSignature, ValueError):
        raise PeerError("ident_forged", "The technician's statement is not signed by the firm.") from None


def _check_times(fields: dict[str, Any], utc_seconds: int, longest: int) -> None:
    issued, expires = fields.get("issued"), fields.get("expires")
    if type(issued) is not int or type(expires) is not int or not 0 < expires - issued <= longest:
        raise PeerError("ident", "The times in the technician's statement make no sense.")
    if not issued - CLOCK_SECONDS <= utc_seconds <= expires + CLOCK_SECONDS:
        raise PeerError("ident_expired", "The technician's statement is not valid any more, or not yet.")


def _object(data: bytes) -> dict[str, Any]:
    try:
        value = json.loads(data.decode(), parse_constant=_no_number) if len(data) <= IDENT_BYTES else None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise PeerError("ident", "The technician's statement cannot be read.")
    return value


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    # Half a character (a lone surrogate, which JSON lets through) cannot be signed.
    if not isinstance(value, str) or any("\ud800" <= c <= "\udfff" for c in value):
        raise PeerError("ident", "The technician's statement cannot be read.")
    return value


def _raw(text: str, size: int) -> bytes:
    try:
        value = base64.b64decode(text, validate=True)
    except ValueError:
        value = b""
    if len(value) != size or base64.b64encode(value).decode() != text:
        raise PeerError("ident", "The technician's statement cannot be read.")
    return value
