"""What the firm put into the program: server, name, phone numbers, colour, pictures, pinned key.

The builder writes it as `firm.json` inside the one-file program (security.md S50, S51), `python -m beistand.host` makes
it from its arguments. Nothing of it comes from the wire.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass

from beistand.protocol.identity import Demand

DEFAULT_COLOUR = (20, 82, 148)


@dataclass(frozen=True)
class Firm:
    """`colour` is red, green, blue; `logo` and `icon` are PNG files or empty; `root_key` base64 or empty.

    `least_roster` and `must_be_person` as in `identity.Demand`.
    """

    server: str
    company: str = ""
    phones: tuple[str, ...] = ()
    colour: tuple[int, int, int] = DEFAULT_COLOUR
    logo: bytes = b""
    icon: bytes = b""
    root_key: str = ""
    language: str = ""
    least_roster: int = 0
    must_be_person: bool = False

    def pinned_root(self) -> bytes | None:
        """The key that must vouch for every technician; None if this program has none."""
        if not self.root_key:
            return None
        return base64.urlsafe_b64decode(self.root_key.rstrip("=").replace("+", "-").replace("/", "_") + "=")

    def demand(self) -> Demand:
        """What this program asks for beside the root key's word."""
        return Demand(self.least_roster, self.must_be_person)


def from_json(text: bytes) -> Firm:
    """The firm of the builder's file, which the builder has checked."""
    entry = json.loads(text)
    red, green, blue = bytes.fromhex(entry["colour"].removeprefix("#"))
    return Firm(
        server=entry["server"],
        company=entry["company"],
        phones=tuple(entry["phones"]),
        colour=(red, green, blue),
        logo=base64.b64decode(entry["logo"]),
        icon=base64.b64decode(entry["icon"]),
        root_key=entry["root_key"],
        language=entry["language"],
        least_roster=entry["least_roster"],
        must_be_person=entry["must_be_person"],
    )
