"""A Windows of its own for the built program: a Wine prefix with a virtual desktop, its registry and its files.

Debian's Wine 8 runs programs only with standard input from /dev/null and output in a pipe, and lacks one function of
Windows 10 that `cryptography` needs (`ProcessPrng`): a library without code passes it on to an older one.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import struct
import subprocess
from pathlib import Path

import pytest

WINE = "/usr/lib/wine/wine64"
BOOT_SECONDS, RUN_SECONDS = 110, 100


class WinePrefix:
    """`start` programs by their Windows path; `close` ends all of them and removes the folder."""

    def __init__(self, folder: Path, display: str) -> None:
        if not Path(WINE).exists():
            pytest.fail("The tests marked `wine` need Wine: run `make setup`, or install the package wine64.")
        self.folder = folder
        self._environment = {
            "HOME": str(folder.parent),
            "PATH": "/usr/lib/wine:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "DISPLAY": display,
            "WINEPREFIX": str(folder),
            "WINEARCH": "win64",
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "mscoree,mshtml,winedbg.exe=;winemenubuilder.exe=d",
        }
        self.run("wineboot.exe", "-i", seconds=BOOT_SECONDS)
        for key, name, value in (("Explorer", "Desktop", "Default"), ("Explorer\\Desktops", "Default", "1024x700")):
            self.run("reg.exe", "add", f"HKCU\\Software\\Wine\\{key}", "/v", name, "/d", value, "/f")
        (self.drive / "windows/system32/bcryptprimitives.dll").write_bytes(_forwarder())
        self.settle()

    @property
    def drive(self) -> Path:
        return self.folder / "drive_c"

    @property
    def user(self) -> Path:
        return next(path for path in (self.drive / "users").iterdir() if path.name != "Public")

    def start(self, *command: str, **more: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            ["timeout", "-k", "2", str(RUN_SECONDS), WINE, *command],
            env=self._environment | more,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def run(self, *command: str, seconds: float = RUN_SECONDS, **more: str) -> None:
        with self.start(*command, **more) as process:
            output, _ = process.communicate(timeout=seconds)
            assert process.returncode == 0, (command, process.returncode, output)

    def settle(self) -> None:
        """Waits until no program runs and the registry is written."""
        subprocess.run(["wineserver", "-w"], env=self._environment, timeout=RUN_SECONDS, check=False)

    def processes(self, name: str) -> list[int]:
        """Linux process ids of a program inside, the outer one first."""
        found = []
        for path in Path("/proc").iterdir():
            try:
                words = (path / "cmdline").read_bytes().split(b"\0") if path.name.isdigit() else []
                own = f"WINEPREFIX={self.folder}".encode() in (path / "environ").read_bytes() if words else False
            except OSError:
                continue  # ended meanwhile
            if own and words[0].decode("utf-8", "replace").endswith(name):
                found.append(int(path.name))
        return sorted(found)

    def files(self) -> set[str]:
        """Every file and folder on the drive."""
        return {str(p.relative_to(self.drive)) for p in self.drive.rglob("*")}

    def registry(self) -> set[tuple[str, str]]:
        """(key, value) of all three files; times of change are left out."""
        found = set()
        for file in ("system.reg", "user.reg", "userdef.reg"):
            key = ""
            for line in (self.folder / file).read_text("latin-1").splitlines():
                if line.startswith("["):
                    key = re.sub(r" \d+$", "", line)
                    found.add((key, ""))
                elif line and not line.startswith(("#", '"DriverDateData"')):  # Wine dates its display at each start
                    found.add((key, line))
        return found

    def end(self) -> None:
        """Ends every program inside, and Wine with them."""
        subprocess.run(["wineserver", "-k"], env=self._environment, timeout=RUN_SECONDS, check=False)
        self.settle()

    def close(self) -> None:
        self.end()
        shutil.rmtree(self.folder, ignore_errors=True)


def kill(pid: int) -> None:
    """As the task manager does."""
    os.kill(pid, signal.SIGKILL)


def _forwarder() -> bytes:
    """bcryptprimitives.dll with the one export ProcessPrng, which is advapi32's SystemFunction036."""
    at = 0x1000
    texts = [b"bcryptprimitives.dll\0", b"ProcessPrng\0", b"advapi32.SystemFunction036\0"]
    places = [at + 50 + sum(map(len, texts[:index])) for index in range(3)]
    exports = struct.pack("<IIHHIIIIIII", 0, 0, 0, 0, places[0], 1, 1, 1, at + 40, at + 44, at + 48)
    body = exports + struct.pack("<IIH", places[2], places[1], 0) + b"".join(texts)
    coff = struct.pack("<4sHHIIIHH", b"PE\0\0", 0x8664, 1, 0, 0, 0, 240, 0x2022)
    optional = struct.pack(
        "<HBBIIIIIQIIHHHHHHIIIIHHQQQQII", 0x20B, 14, 0, 0, 0x200, 0, 0, at, 0x180000000, at, 0x200, 6, 0, 0, 0, 6, 0, 0,
        2 * at, 0x200, 0, 2, 0x160, 1 << 20, at, 1 << 20, at, 0, 16,
    )  # fmt: skip
    directories = struct.pack("<II", at, len(body)) + bytes(8 * 15)
    section = struct.pack("<8sIIIIIIHHI", b".rdata", 0x200, at, 0x200, 0x200, 0, 0, 0, 0, 0x40000040)
    head = b"MZ" + bytes(58) + struct.pack("<I", 64) + coff + optional + directories + section
    return head.ljust(0x200, b"\0") + body.ljust(0x200, b"\0")
