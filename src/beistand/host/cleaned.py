"""Words of the other end as they may be shown or kept: names, sentences, copied text. Pure."""

from __future__ import annotations

import unicodedata

NAME_CHARACTERS = 60
COPY_CHARACTERS = 200_000
_BIDI = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c")


def clean_name(value: object) -> str:
    """A name as it may be shown: printable, no bidirectional controls, at most 60 characters (S21)."""
    text = value if isinstance(value, str) else ""
    return "".join(c for c in text if c.isprintable() and c not in _BIDI).strip()[:NAME_CHARACTERS]


def clean_copy(text: str) -> str:
    """Copied text as it may be put into a clipboard: lines and tabs stay, other control characters go.

    Pasted into a terminal they would be commands to it.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))[:COPY_CHARACTERS]


def clean_sentence(text: str) -> str:
    """Text of the other end as it may be shown: printable, at most 300 characters."""
    return "".join(c if c.isprintable() else " " for c in text)[:300]
