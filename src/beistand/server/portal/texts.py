"""What people may write into our fields: cleaned or refused before it is stored. Pure."""

from __future__ import annotations

import re
import unicodedata

NAME_LIMIT = 60
_EMAIL = re.compile(r"^[^@\s\x00-\x1f<>\"',;:()\[\]\\]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$")
_DOMAIN = re.compile(r"^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$")


def one_line(text: str, limit: int = NAME_LIMIT) -> str:
    """Printable characters on one line, without bidirectional and other invisible controls, at most `limit`."""
    spaced = " ".join(unicodedata.normalize("NFC", text).split())
    return "".join(c for c in spaced if c == " " or unicodedata.category(c)[0] not in "CZ")[:limit].strip()


def many_lines(text: str, limit: int) -> str:
    """As `one_line`, but line breaks stay."""
    return "\n".join(one_line(line, limit) for line in text.splitlines())[:limit].strip()


def is_email(text: str) -> bool:
    """Looks like an address that mail can be sent to."""
    return _EMAIL.match(text) is not None


def domain(text: str) -> str | None:
    """The host name in lower case, IDNA-encoded; a pasted https:// and path fall off. None if it is none."""
    host = re.sub(r"^https?://", "", text.strip().lower()).split("/")[0].split(":")[0]
    try:
        host = host.encode("idna").decode() if not host.isascii() else host
    except UnicodeError:
        return None
    return host if _DOMAIN.match(host) else None


def euro_cents(text: str) -> int | None:
    """ "96", "96,5", "96.50" or "1.200,00" as cents; None if it is no price, or an ambiguous one as "1.200"."""
    plain = text.replace("€", "").strip()
    if grouped := re.fullmatch(r"([0-9]{1,3}(?:([.,])[0-9]{3}(?:\2[0-9]{3})*))(?!\2)[.,]([0-9]{2})", plain):
        return int(re.sub(r"[.,]", "", grouped[1])) * 100 + int(grouped[3])
    match = re.fullmatch(r"([0-9]{1,7})(?:[.,]([0-9]{1,2}))?", plain)
    return int(match[1]) * 100 + int((match[2] or "0").ljust(2, "0")) if match else None


def percent_bp(text: str) -> int | None:
    """ "19", "7,5" as basis points; None outside 0 to 100."""
    match = re.fullmatch(r"([0-9]{1,3})(?:[.,]([0-9]{1,2}))?", text.replace("%", "").strip())
    value = int(match[1]) * 100 + int((match[2] or "0").ljust(2, "0")) if match else -1
    return value if 0 <= value <= 10_000 else None


def whole(text: str, low: int, high: int) -> int | None:
    """A whole number within its bounds, or None."""
    plain = text.strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 7 and low <= int(plain) <= high else None
