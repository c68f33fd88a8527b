"""Windows executables as bytes: sections, the signature's digest, a new resource section. Pure.

Source: Microsoft, "PE Format" and "Windows Authenticode Portable Executable Signature Format".
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass

_RESOURCES, _SECURITY = 2, 4  # entries of the data directory
_READABLE_DATA = 0x40000040
_PE32_PLUS = 0x20B
_SHA256_DIGEST_INFO = bytes.fromhex("300d060960864801650304020105000420")
_SHA256_WITHOUT_NULL = bytes.fromhex("300b0609608648016503040201" + "0420")


class ExecutableError(Exception):
    """Not a 64-bit Windows executable that can be handled; one sentence."""


@dataclass(frozen=True)
class _Layout:
    """Where the fields of one file lie; offsets in bytes from the file's start."""

    header: int
    optional: int
    directories: int
    sections: int
    section_count: int

    def directory(self, index: int) -> int:
        return self.directories + 8 * index


def _layout(data: bytes) -> _Layout:
    try:
        header = struct.unpack_from("<I", data, 0x3C)[0]
        if data[:2] != b"MZ" or data[header : header + 4] != b"PE\0\0":
            raise ExecutableError("This is not a Windows executable: the package is damaged.")
        count, size = struct.unpack_from("<H", data, header + 6)[0], struct.unpack_from("<H", data, header + 20)[0]
        optional = header + 24
        if struct.unpack_from("<H", data, optional)[0] != _PE32_PLUS:
            raise ExecutableError("This Windows executable is not a 64-bit one: the package is for another system.")
    except struct.error:
        raise ExecutableError("This Windows executable is cut short: download the package again.") from None
    return _Layout(header, optional, optional + 112, optional + size, count)


def _sections(data: bytes, layout: _Layout) -> list[tuple[int, int, int, int]]:
    """(virtual size, virtual address, raw size, raw offset) of each section."""
    at = [layout.sections + 40 * index + 8 for index in range(layout.section_count)]
    return [struct.unpack_from("<IIII", data, offset) for offset in at]


def _up(number: int, alignment: int) -> int:
    return -(-number // alignment) * alignment


def next_address(data: bytes) -> int:
    """The virtual address that a section added by `with_resources` will have."""
    layout = _layout(data)
    alignment = struct.unpack_from("<I", data, layout.optional + 32)[0]
    return max(_up(address + size, alignment) for size, address, _, _ in _sections(data, layout))


def with_resources(data: bytes, resources: bytes) -> bytes:
    """The executable with a section `.rsrc`; `resources` must be laid out for `next_address(data)`.

    The file must have no resources, no signature and nothing behind its last section.
    """
    layout = _layout(data)
    sections = _sections(data, layout)
    if (
        struct.unpack_from("<I", data, layout.directory(_RESOURCES))[0]
        or struct.unpack_from("<I", data, layout.directory(_SECURITY))[0]
    ):
        raise ExecutableError("This bootloader has resources or a signature already: use the pinned one.")
    if max(size + offset for _, _, size, offset in sections) != len(data):
        raise ExecutableError("This bootloader has something behind its last section: use the pinned one.")
    new_header = layout.sections + 40 * layout.section_count
    if new_header + 40 > min(offset for _, _, size, offset in sections if size):
        raise ExecutableError("This bootloader has no room for another section: use the pinned one.")
    section_alignment, file_alignment = struct.unpack_from("<II", data, layout.optional + 32)
    address = next_address(data)
    out = bytearray(data + bytes(_up(len(data), file_alignment) - len(data)))
    raw = resources + bytes(_up(len(resources), file_alignment) - len(resources))
    struct.pack_into(
        "<8sIIIIIIHHI", out, new_header,
        b".rsrc", len(resources), address, len(raw), len(out), 0, 0, 0, 0, _READABLE_DATA,
    )  # fmt: skip
    struct.pack_into("<H", out, layout.header + 6, layout.section_count + 1)
    struct.pack_into("<I", out, layout.optional + 56, _up(address + len(resources), section_alignment))
    struct.pack_into("<II", out, layout.directory(_RESOURCES), address, len(resources))
    initialised = struct.unpack_from("<I", out, layout.optional + 8)[0]
    struct.pack_into("<I", out, layout.optional + 8, initialised + len(raw))
    return bytes(out) + raw


def with_checksum(data: bytes) -> bytes:
    """The executable with its header's checksum made right; some scanners distrust a file without."""
    layout = _layout(data)
    at = layout.optional + 64
    blank = data[:at] + bytes(4) + data[at + 4 :]
    even = blank + bytes(len(blank) % 2)
    total = sum(memoryview(even).cast("H")) if struct.pack("=H", 1) == b"\x01\0" else _slow_sum(even)
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return blank[:at] + struct.pack("<I", total + len(data)) + blank[at + 4 :]


def _slow_sum(data: bytes) -> int:
    return sum(word for (word,) in struct.iter_unpack("<H", data))


def is_signed(data: bytes) -> bool:
    """Whether the file carries a signature, true or not."""
    return bool(struct.unpack_from("<I", data, _layout(data).directory(_SECURITY))[0])


def digest(data: bytes) -> bytes:
    """The Authenticode SHA-256: the file without checksum, signature and the signature's place."""
    layout = _layout(data)
    checksum, entry = layout.optional + 64, layout.directory(_SECURITY)
    start = struct.unpack_from("<I", data, entry)[0] or len(data)
    hashed = hashlib.sha256(data[:checksum])
    hashed.update(data[checksum + 4 : entry])
    hashed.update(data[entry + 8 : start])
    return hashed.digest()


def carries_own_digest(data: bytes) -> bool:
    """Whether the file's signature speaks of exactly these bytes.

    This finds a changed file; who signed is settled by the pinned SHA-256 of the archive that the file came from.
    """
    layout = _layout(data)
    start, size = struct.unpack_from("<II", data, layout.directory(_SECURITY))
    signature = data[start : start + size]
    found = digest(data)
    return bool(size) and any(head + found in signature for head in (_SHA256_DIGEST_INFO, _SHA256_WITHOUT_NULL))
