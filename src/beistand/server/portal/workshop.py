"""Builds customers' programs for the owner's page: one at a time, in a process of its own, told line by line.

The server takes nothing of the builder but its command (import contract: siblings do not know each other).
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$")
_ERROR = "Error: "  # click's word before the one sentence
BUILD_SECONDS = 1_800


@dataclass(frozen=True)
class Order:
    """What the owner asked for; `name` without the system's ending."""

    target: str
    name: str
    server: str
    company: str
    phones: tuple[str, ...]
    colour: str
    language: str
    must_be_administrator: bool
    root_key: str = ""
    least_roster: int = 0
    must_be_person: bool = False

    @property
    def file(self) -> str:
        """The name under which the public page offers it."""
        return self.name + {"windows": ".exe", "linux": ".run"}[self.target]

    @property
    def is_wise(self) -> bool:
        """Whether the name may be a file's name."""
        return bool(_NAME.match(self.name)) and not self.name.endswith(".")

    def arguments(self, programs: Path, cache: Path) -> list[str]:
        """The words for `beistand build-program`; `=` keeps a value that begins with a dash from being an option."""
        words = [f"--target={self.target}", f"--output={programs / self.file}", f"--server={self.server}"]
        words += [f"--company={self.company}", f"--colour={self.colour}", f"--language={self.language}"]
        words += [f"--phone={phone}" for phone in self.phones[:5]]
        words += [f"--root-key={self.root_key}", f"--least-roster={self.least_roster}"]
        words += [f"--cache={cache}", "--progress"]
        words += ["--person"] if self.must_be_person else []
        return words + (["--administrator"] if self.must_be_administrator else [])


@dataclass(frozen=True)
class Progress:
    """`state` is idle, running, done or failed; `problem` the builder's own sentence."""

    state: str = "idle"
    file: str = ""
    kind: str = ""
    part: str = ""
    number: int = 0
    total: int = 1
    problem: str = ""


class Workshop:
    """Lives as long as the server. Methods may be called from any thread."""

    def __init__(self, command: Sequence[str] = (sys.executable, "-m", "beistand.cli", "build-program")) -> None:
        self._command = tuple(command)
        self._lock = threading.Lock()
        self._progress = Progress()
        self._process: subprocess.Popen[str] | None = None

    @property
    def progress(self) -> Progress:
        """How far it is."""
        with self._lock:
            return self._progress

    def start(self, order: Order, programs: Path, cache: Path) -> bool:
        """Begins to build; False while another build runs."""
        with self._lock:
            if self._progress.state == "running":
                return False
            self._progress = Progress("running", order.file)
            self._process = subprocess.Popen(
                [*self._command, *order.arguments(programs.absolute(), cache.absolute())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        threading.Thread(target=self._follow, args=(self._process,), name="workshop", daemon=True).start()
        return True

    def _follow(self, process: subprocess.Popen[str]) -> None:
        timer = threading.Timer(BUILD_SECONDS, process.kill)
        timer.start()
        errors: list[str] = []
        with process:  # waits for its end and closes the pipes
            reader = threading.Thread(target=_read_into, args=(process.stderr, errors), daemon=True)
            reader.start()
            for line in process.stdout or ():
                self._heard(line)
            reader.join()
        timer.cancel()
        problem = next((line for line in reversed(errors) if line.startswith(_ERROR)), "").removeprefix(_ERROR).strip()
        with self._lock:
            state = "failed" if process.returncode else "done"
            self._progress = replace(self._progress, state=state, problem=problem)

    def _heard(self, line: str) -> None:
        try:
            step = json.loads(line)
            kind, part = str(step["kind"]), str(step["name"])
            number, total = int(step["number"]), int(step["total"])
        except (ValueError, KeyError, TypeError):
            return  # the closing lines are for people
        with self._lock:
            self._progress = replace(self._progress, kind=kind, part=part, number=number, total=total)

    def end(self) -> None:
        """Stops a running build; the program of before stays as it was."""
        process = self._process
        if process is not None and process.poll() is None:
            process.kill()


def _read_into(stream: IO[str] | None, lines: list[str]) -> None:
    if stream is not None:
        lines.extend(stream.readlines()[-200:])
