"""The firm's online key on this server: it signs who asks, over the share of one session, for fifteen minutes.

The key is made here at first need (mode 0600); the root key that vouches for it once a year never comes near a server
(`beistand keys`). Without its statement the technician's statement is signed, but no program that pins a root key
believes it.
"""

from __future__ import annotations

import base64
import json
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from beistand.protocol import identity
from beistand.protocol.errors import PeerError
from beistand.server.keys import KeyFileError, load_or_make_signing
from beistand.server.store.accounts import Organisation

FOLDER = "identity"
REQUEST_VERSION = 1
RENEW_SECONDS = 30 * 86_400
MOST_BYTES = 20_000
_ID = re.compile(r"^[0-9a-f-]{36}$")


class IdentityError(Exception):
    """A statement cannot be used; the text says what to do."""


@dataclass(frozen=True)
class Endorsement:
    """The root key's statement about the online key, as it was signed."""

    text: str
    signature: str
    root: bytes
    expires: int
    audit: str


class Identity:
    """The keys and statements of all organisations of this server, one file each in the data folder."""

    def __init__(self, data: Path, audit_public: bytes) -> None:
        self.data, self._folder, self._audit_public = data, data / FOLDER, audit_public

    def statement(self, firm: Organisation, technician: str, route: str, share: bytes, utc_seconds: int) -> str:
        """The ident of docs/protocol.md section 10 for one session. Raises KeyFileError, PeerError for a bad name."""
        key = load_or_make_signing(self._path(firm.id, "key"))
        vouched = self.endorsement(firm.id)
        said = identity.write(
            {
                "kind": "technician",
                "organisation": firm.id,
                "technician": identity.shortened(technician),
                "route": route,
                "issued": utc_seconds,
                "expires": utc_seconds + identity.STATEMENT_SECONDS,
            }
        )
        online = vouched.text if vouched else identity.write(self._online(firm))
        return identity.write(
            {
                "statement": said,
                "signature": identity.sign(identity.TECHNICIAN, share, said, key),
                "online": online,
                "online_signature": vouched.signature if vouched else "",
            }
        )

    def request(self, firm: Organisation) -> str:
        """What the root key shall vouch for: carried to the operator's machine as a file. KeyFileError."""
        return json.dumps({"beistand_key_request": REQUEST_VERSION, **self._online(firm)}, ensure_ascii=False) + "\n"

    def _online(self, firm: Organisation) -> dict[str, Any]:
        public = load_or_make_signing(self._path(firm.id, "key")).public_key().public_bytes_raw()
        return {
            "kind": "online",
            "company": identity.shortened(firm.name),
            "domain": identity.shortened(firm.domain),
            "organisation": firm.id,
            "key": base64.b64encode(public).decode(),
            "audit": base64.b64encode(self._audit_public).decode(),
        }

    def install(self, firm: Organisation, text: str, utc_seconds: int) -> Endorsement:
        """Takes the root key's statement into use. Raises IdentityError if it is not for this server's key."""
        made = _endorsement(text)
        try:
            fields = identity.check_online(made.text, made.signature, made.root, utc_seconds)
        except PeerError:
            raise IdentityError("The statement is not signed by the root key it names, or not valid now.") from None
        own = self._online(firm)
        if any(fields.get(name) != own[name] for name in ("kind", "organisation", "key", "audit")):
            raise IdentityError("The statement is for another server or firm: sign the request of this one.")
        put(self._path(firm.id, "statement"), text)
        return made

    def endorsement(self, organisation_id: str) -> Endorsement | None:
        """The statement in use; None if there is none yet."""
        path = self._path(organisation_id, "statement")
        if not path.exists():
            return None
        try:
            return _endorsement(path.read_text("utf-8"))
        except (IdentityError, OSError, UnicodeDecodeError):
            raise KeyFileError(f"{path} is damaged: install the statement again (beistand keys install).") from None

    def _path(self, organisation_id: str, what: str) -> Path:
        return firm_file(self._folder, organisation_id, what)


def firm_file(folder: Path, organisation_id: str, what: str) -> Path:
    """Where a firm's `what` lies; the folder is made. Raises KeyFileError for an id that is none."""
    if not _ID.match(organisation_id):
        raise KeyFileError("This firm's id cannot name a file.")
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"{organisation_id}.{what}.json"


def put(path: Path, text: str) -> None:
    """Writes a file as a whole: a reader finds the old one or the new one."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    beside.write_text(text, encoding="utf-8")
    os.replace(beside, path)


def _endorsement(text: str) -> Endorsement:
    try:
        value = json.loads(text) if len(text) <= MOST_BYTES else {}
        root = base64.b64decode(value["root"], validate=True)
        fields = json.loads(value["text"])
        made = Endorsement(value["text"], value["signature"], root, fields["expires"], fields["audit"])
    except (ValueError, KeyError, TypeError, RecursionError):
        made = None
    is_whole = made and isinstance(made.signature, str) and type(made.expires) is int and isinstance(made.audit, str)
    if made is None or not is_whole or len(made.root) != identity.KEY_BYTES:
        raise IdentityError("The file is no statement of a root key: make it with `beistand keys sign`.")
    return made
