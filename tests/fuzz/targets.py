"""Readers of hostile input. Each target takes any bytes and lets out nothing but what its reader does not promise."""

from __future__ import annotations

import base64
import hashlib
import io
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from beistand.audit import note, proof, receipt
from beistand.audit.note import NoteError, Verifier
from beistand.audit.receipt import ReceiptError
from beistand.host.platform.windows.elevation.wire import REPLY_KINDS, REQUEST_KINDS, WireError
from beistand.host.platform.windows.elevation.wire import Reader as PipeReader
from beistand.protocol import identity, passkey, rendezvous, wire
from beistand.protocol.e2e import messages
from beistand.protocol.errors import PeerError
from beistand.server import archive, rosters
from beistand.server.archive import ArchiveError
from beistand.server.portal import party_csv
from beistand.server.portal.party_csv import SheetError
from beistand.server.rosters import RosterError

KEY = Verifier("beistand/firm", bytes(32))
ROOT_KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
BOUND = identity.Bound(bytes(32), "org", "123", 1_795_000_000, "http://localhost:8800")
_ASKED = base64.urlsafe_b64encode(passkey.challenge(BOUND.share)).decode().rstrip("=")
_CLIENT = {"type": "webauthn.get", "challenge": _ASKED, "origin": BOUND.origin}
_RIGHT = {
    "authenticator_data": hashlib.sha256(b"localhost").digest() + bytes((5, 0, 0, 0, 1)),
    "client_data": identity.write(_CLIENT).encode(),
    "signature": bytes(70),
}
RIGHT = {name: base64.b64encode(one).decode() for name, one in _RIGHT.items()}


def frames(data: bytes) -> None:
    with suppress(PeerError):
        wire.FrameReader().feed(data)


def rendezvous_frame(data: bytes) -> None:
    with suppress(PeerError):
        rendezvous.decode(data)


def message(data: bytes) -> None:
    """Each kind on its own way, so that its fields are reached."""
    entry = messages.TABLE.get(data[0]) if data else None
    for sender in (messages.HOST, messages.TECHNICIAN):
        with suppress(PeerError):
            messages.decode(entry[1] if entry else 0, sender, data)


def receipt_file(data: bytes) -> None:
    with suppress(ReceiptError, NoteError):
        receipt.check(receipt.read(data.decode("utf-8", "replace")))


def checkpoint(data: bytes) -> None:
    with suppress(NoteError):
        note.verified(data.decode("utf-8", "replace"), KEY)


def log_key(data: bytes) -> None:
    with suppress(NoteError):
        note.verifier(data.decode("utf-8", "replace"))


def log_proof(data: bytes) -> None:
    with suppress(NoteError):
        proof.read(data.decode("utf-8", "replace"))


def backup(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder, suppress(ArchiveError):
        archive.read(io.BytesIO(data), Path(folder), "a password")


def customers_csv(data: bytes) -> None:
    with suppress(SheetError):
        party_csv.read(data, set(), set())


def ident(data: bytes) -> None:
    """As the program with a pinned key reads it, and as one without; signatures hold for one fuzzed part at a time."""
    for root in (None, ROOT_KEY.public_key().public_bytes_raw()):
        with suppress(PeerError):
            identity.verify(data, BOUND, root)


def passkey_entry(data: bytes) -> None:
    """A roster's entry with any text, under the right signature."""
    with suppress(PeerError, UnicodeDecodeError):
        text = data.decode()
        signature = identity.sign(passkey.PASSKEY, b"", text, ROOT_KEY)
        passkey.check_entry(text, signature, ROOT_KEY.public_key().public_bytes_raw(), BOUND.utc_seconds)


def passkey_assertion(data: bytes) -> None:
    """Each part of an assertion replaced by the bytes, the others as they should be."""
    line = {"kind": "passkey", "organisation": "org", "number": 1, "technician": "T", "algorithm": passkey.ES256}
    line |= {"rp_id": "localhost", "issued": BOUND.utc_seconds, "expires": BOUND.utc_seconds + 60}
    for name in ("key", "authenticator_data", "client_data", "signature"):
        told = base64.b64encode(data).decode()
        text = identity.write(line | {"key": told if name == "key" else base64.b64encode(bytes(91)).decode()})
        signature = identity.sign(passkey.PASSKEY, b"", text, ROOT_KEY)
        proof = {"roster": text, "roster_signature": signature} | RIGHT | ({name: told} if name != "key" else {})
        with suppress(PeerError):
            passkey.check(proof, ROOT_KEY.public_key().public_bytes_raw(), BOUND.share, BOUND.origin, 1_795_000_000)


def helper_pipe(data: bytes) -> None:
    for kinds in (REQUEST_KINDS, REPLY_KINDS):
        with suppress(WireError):
            PipeReader(kinds).feed(data)


def roster_file(data: bytes) -> None:
    with suppress(RosterError):
        rosters.read(data.decode("utf-8", "replace"))


TARGETS: dict[str, Callable[[bytes], None]] = {
    "frames": frames,
    "rendezvous_frame": rendezvous_frame,
    "message": message,
    "receipt_file": receipt_file,
    "checkpoint": checkpoint,
    "log_key": log_key,
    "log_proof": log_proof,
    "backup": backup,
    "customers_csv": customers_csv,
    "helper_pipe": helper_pipe,
    "ident": ident,
    "passkey_entry": passkey_entry,
    "passkey_assertion": passkey_assertion,
    "roster_file": roster_file,
}
