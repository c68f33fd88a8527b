"""Signed notes and the checkpoints of a log (C2SP: signed-note, tlog-checkpoint), with Ed25519.

beistand/<organisation>      the log
1234                         how many entries it had
<base64>                     the head of its tree
                             (empty line)
— beistand/<organisation> <base64 of four bytes of the key's hash || signature>
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from beistand.audit.merkle import HASH_BYTES

ED25519 = b"\x01"
NOTE_BYTES = 4096
_MARK = "— "


class NoteError(Exception):
    """A note, key or proof is malformed or its signature is wrong; the text is one sentence."""


def origin(organisation_id: str) -> str:
    """The name of an organisation's log, and of the key that signs it."""
    return f"beistand/{organisation_id}"


@dataclass(frozen=True)
class Verifier:
    """Whose signature counts: the key's name and its 32 public bytes."""

    name: str
    public: bytes

    @property
    def hint(self) -> bytes:
        """Four bytes by which a signature line finds its key."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    def text(self) -> str:
        """The key in one line: name+hint+key."""
        return f"{self.name}+{self.hint.hex()}+{_base64(ED25519 + self.public)}"


def verifier(text: str) -> Verifier:
    """Reads `Verifier.text`. NoteError."""
    name, _, rest = text.strip().partition("+")
    hint, _, key = rest.partition("+")
    raw = _bytes(key)
    if not name or len(raw) != 33 or raw[:1] != ED25519 or any(c.isspace() for c in name):
        raise NoteError("The log's key is malformed.")
    made = Verifier(name, raw[1:])
    if made.hint.hex() != hint:
        raise NoteError("The log's key does not fit its own short form.")
    return made


@dataclass(frozen=True)
class Checkpoint:
    """What a log says of itself at one moment."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The note's body."""
        return f"{self.origin}\n{self.size}\n{_base64(self.root)}\n"


def sign(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> str:
    """The signed note."""
    body = checkpoint.text()
    name = checkpoint.origin
    signer = Verifier(name, key.public_key().public_bytes_raw())
    return f"{body}\n{_MARK}{name} {_base64(signer.hint + key.sign(body.encode()))}\n"


def verified(note: str, key: Verifier) -> Checkpoint:
    """The checkpoint of a note that `key` has signed. NoteError. Signatures of others are passed over."""
    body, signatures = _parts(note)
    for line in signatures:
        name, _, text = line.removeprefix(_MARK).partition(" ")
        raw = _bytes(text)
        if name != key.name or raw[:4] != key.hint:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(key.public).verify(raw[4:], body.encode())
        except (InvalidSignature, ValueError):
            raise NoteError("The checkpoint's signature is wrong.") from None
        return _checkpoint(body, key.name)
    raise NoteError("The checkpoint is not signed by this log's key.")


def _parts(note: str) -> tuple[str, list[str]]:
    body, gap, rest = note.rpartition("\n\n")
    lines = rest.split("\n")
    is_whole = gap and rest.endswith("\n") and all(line.startswith(_MARK) for line in lines[:-1])
    if len(note) > NOTE_BYTES or not is_whole or len(lines) < 2:
        raise NoteError("The checkpoint is not a signed note.")
    return body + "\n", lines[:-1]


def _checkpoint(body: str, name: str) -> Checkpoint:
    lines = body.split("\n")
    if len(lines) < 4 or lines[0] != name:
        raise NoteError("The checkpoint belongs to another log.")
    size, head = decimal(lines[1]), _bytes(lines[2])
    if len(head) != HASH_BYTES:
        raise NoteError("The checkpoint's tree head is malformed.")
    return Checkpoint(lines[0], size, head)


def decimal(text: str) -> int:
    """A number without sign or leading zeroes. NoteError."""
    if not (text.isascii() and text.isdigit() and len(text) <= 18) or (text[0] == "0" and text != "0"):
        raise NoteError("A number in the proof is malformed.")
    return int(text)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NoteError("A part of the proof is not base64.") from None
    if _base64(raw) != text:
        raise NoteError("A part of the proof is not base64.")
    return raw
