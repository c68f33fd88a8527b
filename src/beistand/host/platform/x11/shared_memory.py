"""A segment of System V shared memory, which MIT-SHM writes pixels into."""

from __future__ import annotations

import ctypes
import os
import weakref

_IPC_PRIVATE, _IPC_CREAT, _IPC_RMID = 0, 0o1000, 0
_FAILED = ctypes.c_void_p(-1).value

_libc = ctypes.CDLL(None, use_errno=True)
_libc.shmget.argtypes = [ctypes.c_int, ctypes.c_size_t, ctypes.c_int]
_libc.shmat.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_int]
_libc.shmat.restype = ctypes.c_void_p
_libc.shmdt.argtypes = [ctypes.c_void_p]
_libc.shmctl.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_void_p]


class SharedMemory:
    """`size` bytes, readable by us and the X server alone. Raises OSError if the system refuses."""

    def __init__(self, size: int) -> None:
        self.id: int = _libc.shmget(_IPC_PRIVATE, size, _IPC_CREAT | 0o600)
        if self.id < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        self._address = _libc.shmat(self.id, None, 0)
        if self._address == _FAILED:
            error = ctypes.get_errno()
            self.mark_for_removal()
            raise OSError(error, os.strerror(error))
        pixels = (ctypes.c_char * size).from_address(self._address)
        # Every view keeps `pixels` alive, so a view that outlives its frame reads old pixels instead of crashing.
        weakref.finalize(pixels, _libc.shmdt, self._address)
        self.view = memoryview(pixels).cast("B")

    def mark_for_removal(self) -> None:
        """The system frees the segment when its last user lets go; to be called once the X server holds it."""
        _libc.shmctl(self.id, _IPC_RMID, None)
