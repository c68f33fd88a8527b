"""The customer's receipt: an address that only this program knows, fetched and checked once the session is over.

The server learns the hash of the token alone until the program asks; what comes back is believed only if it proves
itself and names our own token.
"""

from __future__ import annotations

import asyncio
import base64
import os
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from beistand.audit import receipt as receipts
from beistand.audit.receipt import ReceiptError
from beistand.transport.fetch import get
from beistand.transport.network import Network

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


def fetch_beside(wish: Wish | None, network: Network, show: Callable[[str | None, str], None]) -> None:
    """Fetches in a thread of its own; `show` is called in it with the file (None: it did not come) and its address."""
    if wish is not None:
        work = threading.Thread(target=lambda: show(asyncio.run(fetch(wish, network)), wish.address), name="receipt")
        work.daemon = True
        work.start()


async def fetch(wish: Wish, network: Network, wait: Callable[[float], Awaitable[None]] = asyncio.sleep) -> str | None:
    """The receipt's file, checked; None if it does not come or does not prove itself."""
    for seconds in WAITS_SECONDS:
        await wait(seconds)
        data = await get(network, f"{wish.address}/receipt.json", receipts.MOST_BYTES, ONE_TRY_SECONDS)
        if data is None:
            continue
        text = data.decode("utf-8", "replace")
        try:
            proven = receipts.check(receipts.read(text))
        except ReceiptError:
            return None
        return text if receipts.is_for(proven, wish.token) else None
    return None
