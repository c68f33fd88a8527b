"""Starts the stop sign as a process of its own and listens to it: the shell of the shortest path in the house.

`on_stop` runs in the listening thread, synchronously, before "stopped" is answered: latch and lift first. It says
"harmless" by itself as soon as that is done, so that a busy computer is not taken for a program that hangs.
A sign that dies without being asked to counts as a stop: a session without its stop sign must not go on.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from collections.abc import Callable

QUIT_SECONDS = 2.0


class StopLink:
    """Owns the stop sign's process from `start` to `close`."""

    def __init__(
        self,
        program_pid: int,
        language: str,
        on_stop: Callable[[str], None],
        on_ready: Callable[[], None] = lambda: None,
    ) -> None:
        """`on_ready` is called once the sign stands; both callbacks run in the listening thread."""
        self._arguments = [str(program_pid), language]
        self._on_stop, self._on_ready = on_stop, on_ready
        self._process: subprocess.Popen[str] | None = None
        self._is_closing = False
        self._listener: threading.Thread | None = None
        self._lock = threading.Lock()
        self.ready = threading.Event()

    @property
    def pid(self) -> int | None:
        """Process id of the sign, so that the gate refuses to inject over it."""
        return self._process.pid if self._process else None

    def start(self, command: tuple[str, ...] = (sys.executable, "-m", "beistand.host.ui.stop_sign")) -> None:
        """Starts the process. `command` differs in the one-file program."""
        self._process = subprocess.Popen(
            [*command, *self._arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            bufsize=1,
        )
        self._listener = threading.Thread(target=self._listen, name="stop sign", daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        process = self._process
        if process is None or process.stdout is None:
            return
        for line in process.stdout:
            if line.strip() == "stop":
                self._on_stop("stop_sign")
                self.tell("stopped")
            elif line.startswith("ready"):
                self.ready.set()
                self._on_ready()
        if not self._is_closing:
            self._on_stop("stop_sign_died")

    def tell(self, line: str) -> None:
        """Sends one line; a sign that is gone is no error here, `_listen` notices it."""
        process = self._process
        if process is None or process.stdin is None:
            return
        clean = "".join(c if c.isprintable() else " " for c in line)
        with self._lock, contextlib.suppress(OSError, ValueError):
            process.stdin.write(clean + "\n")
            process.stdin.flush()

    def close(self) -> None:
        """Lets the sign go; kills it if it does not leave within `QUIT_SECONDS`."""
        self._is_closing = True
        process = self._process
        if process is None:
            return
        self.tell("quit")
        try:
            process.wait(QUIT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if self._listener is not None and self._listener is not threading.current_thread():
            self._listener.join(QUIT_SECONDS)
        for pipe in (process.stdin, process.stdout):
            with self._lock, contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
