"""Child processes of a command: started together, ended together, never left behind.

Each child is the head of its own process group and dies with its parent even if that is killed (PR_SET_PDEATHSIG).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1  # linux/prctl.h
END_SECONDS = 4.0


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Children:
    """Starts processes and ends them all in reverse order."""

    def __init__(self, log_folder: Path) -> None:
        self._log_folder = log_folder
        self._all: list[tuple[str, subprocess.Popen[str], bool]] = []

    def start(
        self,
        name: str,
        command: Sequence[str],
        overrides: Mapping[str, str | None],
        on_line: Callable[[str], None] | None = None,
        pass_fds: Sequence[int] = (),
        may_end: bool = False,
    ) -> subprocess.Popen[str]:
        """Starts one. Its output goes to `<name>.log`; with `on_line` each line of its standard output is told instead.

        `overrides` change the inherited environment (None removes a variable); `env` applies them, because
        server/settings.py alone reads the environment.
        """
        change = ["env"]
        for key, value in overrides.items():
            change += ["-u", key] if value is None else []
        change += [f"{key}={value}" for key, value in overrides.items() if value is not None]
        with open(self._log_folder / f"{name}.log", "a", encoding="utf-8") as log:
            process = subprocess.Popen(
                [*change, *command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if on_line else log,
                stderr=log,
                text=True,
                start_new_session=True,
                preexec_fn=_die_with_parent,
                pass_fds=tuple(pass_fds),
            )
        self._all.append((name, process, may_end))
        if on_line and process.stdout:
            threading.Thread(target=_tell_lines, args=(process.stdout, on_line), daemon=True).start()
        return process

    def ended(self) -> str | None:
        """The name of a child that has ended by itself and was not meant to, if any."""
        return next((name for name, child, may_end in self._all if not may_end and child.poll() is not None), None)

    def end(self, process: subprocess.Popen[str], number: signal.Signals) -> None:
        """Ends one child's group and waits for it."""
        _signal_group(process, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(END_SECONDS)
        _signal_group(process, signal.SIGKILL)
        process.wait()
        self._all = [entry for entry in self._all if entry[1] is not process]

    def end_all(self) -> None:
        """Asks each whole group to end, waits, then kills what is left."""
        for _name, process, _may_end in reversed(self._all):
            _signal_group(process, signal.SIGTERM)
        for _name, process, _may_end in reversed(self._all):
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(END_SECONDS)
            _signal_group(process, signal.SIGKILL)
            process.wait()
        self._all.clear()


def _signal_group(process: subprocess.Popen[str], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def _tell_lines(stream: IO[str], on_line: Callable[[str], None]) -> None:
    with contextlib.suppress(ValueError), stream:  # closed while reading: the child was ended
        for line in stream:
            on_line(line.rstrip("\n"))
