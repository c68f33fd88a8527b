"""Gives memory back that libvpx clears when it is opened and then hardly uses, or never.

For 1920 x 1080 these are 98 MB of tokens, as if each sample of each frame became one (libvpx 1.16, vp9_encoder.c,
`get_token_alloc`): scratch memory, each frame writes its tokens before it reads them. Besides, 50 MB of pictures that a
realtime encoder does not need, and of the room for a packet: pages of zeros. Linux alone: the kernel gives a page of
zeros for each page that is touched again, so nothing that libvpx reads is other than before.
"""

from __future__ import annotations

import ctypes
import mmap
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

_TOKENS_A_MACROBLOCK = 16 * 16 * 3 + 4
_TOKEN_BYTES = 16
_BORDER = 160  # px around each of libvpx's pictures (VP9_ENC_BORDER_IN_PIXELS)
_LEAST_BYTES = 33_554_432  # of tokens; from this size on the C library always maps memory for one block alone
_IS_MAPPED = 2  # flag in the size before a block of memory (glibc, malloc.c)
_DONT_NEED = 4
_MAP_FROM, _MAPPED_BYTES = -3, 4_194_304  # M_MMAP_THRESHOLD (glibc, malloc.h), and what it becomes
_PIECE = 65_536
_ZEROS = bytes(_PIECE)
_MEMORY, _MAPS = Path("/proc/self/mem"), Path("/proc/self/maps")  # Linux alone has them


def _is_there() -> bool:
    """Whether this system can be told so. Windows has no `pread`, even where (Wine) it shows the path."""
    return hasattr(os, "pread") and _MEMORY.exists()


def map_large_blocks() -> None:
    """Before an encoder is opened: its pictures get memory of their own, whatever was freed before (glibc alone)."""
    if _is_there():
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(_MAP_FROM, _MAPPED_BYTES)


def token_bytes(width: int, height: int) -> int:
    """What libvpx takes for a picture's tokens."""
    return -(-width // 16) * -(-height // 16) * _TOKENS_A_MACROBLOCK * _TOKEN_BYTES


def picture_bytes(width: int, height: int, is_444: bool) -> int:
    """What libvpx takes for one of its pictures (vp9 `vpx_realloc_frame_buffer`): three planes with borders."""
    columns, rows, shift = -(-width // 8) * 8, -(-height // 8) * 8, 0 if is_444 else 1
    stride = -(-(columns + 2 * _BORDER) // 32) * 32
    return stride * (rows + 2 * _BORDER) + 2 * (stride >> shift) * ((rows >> shift) + 2 * (_BORDER >> shift))


def packet_bytes(width: int, height: int, is_444: bool) -> int:
    """The room it keeps for a coded frame: twice the samples (vp9_cx_iface.c)."""
    chroma = width * height if is_444 else -(-width // 2) * -(-height // 2)
    return 2 * (width * height + 2 * chroma)


def give_back_tokens(width: int, height: int) -> int:
    """Returns the token buffers of all encoders of this size to the system: so many bytes.

    Only while none of them codes. 0 on other systems, for small pictures, and if no block has just this size.
    """
    wanted = token_bytes(width, height)
    if wanted < _LEAST_BYTES or not _is_there():
        return 0
    with _MEMORY.open("rb", buffering=0) as memory:
        return sum(_drop(start, end) for start, end in _blocks(memory, [wanted]))


def give_back_zeros(width: int, height: int, is_444: bool) -> int:
    """Returns the pages of zeros of all encoders of this size to the system: so many bytes.

    Only while none of them codes. It reads all their pictures once. 0 as above.
    """
    if token_bytes(width, height) < _LEAST_BYTES or not _is_there():
        return 0
    given = 0
    with _MEMORY.open("rb", buffering=0) as memory:
        for start, end in _blocks(memory, [size(width, height, is_444) for size in (picture_bytes, packet_bytes)]):
            since = start  # everything from here on is zero
            for at in range(start, end, _PIECE):
                length = min(_PIECE, end - at)
                if _read(memory, at, length) != _ZEROS[:length]:
                    given += _drop(since, at)
                    since = at + length
            given += _drop(since, end)
    return given


def _blocks(memory: BinaryIO, sizes: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The whole pages inside of each block of memory that was mapped for one of these sizes alone."""
    page = mmap.PAGESIZE
    for at, end in _anonymous(min(sizes)):
        while end - at >= min(sizes):
            head = int.from_bytes(_read(memory, at, 16)[8:], "little")
            length = head & ~7
            is_mapped = head & 7 == _IS_MAPPED and length % page == 0 and 0 < length <= end - at
            if is_mapped and any(size <= length <= size + 4 * page for size in sizes):
                yield at + page, at + length - page  # its head and its last page stay
            at += length if is_mapped else page


def _read(memory: BinaryIO, at: int, length: int) -> bytes:
    """Own memory, by way of the kernel: what another thread has just unmapped is no crash, but empty."""
    try:
        return os.pread(memory.fileno(), length, at)
    except OSError:
        return b""


def _drop(start: int, end: int) -> int:
    if end <= start or ctypes.CDLL(None).madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), _DONT_NEED):
        return 0
    return end - start


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
