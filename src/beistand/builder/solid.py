"""One tightly packed file for all that the bootloader does not need at once: it can read zlib alone. Pure.

LZMA over all files together takes two fifths less than zlib over each (docs/windows.md has the figures). The files come
out as they went in, so each inner binary keeps its publisher's signature.

    rest.xz   xz of: length u32, little endian ‖ that many bytes of lines "size name" ‖ the files
"""

from __future__ import annotations

import lzma
from collections.abc import Callable, Mapping

#: x86 branches made comparable first, then a dictionary that holds everything: both ends need that much memory once.
FILTERS = [{"id": lzma.FILTER_X86}, {"id": lzma.FILTER_LZMA2, "preset": 6, "dict_size": 1 << 26}]

Packer = Callable[[bytes], bytes]


def joined(files: Mapping[str, bytes], last: str) -> bytes:
    """What is packed: table and files. `last` is written last when it is unpacked."""
    names = sorted(files, key=lambda name: (name == last, name.rpartition(".")[2], name))
    table = "\n".join(f"{len(files[name])} {name}" for name in names).encode()
    return len(table).to_bytes(4, "little") + table + b"".join(files[name] for name in names)


def packed(content: bytes) -> bytes:
    """The packed file; the same bytes each time, after half a minute of work. `kept.KeptPacker` keeps what it made."""
    return lzma.compress(content, lzma.FORMAT_XZ, lzma.CHECK_CRC32, filters=FILTERS)
