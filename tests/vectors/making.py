"""What every generator of vectors needs: bytes that anybody can make again, and a file in the making."""

from __future__ import annotations

import hashlib
from typing import Any

from vectors.answers import answer, short

GENERATOR = "tests/vectors/make.py"


def fixed(label: str, count: int) -> bytes:
    """Bytes that anybody can make again: SHAKE-256 of the label."""
    return hashlib.shake_256(label.encode()).digest(count)


class Vectors:
    """One file in the making."""

    def __init__(self, about: str) -> None:
        self._about = about
        self.right: list[dict[str, Any]] = []
        self.wrong: list[dict[str, Any]] = []

    def good(self, op: str, **given: Any) -> Any:
        """Something that must work; returns what it gives."""
        gives = answer(op, given)
        assert not (isinstance(gives, dict) and "error" in gives), (op, given, gives)
        self.right.append({"op": op, "given": given, "gives": short(gives)})
        return gives

    def bad(self, op: str, code: str, why: str, **given: Any) -> None:
        """Something that must be refused with this code; `why` says in words what is wrong with it."""
        gives = answer(op, given)
        assert isinstance(gives, dict), (op, why)
        assert gives.get("error"), (op, why, gives)
        assert gives.get("code", gives["error"]) == code, (op, why, gives)
        self.wrong.append({"op": op, "why": why, "given": given, "error": gives})

    def content(self) -> dict[str, Any]:
        origin = f"made by {GENERATOR} from fixed bytes (SHAKE-256 of a label); not from any other project"
        head = {"about": self._about, "origin": origin, "generator": GENERATOR}
        return {**head, "right": self.right, "wrong": self.wrong}
