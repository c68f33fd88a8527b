"""Gives back the memory of libvpx's token buffer, which it clears when it is opened and then hardly uses.

For 1920 x 1080 these are 98 MB, as if each sample of each frame became a token (libvpx 1.16, vp9_encoder.c,
`get_token_alloc`). It is scratch memory: each frame writes its tokens before it reads them. Linux alone: the kernel
gives a page of zeros for each page that is touched again.
"""

from __future__ import annotations

import ctypes
import mmap
from pathlib import Path

_TOKENS_A_MACROBLOCK = 16 * 16 * 3 + 4
_TOKEN_BYTES = 16
_LEAST_BYTES = 33_554_432  # from this size on the C library always maps memory for one block alone
_IS_MAPPED = 2  # flag in the size before a block of memory (glibc, malloc.c)
_DONT_NEED = 4
_MAPS = Path("/proc/self/maps")  # Linux alone has it


def token_bytes(width: int, height: int) -> int:
    """What libvpx takes for a picture of this size."""
    return -(-width // 16) * -(-height // 16) * _TOKENS_A_MACROBLOCK * _TOKEN_BYTES


def give_back(width: int, height: int) -> int:
    """Returns the token buffers of all encoders of this size to the system: so many bytes.

    Only while none of them codes. 0 on other systems, for small pictures, and if no block has just this size.
    """
    wanted, page = token_bytes(width, height), mmap.PAGESIZE
    if wanted < _LEAST_BYTES or not _MAPS.exists():
        return 0
    given = 0
    for start, end in _anonymous(wanted):
        at = start
        while end - at >= wanted:
            size = ctypes.c_size_t.from_address(at + ctypes.sizeof(ctypes.c_size_t)).value
            if size & 7 == _IS_MAPPED and wanted <= size - _IS_MAPPED <= min(wanted + 4 * page, end - at):
                length = (size - _IS_MAPPED) // page * page - 2 * page  # its head and its last page stay
                if ctypes.CDLL(None).madvise(ctypes.c_void_p(at + page), ctypes.c_size_t(length), _DONT_NEED) == 0:
                    given += length
                at += (size - _IS_MAPPED) // page * page
            else:
                at += page
    return given


def _anonymous(least: int) -> list[tuple[int, int]]:
    """Private writable memory of no file, in pieces of at least so many bytes."""
    found = []
    for line in _MAPS.read_text(encoding="ascii", errors="replace").splitlines():
        fields = line.split()
        if len(fields) == 5 and fields[1] == "rw-p":
            start, end = (int(part, 16) for part in fields[0].split("-"))
            if end - start >= least:
                found.append((start, end))
    return found
