"""The one-file program's traces on Windows: its temporary folder, its outer process, its own file."""

from __future__ import annotations

import sys

assert sys.platform == "win32"

import os
import shutil
import subprocess
import threading
from collections.abc import Callable
from ctypes import wintypes
from pathlib import Path

from beistand.host.platform.sweeping import MARK, sweep
from beistand.host.platform.windows.api import kernel32

_SYNCHRONIZE = 0x00100000
_INFINITE = 0xFFFFFFFF
# Tries for about 20 s, until the outer process has ended; `ping` is the pause that every Windows has. Delayed expansion
# (`!`) keeps whatever the file's name holds from being read as a command.
_REMOVE = " & ".join(f'ping -n {n} 127.0.0.1 & del /f /q "!BEISTAND_PROGRAM!"' for n in (2, 2, 3, 4, 6, 8))

kernel32.OpenProcess.argtypes = [wintypes.DWORD, wintypes.BOOL, wintypes.DWORD]
kernel32.OpenProcess.restype = wintypes.HANDLE
kernel32.WaitForSingleObject.argtypes = [wintypes.HANDLE, wintypes.DWORD]


class WindowsUnpacked:
    """`folder` is what the bootloader unpacked for this run, `program` the file the customer started."""

    def __init__(self, folder: Path, program: Path) -> None:
        self.folder, self.program = folder, program

    def hold(self) -> None:
        """Nothing to do: Windows lets nobody remove a library that is loaded."""

    def watch_outer(self, on_gone: Callable[[], None]) -> None:
        """Calls `on_gone` in a thread of its own once the outer process has ended."""
        handle = kernel32.OpenProcess(_SYNCHRONIZE, False, os.getppid())

        def wait() -> None:
            if handle:
                kernel32.WaitForSingleObject(handle, _INFINITE)
            on_gone()

        threading.Thread(target=wait, name="outer process", daemon=True).start()

    def sweep(self) -> int:
        """Removes folders of earlier runs whose outer process was killed; returns how many."""
        return sweep(self.folder, self._remove_if_dead)

    @staticmethod
    def _remove_if_dead(folder: Path, before: float) -> bool:
        if not (folder / MARK).is_file() or folder.stat().st_mtime > before:
            return False
        for library in folder.glob("python3*.dll"):
            library.unlink()  # fails as long as a process has it loaded
        shutil.rmtree(folder)
        return True

    def remove_program(self) -> None:
        """Removes the program's own file as soon as its processes have ended. Raises OSError."""
        environment = {**os.environ, "BEISTAND_PROGRAM": str(self.program)}
        subprocess.Popen(
            f"cmd.exe /d /v:on /c {_REMOVE}",
            env=environment,
            cwd=os.environ.get("SYSTEMROOT", "C:\\"),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            creationflags=subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP,
        )  # fmt: skip
