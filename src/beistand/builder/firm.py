"""What makes a program the firm's own: server, name, phone, colour, logo, pinned key. Checked, then put inside. Pure.

It goes into the program before it is signed and is part of what the signature covers (security.md S50, S51).
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from beistand.builder import icon
from beistand.builder.errors import BuildError

ICON_PX = 64  # of the windows; the file itself has several sizes
LOGO_BYTES = 262_144
DEFAULT_COLOUR = (20, 82, 148)
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_COLOUR = re.compile(r"^#?([0-9a-fA-F]{6})$")
_KEY = re.compile(r"^[A-Za-z0-9+/_-]{43}=?$")


@dataclass(frozen=True)
class Firm:
    """Checked by `checked`. `colour` is red, green, blue; `logo` a PNG or empty; `root_key` base64url or empty."""

    server: str
    company: str = ""
    phones: tuple[str, ...] = ()
    colour: tuple[int, int, int] = DEFAULT_COLOUR
    logo: bytes = b""
    root_key: str = ""
    language: str = ""
    must_be_administrator: bool = False
    least_roster: int = 0
    must_be_person: bool = False

    def as_json(self) -> bytes:
        """The file `firm.json` inside the program; keys in a fixed order."""
        entry = {
            "server": self.server,
            "company": self.company,
            "phones": list(self.phones),
            "colour": "#{:02x}{:02x}{:02x}".format(*self.colour),
            "logo": base64.b64encode(self.logo).decode(),
            "icon": base64.b64encode(icon.draw(ICON_PX, self.colour)).decode(),
            "root_key": self.root_key,
            "language": self.language,
            "least_roster": self.least_roster,
            "must_be_person": self.must_be_person,
        }
        return json.dumps(entry, ensure_ascii=False, indent=1).encode() + b"\n"


def checked(
    server: str,
    company: str = "",
    phones: tuple[str, ...] = (),
    colour: str = "",
    logo: bytes = b"",
    root_key: str = "",
    language: str = "",
    must_be_administrator: bool = False,
    least_roster: int = 0,
    must_be_person: bool = False,
) -> Firm:
    """The firm by what the operator wrote. Raises BuildError with one sentence."""
    if len(company) > 60 or not company.isprintable():
        raise BuildError("The firm's name must have at most 60 printable characters.")
    if len(phones) > 5 or any(not phone.isprintable() or len(phone) > 40 for phone in phones):
        raise BuildError("At most five phone numbers of at most 40 characters fit into the program.")
    match = _COLOUR.match(colour) if colour else None
    if colour and match is None:
        raise BuildError(f"The colour {colour!r} must be six hexadecimal digits, for example #145294.")
    red_green_blue = bytes.fromhex(match[1]) if match else bytes(DEFAULT_COLOUR)
    if logo and (not logo.startswith(b"\x89PNG\r\n\x1a\n") or len(logo) > LOGO_BYTES):
        raise BuildError(f"The logo must be a PNG of at most {LOGO_BYTES // 1024} KiB.")
    if root_key and not _KEY.match(root_key):
        raise BuildError("The root key must be the 32 bytes of an Ed25519 public key in base64.")
    if must_be_person and not root_key:
        raise BuildError("A program that demands the technician's own passkey needs the firm's root key.")
    if language not in ("", "de", "en"):
        raise BuildError(f"The language {language!r} must be de or en.")
    red, green, blue = red_green_blue
    drawn = (red, green, blue)
    inside = (_server(server), company, phones, drawn, logo, root_key, language, must_be_administrator)
    return Firm(*inside, least_roster, must_be_person)


def _server(text: str) -> str:
    """Scheme and host of the server; https, but for this computer itself."""
    try:
        parts = urlsplit(text)
        is_local = parts.hostname in _LOCAL
        _ = parts.port
    except ValueError:
        raise BuildError(f"The server's address {text!r} is not an address.") from None
    has_more = parts.path not in ("", "/") or parts.query or parts.fragment or parts.username is not None
    if not parts.hostname or has_more or not (parts.scheme == "https" or (parts.scheme == "http" and is_local)):
        raise BuildError(
            f"The server's address {text!r} must begin with https:// (http:// is for localhost) and end with the host."
        )
    return f"{parts.scheme}://{parts.netloc.lower()}"
