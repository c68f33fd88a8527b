"""How far a build is, told as it goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Step:
    """`number` of `total` begins now; `name` is the file that is fetched, else empty."""

    kind: Literal["fetch", "assemble", "sign"]
    number: int
    total: int
    name: str = ""

    def __str__(self) -> str:
        words = {"fetch": f"fetching {self.name}", "assemble": "assembling", "sign": "signing"}
        return f"{self.number}/{self.total} {words[self.kind]}"


Tell = Callable[[Step], None]
