"""The archive that PyInstaller's bootloader reads behind its own code: entries, table of contents, cookie. Pure.

Format: PyInstaller 6, `PyInstaller/archive/readers.py`; all numbers big endian. The bootloader looks for the cookie
from the file's end backwards, so a signature may follow it.

    cookie  magic[8] archive_length[4] toc_offset[4] toc_length[4] python_version[4] python_library[64]
    entry   entry_length[4] offset[4] length[4] unpacked_length[4] is_packed[1] kind[1] name, zero padded to 16
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

_MAGIC = b"MEI\x0c\x0b\x0a\x0b\x0e"
_COOKIE = struct.Struct("!8sIIII64s")
_ENTRY = struct.Struct("!IIIIBc")
_ALIGN = 16
_LEVEL = 6  # 9 saves 0.7 % of the size and takes three times as long


class Kind(Enum):
    """What the bootloader does with an entry."""

    SCRIPT = b"s"  # a marshalled code object, run in order
    ARCHIVE = b"z"  # PyInstaller's module archive; the bootloader insists on one
    BINARY = b"b"  # unpacked into the temporary folder
    DATA = b"x"  # the same; the two differ only in what PyInstaller's tools say of them
    OPTION = b"o"  # a word for the bootloader, in the name


@dataclass(frozen=True)
class Entry:
    """One entry; `name` is the path inside the temporary folder, with the target system's separators."""

    name: str
    kind: Kind
    data: bytes = b""
    is_packed: bool = True


def empty_module_archive(bytecode_magic: bytes) -> Entry:
    """The module archive that the bootloader insists on, without a module: ours come as a zip."""
    header = b"PYZ\0" + bytecode_magic + struct.pack("!I", 17) + bytes(5)
    return Entry("PYZ.pyz", Kind.ARCHIVE, header, False)


def write(entries: Iterable[Entry], python: tuple[int, int], library: str) -> bytes:
    """The whole archive, to be put behind the bootloader. `library` is the file name of Python's shared library."""
    body = bytearray()
    table = bytearray()
    for entry in entries:
        is_packed = entry.is_packed and entry.kind is not Kind.OPTION
        data = zlib.compress(entry.data, _LEVEL) if is_packed else entry.data
        name = entry.name.encode()
        length = -(-(_ENTRY.size + len(name) + 1) // _ALIGN) * _ALIGN
        table += _ENTRY.pack(length, len(body), len(data), len(entry.data), is_packed, entry.kind.value)
        table += name.ljust(length - _ENTRY.size, b"\0")
        body += data
    total = len(body) + len(table) + _COOKIE.size
    cookie = _COOKIE.pack(_MAGIC, total, len(body), len(table), python[0] * 100 + python[1], library.encode())
    return bytes(body + table + cookie)
