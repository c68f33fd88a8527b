"""The customer's programs that the operator put into the `programs` folder: name, system, size, SHA-256."""

from __future__ import annotations

import hashlib
import re
import struct
from dataclasses import dataclass
from pathlib import Path

SYSTEMS = {
    ".exe": "Windows",
    ".msi": "Windows",
    ".dmg": "macOS",
    ".pkg": "macOS",
    ".appimage": "Linux",
    ".deb": "Linux",
    ".run": "Linux",
}
HEAD_BYTES = 1_048_576
_FIXED_INFO = struct.pack("<I", 0xFEEF04BD)  # VS_FIXEDFILEINFO
_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9 ._+-]{0,99}$")


@dataclass(frozen=True)
class Program:
    """A file on offer; size in bytes. `version` and `is_signed` are what a Windows program says of itself."""

    name: str
    system: str
    size: int
    sha256: str
    version: str = ""
    is_signed: bool | None = None

    def size_text(self, language: str) -> str:
        """ "12,3 MB" or "12.3 MB"; megabytes of a million bytes."""
        text = f"{self.size / 1e6:.1f}"
        return f"{text.replace('.', ',') if language == 'de' else text}\u00a0MB"


class Programs:
    """Reads the folder anew at each question; a file is hashed again only when it changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._hashes: dict[tuple[str, int, int], str] = {}

    def offered(self) -> list[Program]:
        """All programs by name; other files, links and hidden files are not offered. Reads the disk."""
        found = [self._program(path) for path in sorted(self._files()) if path.suffix.lower() in SYSTEMS]
        self._hashes = {key: value for key, value in self._hashes.items() if key[0] in {p.name for p in found}}
        return found

    def path(self, name: str) -> Path | None:
        """The file to send, if it is on offer."""
        return next((p for p in self._files() if p.name == name and p.suffix.lower() in SYSTEMS), None)

    def _files(self) -> list[Path]:
        try:
            entries = list(self._folder.iterdir())
        except OSError:
            return []
        return [p for p in entries if _NAME.match(p.name) and p.is_file() and not p.is_symlink()]

    def _program(self, path: Path) -> Program:
        stat = path.stat()
        key = (path.name, stat.st_size, stat.st_mtime_ns)
        if key not in self._hashes:
            with path.open("rb") as file:
                self._hashes[key] = hashlib.file_digest(file, "sha256").hexdigest()
        version, is_signed = _of_windows(path) if path.suffix.lower() == ".exe" else ("", None)
        return Program(
            path.name, SYSTEMS[path.suffix.lower()], stat.st_size, self._hashes[key], version, is_signed
        )  # fmt: skip


def _of_windows(path: Path) -> tuple[str, bool | None]:
    """Version and whether there is a signature, from the head of a 64-bit Windows program; nothing for other files."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    try:
        at = struct.unpack_from("<I", head, 0x3C)[0]
        is_program = head[at : at + 4] == b"PE\0\0" and struct.unpack_from("<H", head, at + 24)[0] == 0x20B
        if not is_program:
            return "", None
        is_signed = struct.unpack_from("<I", head, at + 24 + 144)[0] != 0
    except struct.error:
        return "", None
    fixed = head.find(_FIXED_INFO)
    if fixed < 0 or fixed + 16 > len(head):
        return "", is_signed
    high, low = struct.unpack_from("<II", head, fixed + 8)
    numbers = [high >> 16, high & 0xFFFF, low >> 16, low & 0xFFFF]
    while len(numbers) > 2 and not numbers[-1]:
        numbers.pop()
    return ".".join(map(str, numbers)), is_signed


def own_system(user_agent: str) -> str:
    """The visitor's system by what the browser says of itself; only for the order of the buttons."""
    for word, system in (("Windows", "Windows"), ("Mac OS", "macOS"), ("Linux", "Linux")):
        if word in user_agent:
            return system
    return "Windows"
