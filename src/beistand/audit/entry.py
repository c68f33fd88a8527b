"""An entry of the log: what is public for ever, and what may be forgotten.

The tree covers organisation, time and kind in clear, and of everything else (who, what) only a salted hash. When the
salt and the words are deleted, the entry stays and nobody can find out by guessing what it said.
"""

from __future__ import annotations

import hashlib
import json

SALT_BYTES = 32


def canonical(value: object) -> str:
    """One text for one value: keys sorted, no spaces. ValueError for floats and half characters."""
    _refuse_floats(value)
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("half a character cannot be recorded") from None
    return text


def _refuse_floats(value: object) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise ValueError("an entry's keys are texts")
            _refuse_floats(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _refuse_floats(inner)
    elif not (value is None or isinstance(value, str | int)):
        raise ValueError(f"an entry holds texts, whole numbers and booleans, not {type(value).__name__}")


def content(actor: str, data: object) -> str:
    """What may be forgotten, as it is hashed: who did it, and what."""
    return canonical({"actor": actor, "data": data})


def commitment(salt: bytes, text: str) -> bytes:
    """SHA-256(salt || content)."""
    return hashlib.sha256(salt + text.encode()).digest()


def leaf(organisation_id: str, utc_us: int, kind: str, commitment_: bytes) -> bytes:
    """The bytes whose hash is the tree's leaf."""
    return f"beistand entry 1\n{organisation_id}\n{utc_us}\n{kind}\n{commitment_.hex()}\n".encode()
