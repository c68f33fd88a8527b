"""Resume tokens: stateless, so that both ends find back in after the relay restarted. Pure."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from dataclasses import asdict, dataclass

LIFE_SECONDS = 12 * 3600


@dataclass(frozen=True)
class Seat:
    """Who may come back: a role in a room. `issued` is in seconds of the server's wall clock."""

    room_id: str
    role: str
    origin: str
    organisation: str
    issued: int


def seal(key: bytes, seat: Seat) -> str:
    """The token: base64url(payload).base64url(HMAC-SHA256)."""
    payload = json.dumps(asdict(seat), separators=(",", ":")).encode()
    return _b64(payload) + "." + _b64(hmac.digest(key, payload, "sha256"))


def open_token(key: bytes, token: str) -> Seat | None:
    """The seat, or None for a token that is forged or malformed. How old it may be, `is_fresh` tells."""
    head, _, tail = token.partition(".")
    try:
        payload, mac = _unb64(head), _unb64(tail)
    except (ValueError, binascii.Error):
        return None
    if not hmac.compare_digest(hmac.digest(key, payload, "sha256"), mac):
        return None
    return Seat(**json.loads(payload))  # authentic: we wrote it


def is_fresh(seat: Seat, now: float) -> bool:
    """Whether a relay that knows nothing else of the room may believe it. A token of the future is ours as well: the
    server's clock was put back meanwhile."""
    return now - seat.issued <= LIFE_SECONDS


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
