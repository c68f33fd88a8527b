"""Readers of hostile input. Each target takes any bytes and lets out nothing but what its reader does not promise."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from beistand.audit import note, proof, receipt
from beistand.audit.note import NoteError, Verifier
from beistand.audit.receipt import ReceiptError
from beistand.host.platform.windows.elevation.wire import REPLY_KINDS, REQUEST_KINDS, WireError
from beistand.host.platform.windows.elevation.wire import Reader as PipeReader
from beistand.protocol import rendezvous, wire
from beistand.protocol.e2e import messages
from beistand.protocol.errors import PeerError
from beistand.server import archive
from beistand.server.archive import ArchiveError
from beistand.server.portal import party_csv
from beistand.server.portal.party_csv import SheetError

KEY = Verifier("beistand/firm", bytes(32))


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


def helper_pipe(data: bytes) -> None:
    for kinds in (REQUEST_KINDS, REPLY_KINDS):
        with suppress(WireError):
            PipeReader(kinds).feed(data)


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
}
