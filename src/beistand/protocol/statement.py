"""Signed texts that are sent as they stand: how they are written, signed, read and checked. Pure.

What they say is `identity.py`'s and `passkey.py`'s business; docs/protocol.md section 10 is normative.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from beistand.protocol.errors import PeerError

CLOCK_SECONDS = 12 * 3600
NAME_CHARACTERS = 60
IDENT_BYTES = 4_096
KEY_BYTES, SIGNATURE_BYTES = 32, 64


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


def check_signature(key: bytes, kind: str, share: bytes, text: str, signature: str) -> None:
    """PeerError "ident_forged" unless `key` (Ed25519, 32 bytes) has signed the text for this kind and share."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(raw(signature, SIGNATURE_BYTES), to_sign(kind, share, text))
    except (InvalidSignature, ValueError):
        raise PeerError("ident_forged", "The technician's statement is not signed by the firm.") from None


def check_times(fields: dict[str, Any], utc_seconds: int, longest: int) -> None:
    """PeerError "ident_expired" unless it is valid now, give or take half a day; "ident" for times without sense."""
    issued, expires = fields.get("issued"), fields.get("expires")
    if type(issued) is not int or type(expires) is not int or not 0 < expires - issued <= longest:
        raise PeerError("ident", "The times in the technician's statement make no sense.")
    if not issued - CLOCK_SECONDS <= utc_seconds <= expires + CLOCK_SECONDS:
        raise PeerError("ident_expired", "The technician's statement is not valid any more, or not yet.")


def read(data: bytes) -> dict[str, Any]:
    """The object in JSON text of at most 4,096 bytes. PeerError."""
    try:
        value = json.loads(data.decode(), parse_constant=_no_number) if len(data) <= IDENT_BYTES else None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise PeerError("ident", "The technician's statement cannot be read.")
    return value


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def text_of(fields: dict[str, Any], name: str) -> str:
    """A field that must be text. PeerError."""
    value = fields.get(name)
    # Half a character (a lone surrogate, which JSON lets through) cannot be signed.
    if not isinstance(value, str) or any("\ud800" <= c <= "\udfff" for c in value):
        raise PeerError("ident", "The technician's statement cannot be read.")
    return value


def raw(text: str, size: int) -> bytes:
    """Exactly `size` bytes out of base64, written in the one right way. PeerError."""
    return bounded(text, size, size)


def bounded(text: str, least: int, most: int) -> bytes:
    """Between `least` and `most` bytes out of base64, written in the one right way. PeerError."""
    try:
        value = base64.b64decode(text, validate=True)
    except ValueError:
        value = b""
    if not least <= len(value) <= most or base64.b64encode(value).decode() != text:
        raise PeerError("ident", "The technician's statement cannot be read.")
    return value
