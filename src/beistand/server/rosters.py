"""The roster of a firm's passkeys: asked for here, signed by the offline root key, kept beside the online key.

An entry says whose passkey a public key is. A stolen server can hand out any roster it ever had, never one of its own
making; the number only grows, so that programs can refuse what is older than they are. Knows no HTTP, no database.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from beistand.protocol import identity, passkey
from beistand.protocol.errors import PeerError
from beistand.server.identity import FOLDER, IdentityError, firm_file, put
from beistand.server.keys import KeyFileError
from beistand.server.store.accounts import Organisation

REQUEST, SIGNED = "beistand_roster_request", "beistand_roster"
VERSION = 1
MOST_LINES = 500
MOST_BYTES = 1_000_000


@dataclass(frozen=True)
class Line:
    """A passkey that the root key shall vouch for: whose, what its owner calls it, the public key, since when."""

    technician: str
    name: str
    algorithm: int
    key: bytes
    added: str


@dataclass(frozen=True)
class Signed:
    """One entry as it was signed, and whose key it names."""

    text: str
    signature: str
    technician: str
    key: bytes


@dataclass(frozen=True)
class Roster:
    """A signed roster; `expires` in UTC seconds."""

    root: bytes
    number: int
    expires: int
    entries: tuple[Signed, ...]

    def entry(self, technician: str, key: bytes) -> Signed | None:
        """The entry that names this key as this technician's."""
        return next((one for one in self.entries if (one.technician, one.key) == (technician, key)), None)


class RosterError(IdentityError):
    """A roster cannot be used; `key` is unreadable, no_root, other_root, forged, other_firm or old."""

    def __init__(self, key: str, sentence: str) -> None:
        super().__init__(sentence)
        self.key = key


class Rosters:
    """The signed rosters of all organisations of this server, one file each."""

    def __init__(self, data: Path) -> None:
        self._folder = data / FOLDER

    def roster(self, organisation_id: str) -> Roster | None:
        """The roster in use; None if there is none yet. Raises KeyFileError."""
        path = firm_file(self._folder, organisation_id, "roster")
        if not path.exists():
            return None
        try:
            return read(path.read_text("utf-8"))
        except (IdentityError, OSError, UnicodeDecodeError):
            raise KeyFileError(f"{path} is damaged: install the roster again.") from None

    def request(self, firm: Organisation, rp_id: str, lines: list[Line]) -> str:
        """What the root key shall vouch for: carried to the operator's machine as a file."""
        last = self.roster(firm.id)
        asked = [
            {
                "technician": line.technician,
                "name": line.name,
                "algorithm": line.algorithm,
                "key": base64.b64encode(line.key).decode(),
                "added": line.added,
            }
            for line in lines[:MOST_LINES]
        ]
        head = {REQUEST: VERSION, "company": identity.shortened(firm.name), "organisation": firm.id, "rp_id": rp_id}
        return json.dumps(head | {"number": (last.number if last else 0) + 1, "keys": asked}, ensure_ascii=False) + "\n"

    def install(self, firm: Organisation, rp_id: str, root: bytes | None, text: str, utc_seconds: int) -> Roster:
        """Takes a roster into use that `root` has signed for this firm and host. Raises RosterError, KeyFileError."""
        made = read(text)
        if root is None:
            raise RosterError("no_root", "No root key vouches for this server yet: first install its statement.")
        if made.root != root:
            raise RosterError(
                "other_root", "The roster is signed by another root key than the one that vouches for this server."
            )
        for one in made.entries:
            try:
                entry = passkey.check_entry(one.text, one.signature, root, utc_seconds)
            except PeerError:
                raise RosterError(
                    "forged", "The roster is not signed by the root key it names, or not valid now."
                ) from None
            if (entry.organisation, entry.rp_id) != (firm.id, rp_id):
                raise RosterError(
                    "other_firm", "The roster is for another server or firm: sign the request of this one."
                )
        last = self.roster(firm.id)
        if last is not None and made.number <= last.number:
            raise RosterError(
                "old", f"The roster has number {made.number}, and number {last.number} is in use: sign a new request."
            )
        put(firm_file(self._folder, firm.id, "roster"), text)
        return made


def read(text: str) -> Roster:
    """A signed roster, its signatures not checked. Raises RosterError."""
    wrong = RosterError("unreadable", "The file is no signed roster: make it with `beistand keys sign-roster`.")
    try:
        value = json.loads(text) if len(text) <= MOST_BYTES else {}
        root = base64.b64decode(value["root"], validate=True)
        if value[SIGNED] != VERSION or not 0 < len(value["entries"]) <= MOST_LINES or len(root) != identity.KEY_BYTES:
            raise wrong
        entries = [_signed(one) for one in value["entries"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, PeerError):
        raise wrong from None
    numbers, ends = {entry.number for _one, entry in entries}, {entry.expires for _one, entry in entries}
    if len(numbers) != 1 or len(ends) != 1:
        raise wrong
    return Roster(root, numbers.pop(), ends.pop(), tuple(one for one, _entry in entries))


def _signed(one: Any) -> tuple[Signed, passkey.Entry]:
    text, signature = one["text"], one["signature"]
    if not isinstance(text, str) or not isinstance(signature, str):
        raise TypeError
    entry = passkey.entry_of(json.loads(text))
    return Signed(text, signature, entry.technician, entry.key), entry
