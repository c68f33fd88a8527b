"""A proof that an entry stands in a log, as text to keep (C2SP tlog-proof, version 1): index, path, checkpoint."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass

from beistand.audit.merkle import HASH_BYTES, root_of_path
from beistand.audit.note import Checkpoint, NoteError, Verifier, decimal, verified

HEAD = "c2sp.org/tlog-proof@v1"
MOST_HASHES = 63


@dataclass(frozen=True)
class Proof:
    """Where the entry stands, the path to the tree's head, and the head as the log signed it."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: str


def write(index: int, path: Sequence[bytes], checkpoint: str) -> str:
    """The proof as text, about 1 KB."""
    hashes = "".join(f"{base64.b64encode(one).decode()}\n" for one in path)
    return f"{HEAD}\nindex {index}\n{hashes}\n{checkpoint}"


def read(text: str) -> Proof:
    """Takes a proof apart. NoteError. `extra` lines are passed over: nobody has signed them."""
    lines = text.split("\n")
    at = 2 if len(lines) > 2 and lines[1].startswith("extra ") else 1
    end = next((i for i, line in enumerate(lines) if not line), 0)
    if lines[0] != HEAD or end <= at or not lines[at].startswith("index ") or end - at > MOST_HASHES:
        raise NoteError("The proof is not in the form of tlog-proof version 1.")
    path = []
    for line in lines[at + 1 : end]:
        try:
            value = base64.b64decode(line, validate=True)
        except (binascii.Error, ValueError):
            value = b""
        if len(value) != HASH_BYTES:
            raise NoteError("The proof holds a hash that is none.")
        path.append(value)
    return Proof(decimal(lines[at].removeprefix("index ")), tuple(path), "\n".join(lines[end + 1 :]))


def check(text: str, leaf: bytes, key: Verifier) -> tuple[int, Checkpoint]:
    """Where the leaf stands and under which checkpoint, if `key` has signed that it does. NoteError."""
    proof = read(text)
    checkpoint = verified(proof.checkpoint, key)
    try:
        head = root_of_path(proof.index, checkpoint.size, leaf, proof.path)
    except ValueError as error:
        raise NoteError(f"The proof does not fit the log: {error}.") from None
    if head != checkpoint.root:
        raise NoteError("The entry is not the one that the log holds at this place.")
    return proof.index, checkpoint
