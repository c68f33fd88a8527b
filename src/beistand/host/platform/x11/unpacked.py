"""The one-file program's traces on Linux: its temporary folder, its outer process, its own file."""

from __future__ import annotations

import sys

assert sys.platform == "linux"

import fcntl
import os
import select
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO

from beistand.host.platform.sweeping import MARK, sweep


class LinuxUnpacked:
    """`folder` is what the bootloader unpacked for this run, `program` the file the customer started."""

    def __init__(self, folder: Path, program: Path) -> None:
        self.folder, self.program = folder, program
        self._held: IO[bytes] | None = None

    def hold(self) -> None:
        """Locks the folder's mark for as long as this process lives. Raises OSError."""
        self._held = (self.folder / MARK).open("rb")
        fcntl.flock(self._held, fcntl.LOCK_SH | fcntl.LOCK_NB)

    def watch_outer(self, on_gone: Callable[[], None]) -> None:
        """Calls `on_gone` in a thread of its own once the outer process has ended."""
        outer = os.getppid()
        try:
            handle = os.pidfd_open(outer)
        except OSError:  # ended already
            handle = -1

        def wait() -> None:
            # A parent that has changed since means that `outer` was another process's number already.
            if handle >= 0 and os.getppid() == outer:
                select.select([handle], [], [])
            on_gone()

        threading.Thread(target=wait, name="outer process", daemon=True).start()

    def sweep(self) -> int:
        """Removes folders of earlier runs whose outer process was killed; returns how many."""
        return sweep(self.folder, self._remove_if_dead)

    @staticmethod
    def _remove_if_dead(folder: Path, before: float) -> bool:
        stat = folder.lstat()
        if stat.st_uid != os.getuid() or stat.st_mtime > before:
            return False
        with (folder / MARK).open("rb") as mark:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)  # fails as long as its program lives
            shutil.rmtree(folder)
        return True

    def remove_program(self) -> None:
        """Removes the program's own file. Raises OSError."""
        self.program.unlink()
