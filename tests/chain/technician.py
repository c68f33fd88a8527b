"""A technician without a page: the console's end in Python, on a thread of its own, over the real relay."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from typing import Any

from beistand.protocol import rendezvous as r
from beistand.protocol.e2e import messages as m
from beistand.protocol.e2e import number as numbers
from beistand.protocol.e2e.handshake import Ident
from beistand.protocol.e2e.keys import channel_identifier
from beistand.protocol.e2e.peer import Attempt, Confirmed, Got, Outgoing, TechnicianPeer
from beistand.protocol.errors import PeerError
from beistand.transport.link import LinkFailed
from beistand.transport.relay_link import RelayLink
from waiting import PATIENCE_SECONDS, wait_until

CODECS = ("vp09.01.40.08.03", "vp09.00.40.08", "avc1.42E028")


def price_of(terms: Any) -> m.Price:
    """The API's terms as a message; `later_of` gives those that follow it."""
    return m.Price(**{name: value for name, value in terms.items() if name != "later"})


def later_of(terms: Any) -> list[m.PriceLater]:
    """The prices that the words name for later hours."""
    return [m.PriceLater(**one) for one in terms["later"]]


class Technician:
    """Attaches with the API's ticket, says the number, asks for consent as soon as the proof holds."""

    def __init__(
        self,
        made: Any,
        level: int = 2,
        server: str = "",
        codecs: tuple[str, ...] = CODECS,
        ident: Callable[[bytes], bytes] | None = None,
    ) -> None:
        """`ident` makes the statement for the share; without it the plain names are sent."""
        self._made, self._level, self._codecs = made, level, codecs
        self._ident: Ident = ident or made["ident"].encode()
        self.number = numbers.make(made["nameplate"], os.urandom)
        self.spoken = numbers.spoken(self.number)
        self.digits = numbers.digits(self.number)
        self.frames: list[Any] = []
        self.got: list[Any] = []
        self.error: PeerError | None = None
        self.failed: LinkFailed | None = None
        self.attempts = self.losses = 0
        self.is_acknowledging = True
        self._peer: TechnicianPeer | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        server = server or made["relay_url"].replace("ws", "http", 1).removesuffix("/relay")
        self.link = RelayLink(server, self._on_frame, self._on_stream, self._on_lost, self._on_failed)
        self._loop.call_soon_threadsafe(self.link.start, self._loop, r.Attach(made["ticket"]))

    # the loop's thread -----------------------------------------------------------------------------------------------
    def _on_frame(self, frame: Any) -> None:
        self.frames.append(frame)
        match frame:
            case r.Joined() | r.Peer(state="back") if self._peer is not None and self._peer.is_confirmed:
                self.link.send_stream(self._peer.resume())
            case r.Peer(state="joined"):
                made = self._made
                ci = channel_identifier(made["origin"], made["organisation"], made["nameplate"])
                self._peer = TechnicianPeer(self.number.secret, ci, self._ident, os.urandom)

    def _on_stream(self, data: bytes) -> None:
        if self._peer is None or self.error is not None:
            return
        try:
            events = self._peer.receive(data)
        except PeerError as error:
            self.error = error
            return
        for event in events:
            match event:
                case Outgoing():
                    self.link.send_stream(event.data)
                case Attempt():
                    self.attempts += 1
                case Confirmed():
                    self.link.may_rejoin = True
                    self.link.send_frame(r.Confirmed())
                    self._send(m.DecoderCan(tuple(m.CodecName(codec) for codec in self._codecs)))
                    self._ask()
                case Got():
                    if isinstance(event.message, m.Frame) and self.is_acknowledging:
                        self._send(m.FrameShown(event.message.frame, 5))
                    self.got.append(event.message)
        if self._peer.is_confirmed and (ack := self._peer.flush()):
            self.link.send_stream(ack)

    def _ask(self) -> None:
        """Consent, with the price that the server prepared, as support.js does."""
        covered = self._made["coverage"]
        if covered["is_chargeable"]:
            for message in (price_of(self._made["terms"]), *later_of(self._made["terms"])):
                self._send(message)
        by = covered["covered_by"] or ("" if covered["is_chargeable"] else "Wartung")
        self._send(m.ConsentAsk(self._level, covered["is_chargeable"], covered["notice"], by))

    def _on_lost(self) -> None:
        self.losses += 1
        if self._peer is not None:
            self._peer.link_lost()

    def _on_failed(self, failure: LinkFailed) -> None:
        self.failed = failure

    def _send(self, message: Any) -> None:
        assert self._peer is not None
        self.link.send_stream(self._peer.send(message))

    # the test's thread -----------------------------------------------------------------------------------------------
    def send(self, message: Any) -> None:
        self._loop.call_soon_threadsafe(self._send, message)

    def say(self, frame: Any) -> None:
        self._loop.call_soon_threadsafe(self.link.send_frame, frame)

    def wait(self, is_true: Callable[[Technician], Any], what: str = "") -> Any:
        return wait_until(
            lambda: is_true(self), what or f"{self.frames[-3:]} {self.got[-3:]} {self.error} {self.failed}"
        )

    def wait_message(self, kind: type, after: int = 0) -> Any:
        """The first message of a kind behind the first `after` messages."""
        return self.wait(lambda t: next((one for one in t.got[after:] if isinstance(one, kind)), None), kind.__name__)

    def drop_link(self) -> None:
        """As a cable that is pulled."""
        self._loop.call_soon_threadsafe(self.link._drop)

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(PATIENCE_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_SECONDS)
        self._loop.close()

    async def _close(self) -> None:
        self.link.close()
        if self.link._task is not None:
            await asyncio.wait([self.link._task])
