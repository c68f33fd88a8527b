"""The customer's receipt: an address that only this program knows, fetched and checked once the session is over.

The server learns the hash of the token alone until the program asks; what comes back is believed only if it proves
itself and names our own token.
"""

from __future__ import annotations

import base64
import os
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field

from beistand.audit import receipt as receipts
from beistand.audit.receipt import ReceiptError

TOKEN_BYTES = 32
ONE_TRY_SECONDS = 5.0
# The server makes the receipt when the relay has closed the room; a server that restarts takes a little longer.
WAITS_SECONDS = (0.3, 0.5, 1.0, 2.0, 3.0, 4.0, 5.0)


@dataclass(frozen=True)
class Wish:
    """Where the receipt of one session will be."""

    server: str
    token: str = field(repr=False)

    @property
    def address(self) -> str:
        """The page for the customer's browser."""
        return f"{self.server}/receipt/{self.token}"

    @property
    def token_sha256(self) -> str:
        """What the server is told during the session."""
        return receipts.token_sha256(self.token)


def make(server: str) -> Wish:
    """A new token for this session."""
    token = base64.urlsafe_b64encode(os.urandom(TOKEN_BYTES)).decode().rstrip("=")
    return Wish(server, token)


def fetch(wish: Wish, wait: Callable[[float], None] = time.sleep) -> str | None:
    """The receipt's file, checked; None if it does not come or does not prove itself. Blocks for seconds."""
    for seconds in WAITS_SECONDS:
        wait(seconds)
        text = _ask(f"{wish.address}/receipt.json")
        if text is None:
            continue
        try:
            proven = receipts.check(receipts.read(text))
        except ReceiptError:
            return None
        return text if receipts.is_for(proven, wish.token) else None
    return None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The token goes to our server and nowhere else."""

    def redirect_request(self, *_: object) -> None:
        return None


def _ask(address: str) -> str | None:
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}),
        _NoRedirect(),
        urllib.request.HTTPSHandler(context=ssl.create_default_context()),
    )
    try:
        with opener.open(address, timeout=ONE_TRY_SECONDS) as answer:
            data: bytes = answer.read(receipts.MOST_BYTES + 1)
    except (urllib.error.URLError, OSError, ValueError):
        return None
    return data.decode("utf-8", "replace") if len(data) <= receipts.MOST_BYTES else None
