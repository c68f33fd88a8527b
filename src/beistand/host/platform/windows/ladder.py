"""Tries ways to capture a monitor from the best down, each with a time limit, and remembers why one was left. Pure
but for the thread that a rung is opened in: a driver that hangs must not hang the session.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from beistand.host.ports import PlatformError, Rect

#: Seconds that a rung may take to open.
OPEN_SECONDS = 2.0
#: Failures in a row after which a rung is given up for this session.
PATIENCE = 3


class Capture(Protocol):
    """One way to capture. `take` first, then `pixels` and `stride`."""

    name: str
    waits_for_changes: bool

    @property
    def pixels(self) -> memoryview: ...
    @property
    def stride(self) -> int: ...
    def take(self) -> Sequence[Rect]: ...
    def wait(self, timeout_seconds: float) -> bool: ...
    def close(self) -> None: ...


@dataclass(frozen=True)
class Rung:
    """`open(area)` raises PlatformError with the reason if it cannot."""

    name: str
    open: Callable[[Rect], Capture]


class Ladder:
    """Keeps which rung is used; `remarks` are sentences for both sides, each said once."""

    def __init__(self, rungs: Sequence[Rung], open_seconds: float = OPEN_SECONDS) -> None:
        self._rungs, self._open_seconds = tuple(rungs), open_seconds
        self._at = 0
        self._failures = 0
        self._remarks: list[str] = []

    def open(self, area: Rect) -> Capture:
        """The best rung that opens. Raises PlatformError when the last one does not."""
        while True:
            rung = self._rungs[self._at]
            try:
                return self._within_time(rung, area)
            except PlatformError as error:
                if self._at + 1 == len(self._rungs):
                    raise
                self._descend(str(error))

    def failed(self, reason: str) -> None:
        """The open rung failed in use; after `PATIENCE` times in a row the next one is taken."""
        self._failures += 1
        if self._failures >= PATIENCE and self._at + 1 < len(self._rungs):
            self._descend(reason)

    def worked(self) -> None:
        """A picture was taken."""
        self._failures = 0

    def take_remarks(self) -> list[str]:
        """What both sides should read, once."""
        remarks, self._remarks = self._remarks, []
        return remarks

    def _descend(self, reason: str) -> None:
        left, self._at, self._failures = self._rungs[self._at].name, self._at + 1, 0
        self._remarks.append(
            f"The picture is taken by {self._rungs[self._at].name}, which needs more computing power, because "
            f"{left} does not work here ({reason.rstrip('.')})."
        )

    def _within_time(self, rung: Rung, area: Rect) -> Capture:
        made: list[Capture] = []
        errors: list[PlatformError] = []
        lock = threading.Lock()
        is_late = False

        def run() -> None:
            try:
                capture = rung.open(area)
            except PlatformError as error:
                errors.append(error)
                return
            with lock:
                if not is_late:
                    made.append(capture)
                    return
            capture.close()

        thread = threading.Thread(target=run, name=f"open {rung.name}", daemon=True)
        thread.start()
        thread.join(self._open_seconds)
        with lock:
            is_late = not made and not errors
        if made:
            return made[0]
        if errors:
            raise errors[0]
        raise PlatformError(f"it did not answer within {self._open_seconds:g} seconds")
