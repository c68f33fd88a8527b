"""Carries out what the technician does, in order and in a thread of its own: typing a text may take a while.

"Order wins" here (style: input is never replaced by newer input); `drop` empties what still waits when rights end.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any

from beistand.host.control.arbiter import Verdict
from beistand.host.control.gate import Gate
from beistand.host.ports import PlatformError
from beistand.protocol.e2e import messages as m

WAITING = 2_000  # deeds that may wait; a technician's flood beyond that is dropped


class Actor:
    """Takes input messages; `refused(verdict)`: a deed was not allowed; `failed(sentence)`: it went wrong."""

    def __init__(self, gate: Gate, refused: Callable[[Verdict], None], failed: Callable[[str], None]) -> None:
        self._gate, self._refused, self._failed = gate, refused, failed
        self._queue: queue.Queue[Any] = queue.Queue(WAITING)
        self.origin = (0, 0)  # of the selected monitor in the virtual desktop, pixels
        self._thread = threading.Thread(target=self._run, name="input", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def put(self, message: Any) -> None:
        """Queues one deed. Never blocks."""
        try:
            self._queue.put_nowait(message)
        except queue.Full:
            self._failed("The customer's computer cannot keep up with the input; some of it was dropped.")

    def drop(self) -> None:
        """Forgets what waits."""
        while True:
            try:
                self._queue.get_nowait()
            except queue.Empty:
                return

    def stop(self) -> None:
        """Ends the thread after the deed in hand."""
        self.drop()
        self._queue.put(None)

    def _run(self) -> None:
        while (message := self._queue.get()) is not None:
            try:
                verdict = self._do(message)
            except PlatformError as error:
                self._failed(str(error))
                continue
            if verdict is not Verdict.ALLOWED:
                self._refused(verdict)

    def _do(self, message: Any) -> Verdict:
        dx, dy = self.origin
        gate = self._gate
        match message:
            case m.PointerMove():
                return gate.move(message.x + dx, message.y + dy)
            case m.PointerButton():
                return gate.button(message.button, message.is_pressed, message.x + dx, message.y + dy)
            case m.Wheel():
                return gate.wheel(message.dx, message.dy)
            case m.Text():
                return gate.text(message.text)
            case m.Key():
                return gate.key(message.code, message.is_pressed)
            case _:  # ReleaseAll
                gate.release_all()
                return Verdict.ALLOWED
