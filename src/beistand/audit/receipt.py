"""The customer's receipt: what happened in a session, and the proof that the firm's log has recorded exactly this.

A JSON file that stands alone: `read` recomputes the entry from the words, and `check` the way from the entry to the
head of the tree that the log's key has signed. Nothing else is needed, no server and no network.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from beistand.audit import proof
from beistand.audit.entry import SALT_BYTES, commitment, content, leaf
from beistand.audit.merkle import leaf_hash
from beistand.audit.note import Checkpoint, NoteError, Verifier, origin, verifier

VERSION = 1
KIND = "receipt"
ACTOR = "server"
MOST_BYTES = 2_000_000


class ReceiptError(Exception):
    """The receipt is damaged, changed or no receipt; the text is one sentence."""


@dataclass(frozen=True)
class Entry:
    """Of which log, recorded when (microseconds since 1970), hidden by which salt."""

    organisation: str
    utc_us: int
    salt: bytes


@dataclass(frozen=True)
class Receipt:
    """A receipt as it was read: nothing of it is checked yet but its form."""

    content: dict[str, Any]
    entry: Entry
    proof: str
    key: Verifier
    endorsement: dict[str, Any] | None


@dataclass(frozen=True)
class Proven:
    """What a receipt proves: its content stands at `index` of the log that `key` has signed."""

    content: dict[str, Any]
    index: int
    checkpoint: Checkpoint
    key: Verifier


def write(receipt: Receipt) -> str:
    """The file."""
    entry = {
        "organisation": receipt.entry.organisation,
        "utc_us": receipt.entry.utc_us,
        "salt": receipt.entry.salt.hex(),
    }
    value = {
        "beistand_receipt": VERSION,
        "content": receipt.content,
        "entry": entry,
        "proof": receipt.proof,
        "key": receipt.key.text(),
        "endorsement": receipt.endorsement,
    }
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def read(text: str) -> Receipt:
    """Takes a file apart. ReceiptError."""
    if len(text) > MOST_BYTES:
        raise ReceiptError("The file is too large for a receipt.")
    try:
        value = json.loads(text)
        if value["beistand_receipt"] != VERSION:
            raise ReceiptError("The receipt was made by a newer Beistand: verify it with that one.")
        entry = value["entry"]
        organisation, utc_us, salt = entry["organisation"], entry["utc_us"], bytes.fromhex(entry["salt"])
        is_whole = type(utc_us) is int and isinstance(organisation, str) and isinstance(value["content"], dict)
        endorsement = value.get("endorsement")
        if not is_whole or len(salt) != SALT_BYTES or not isinstance(value["proof"], str):
            raise ReceiptError("The file is no receipt of Beistand, or a part of it is missing.")
        if endorsement is not None and not isinstance(endorsement, dict):
            raise ReceiptError("The file is no receipt of Beistand, or a part of it is missing.")
        key = verifier(value["key"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ReceiptError("The file is no receipt of Beistand, or a part of it is missing.") from None
    except NoteError as error:
        raise ReceiptError(str(error)) from None
    return Receipt(value["content"], Entry(organisation, utc_us, salt), value["proof"], key, endorsement)


def check(receipt: Receipt) -> Proven:
    """Recomputes the entry and its way into the signed log. ReceiptError."""
    if receipt.key.name != origin(receipt.entry.organisation):
        raise ReceiptError("The receipt names the key of another firm.")
    try:
        hashed = commitment(receipt.entry.salt, content(ACTOR, receipt.content))
        entry = leaf_hash(leaf(receipt.entry.organisation, receipt.entry.utc_us, KIND, hashed))
        index, checkpoint = proof.check(receipt.proof, entry, receipt.key)
    except (NoteError, ValueError) as error:
        raise ReceiptError(f"The receipt was changed, or is not whole: {str(error).rstrip('.')}.") from None
    return Proven(receipt.content, index, checkpoint, receipt.key)


def is_for(proven: Proven, token: str) -> bool:
    """Whether it is the receipt of the session for which a program made `token`."""
    return proven.content.get("token_sha256") == token_sha256(token)


def token_sha256(token: str) -> str:
    """Under what a receipt is kept: only who made the token knows its address."""
    return hashlib.sha256(token.encode()).hexdigest()
