"""The customer's side of a recording: the question, the yes, the mark, either end's stop. Pure.

The picture is recorded at the technician's end; this program says when it may be, and keeps that for the receipt. What
it cannot do is keep a technician from filming the screen without asking (docs/threats.md).
"""

from __future__ import annotations

from beistand.host.dialogue import Ask, Effect, Report, Send, ShowRecording
from beistand.protocol.e2e import messages as m
from beistand.protocol.e2e.ends import HOST
from beistand.protocol.e2e.recording import Recording
from beistand.protocol.errors import PeerError

LONGEST_DAYS = 3_650
KEY_SHA256_BYTES = 32
# Nobody was asked: another question or a pause stood in the way.
NOT_ASKED = 0


class CustomerRecording:
    """One session's recording at the customer's end."""

    def __init__(self) -> None:
        self._table = Recording(HOST)
        self._wish: m.RecordAsk | None = None
        self._shown = "off"

    @property
    def is_agreed(self) -> bool:
        """Whether the customer's yes holds now."""
        return self._table.is_agreed

    def ask(self, message: m.RecordAsk, may_ask: bool) -> tuple[Ask | None, list[Effect]]:
        """The question to show, or the answer that nobody could be asked. PeerError without the facts of keeping it."""
        if not 1 <= message.days <= LONGEST_DAYS or len(message.key_sha256) != KEY_SHA256_BYTES:
            raise PeerError("session", "The technician asked to record without saying how it is kept.")
        self._table.handle("ask")
        self._wish = message
        if not may_ask:
            return None, self.refuse(NOT_ASKED)
        return Ask("record", 0, False, "", "", message.days), []

    def refuse(self, way: int) -> list[Effect]:
        """The customer's no, or (way 0) a question that could not be asked or was overtaken."""
        self._table.handle("refuse")
        return [Report("record_refused", {"way": way}), Send(m.RecordAnswer(False, way))]

    def agree(self, way: int) -> list[Effect]:
        """The customer's yes. The report goes first: the server takes a recording only after it."""
        self._table.handle("agree")
        wish = self._wish
        if wish is None:
            return []
        data = {"days": wish.days, "key_sha256": wish.key_sha256.hex(), "way": way}
        return [Report("record_on", data), Send(m.RecordAnswer(True, way))]

    def stop(self) -> list[Effect]:
        """The customer ends it, by a button that may have been pressed while it ended anyway."""
        if not self._table.is_agreed:
            return []
        self._table.handle("stop")
        return [Send(m.RecordStopped()), Report("record_off", {"by": "customer"})]

    def dropped(self) -> list[Effect]:
        """The technician ended it."""
        was_agreed = self._table.is_agreed
        self._table.handle("drop")
        return [Report("record_off", {"by": "technician"})] if was_agreed else []

    def end(self) -> list[Effect]:
        """The session is over."""
        was_agreed = self._table.is_agreed
        self._table.handle("end")
        return [Report("record_off", {"by": "end"})] if was_agreed else []

    def follow(self, is_open: bool) -> list[Effect]:
        """It rests while no picture flows; the mark, where that changes it."""
        if self._table.state == "ended":
            return []
        self._table.handle("go_on" if is_open else "rest")
        mark = self._table.state if self._table.is_agreed else "off"
        if mark == self._shown:
            return []
        self._shown = mark
        return [ShowRecording(mark)]
