"""The server's own secrets: made at the first start, kept in one file that only its owner may read (S32).

Losing the file ends all sign-ins and makes every second factor invalid; it belongs into the backup.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FILE_NAME = "secrets.json"
AUDIT_FILE = "audit-key.json"


class KeyFileError(Exception):
    """The secrets file cannot be used; the text says what to do."""


@dataclass(frozen=True)
class ServerKeys:
    """Three independent keys of 32 bytes: resume tokens of the relay, second factors at rest, forms."""

    relay: bytes
    at_rest: bytes
    forms: bytes

    def __repr__(self) -> str:
        return "ServerKeys(hidden)"

    def seal(self, plain: str, owner: str) -> str:
        """Encrypts a second factor for the database, bound to its owner's id."""
        nonce = secrets.token_bytes(12)
        return (nonce + AESGCM(self.at_rest).encrypt(nonce, plain.encode(), owner.encode())).hex()

    def open(self, sealed: str, owner: str) -> str:
        """Reverses `seal`. Raises KeyFileError if the secrets file is not the one that sealed it."""
        data = bytes.fromhex(sealed)
        try:
            return AESGCM(self.at_rest).decrypt(data[:12], data[12:], owner.encode()).decode()
        except InvalidTag:
            raise KeyFileError(f"{FILE_NAME} does not fit the database: restore both from the same backup.") from None

    def form_token(self, sign_in: str) -> str:
        """Token that a form of this sign-in carries; a page of another origin cannot know it."""
        return hmac.new(self.forms, sign_in.encode(), hashlib.sha256).hexdigest()


def load_or_make(folder: Path) -> ServerKeys:
    """Reads the secrets file, or makes it with mode 0600. Raises KeyFileError with one sentence."""
    return ServerKeys(*_secrets(folder / FILE_NAME, ("relay", "at_rest", "forms")))


def load_or_make_signing(path: Path) -> Ed25519PrivateKey:
    """Reads a signing key of its own file (the audit log's, an organisation's), or makes it (0600). KeyFileError."""
    return Ed25519PrivateKey.from_private_bytes(_secrets(path, ("ed25519",))[0])


def load_signing(path: Path) -> Ed25519PrivateKey:
    """Reads a signing key that must exist. KeyFileError."""
    if not path.exists():
        raise KeyFileError(f"{path} is missing: restore it from the backup.")
    return load_or_make_signing(path)


def _secrets(path: Path, names: tuple[str, ...]) -> list[bytes]:
    try:
        _make(path, names)
    except FileExistsError:
        pass
    except OSError as error:
        raise KeyFileError(f"{path} cannot be written ({error.strerror}): check the data folder.") from None
    if stat.S_IMODE(path.stat().st_mode) & 0o077 and os.name == "posix":
        raise KeyFileError(f"{path} may be read by others: run `chmod 600 {path}`.")
    try:
        values = json.loads(path.read_text("ascii"))
        keys = [bytes.fromhex(values[name]) for name in names]
    except (ValueError, KeyError, TypeError):
        raise KeyFileError(f"{path} is damaged: restore it from the backup.") from None
    if any(len(key) != 32 for key in keys):
        raise KeyFileError(f"{path} is damaged: restore it from the backup.")
    return keys


def _make(path: Path, names: tuple[str, ...]) -> None:
    """Written beside, then linked into place: a crash leaves no half file, and a second server never overwrites it."""
    if path.exists():
        raise FileExistsError(path)
    values = {name: secrets.token_hex(32) for name in names}
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            json.dump(values, file)
            file.flush()
            os.fsync(file.fileno())
        os.link(beside, path)
    finally:
        beside.unlink()
