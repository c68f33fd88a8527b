"""The link of the customer's program: carries bytes, means nothing (docs/protocol.md section 1).

Every path (relay today, a direct one later) offers this interface; the same sealed records travel on each of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from beistand.protocol.rendezvous import RendezvousFrame


@dataclass(frozen=True)
class LinkFailed:
    """The link is gone for good; `sentence` says why in English, for the log; `code` is one of `network.why`."""

    sentence: str
    code: str = "no_server"


class Link(Protocol):
    """What a session needs of a path. All calls from the loop's thread; none of them blocks."""

    may_rejoin: bool

    def send_stream(self, data: bytes) -> None:
        """Bytes for the other end. Without a link they are dropped: the replay layer makes up for it."""
        ...

    def send_frame(self, frame: RendezvousFrame) -> None:
        """A rendezvous frame for the relay; kept until the link is back."""
        ...

    def close(self) -> None:
        """Ends the link; never hangs."""
        ...
