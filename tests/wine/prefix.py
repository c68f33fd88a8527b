"""A Windows of its own for one test run: a Wine prefix with a virtual desktop on an X server of its own.

Debian's Wine 8 runs programs only with standard input from /dev/null and standard output in a pipe, and lacks one
function of Windows 10 that `cryptography` needs: `forwarder` makes a library that passes it on to an older one.
"""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

WIDTH, HEIGHT = 1280, 800
_PROGRAM = "/usr/lib/wine/wine64"
_LAST_WORDS_SECONDS = 1.0
_BOOT_SECONDS, _COMMAND_SECONDS, _SESSION_SECONDS = 110, 60, 300


class Running:
    """A program inside, and what it has printed."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self._lines: list[bytes] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as pipe:
            for line in pipe:
                self._lines.append(line)

    @property
    def output(self) -> str:
        return b"".join(self._lines).decode("utf-8", "replace")

    def wait(self, seconds: float) -> int:
        code = self.process.wait(seconds)
        self._reader.join(_LAST_WORDS_SECONDS)  # Wine's own services may hold the pipe open for long
        return code


class Prefix:
    """`run` and `start` programs by their Linux path or their Windows name; `close` ends all of them."""

    def __init__(self, folder: Path, display: str) -> None:
        """Makes the prefix (about 13 s)."""
        if not Path(_PROGRAM).exists():
            pytest.fail("The tests marked `wine` need Wine: run `make setup`, or install the package wine64.")
        self.folder = folder
        self._started: list[Running] = []
        self._environment = {
            "HOME": str(Path.home()),
            "PATH": "/usr/lib/wine:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "DISPLAY": display,
            "WINEPREFIX": str(folder),
            "WINEARCH": "win64",
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "mscoree,mshtml,winedbg.exe=;winemenubuilder.exe=d",
        }
        self.run("wineboot.exe", "-i", seconds=_BOOT_SECONDS)
        self._set("Explorer", "Desktop", "Default")
        self._set("Explorer\\Desktops", "Default", f"{WIDTH}x{HEIGHT}")
        self.run("winecfg.exe", "/v", "win10")
        library = self.system / "bcryptprimitives.dll"
        library.write_bytes(forwarder("bcryptprimitives.dll", "ProcessPrng", "ADVAPI32.SystemFunction036"))
        self.settle()

    @property
    def system(self) -> Path:
        return self.folder / "drive_c/windows/system32"

    @property
    def user(self) -> Path:
        """The customer's own folder."""
        return next(path for path in (self.folder / "drive_c/users").iterdir() if path.name != "Public")

    @property
    def temporary(self) -> Path:
        return self.user / "AppData/Local/Temp"

    def start(self, program: str, *arguments: str, seconds: float = _SESSION_SECONDS) -> Running:
        command = ["timeout", "-k", "2", str(int(seconds)), _PROGRAM, program, *arguments]
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        running = Running(subprocess.Popen(command, env=self._environment, **pipes))  # type: ignore[call-overload]
        self._started.append(running)
        return running

    def run(self, program: str, *arguments: str, seconds: float = _COMMAND_SECONDS) -> str:
        running = self.start(program, *arguments, seconds=seconds)
        code = running.wait(seconds + 5)
        assert code == 0, f"{program} {arguments} ended with {code}: {running.output}"
        return running.output

    def settle(self) -> None:
        """Waits until no program runs and the registry is written."""
        subprocess.run(["wineserver", "-w"], env=self._environment, timeout=_COMMAND_SECONDS, check=False)

    def end_programs(self) -> None:
        """Ends whatever still runs inside."""
        subprocess.run(["wineserver", "-k"], env=self._environment, timeout=_COMMAND_SECONDS, check=False)
        self.settle()
        for running in self._started:
            running.wait(_COMMAND_SECONDS)
        self._started.clear()

    def close(self) -> None:
        self.end_programs()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _set(self, key: str, name: str, value: str) -> None:
        self.run("reg.exe", "add", f"HKCU\\Software\\Wine\\{key}", "/v", name, "/d", value, "/f")


def windows_path(path: Path) -> str:
    """A Linux path as programs inside see it."""
    return "Z:" + str(path).replace(os.sep, "\\")


def forwarder(library: str, name: str, target: str) -> bytes:
    """A library of Windows (x64) that exports one function, which is another library's; it needs no code."""
    at = 0x1000  # where its one section lies in memory
    texts: Sequence[bytes] = [text.encode() + b"\0" for text in (library, name, target)]
    places = [at + 52 + sum(map(len, texts[:i])) for i in range(3)]
    exports = struct.pack("<2I2H7I", 0, 0, 0, 0, places[0], 1, 1, 1, at + 40, at + 44, at + 48)
    body = exports + struct.pack("<2I2H", places[2], places[1], 0, 0) + b"".join(texts)
    coff = struct.pack("<2H3I2H", 0x8664, 1, 0, 0, 0, 240, 0x2022)
    optional = struct.pack("<H2B5I", 0x20B, 14, 0, 0, 0x200, 0, 0, at) + struct.pack(
        "<Q2I6H4I2H4Q2I", 0x180000000, at, 0x200, 6, 0, 0, 0, 6, 0, 0, 2 * at, 0x200, 0, 2, 0x160, 1 << 20, at, 1 << 20,
        at, 0, 16,
    )  # fmt: skip
    directories = struct.pack("<2I", at, len(body)) + bytes(8 * 15)
    section = b".rdata\0\0" + struct.pack("<6I2HI", len(body), at, 0x200, 0x200, 0, 0, 0, 0, 0x40000040)
    head = b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0" + coff + optional + directories + section
    return head.ljust(0x200, b"\0") + body.ljust(0x200, b"\0")
