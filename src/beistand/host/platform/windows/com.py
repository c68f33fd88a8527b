"""Calls methods of COM objects by their number, for the few interfaces of the picture. No behaviour beyond that."""

from __future__ import annotations

import sys

assert sys.platform == "win32"

import ctypes
from ctypes import POINTER, c_void_p
from typing import Any
from uuid import UUID

_RELEASE, _QUERY_INTERFACE = 2, 0


class ComError(Exception):
    """A method refused; `code` is its HRESULT as an unsigned number."""

    def __init__(self, what: str, code: int) -> None:
        super().__init__(f"{what}: 0x{code:08X}")
        self.code = code


def guid(text: str) -> ctypes.Array[ctypes.c_char]:
    """An interface's identity in memory."""
    return ctypes.create_string_buffer(UUID(text).bytes_le, 16)


class Com:
    """One reference to a COM object; `release` gives it back."""

    def __init__(self, pointer: c_void_p) -> None:
        self.pointer = pointer

    def call(self, index: int, what: str, *arguments: Any) -> int:
        """Calls method `index` of the interface; raises ComError for an HRESULT that says failure."""
        result = self.try_call(index, *arguments)
        if result & 0x80000000:
            raise ComError(what, result)
        return result

    def try_call(self, index: int, *arguments: Any) -> int:
        """The same, but returns the HRESULT whatever it says. Arguments are ctypes values."""
        table = ctypes.cast(self.pointer, POINTER(POINTER(c_void_p))).contents
        types = [type(one) if not _is_reference(one) else c_void_p for one in arguments]
        method = ctypes.WINFUNCTYPE(ctypes.c_ulong, c_void_p, *types)(table[index])
        passed = [ctypes.cast(one, c_void_p) if _is_reference(one) else one for one in arguments]
        return int(method(self.pointer, *passed))

    def get(self, index: int, what: str, *arguments: Any) -> Com:
        """Calls a method whose last argument receives an object."""
        found = c_void_p()
        self.call(index, what, *arguments, ctypes.pointer(found))
        return Com(found)

    def query(self, interface: str, what: str) -> Com:
        """The same object under another interface."""
        return self.get(_QUERY_INTERFACE, what, ctypes.pointer(guid(interface)))

    def release(self) -> None:
        if self.pointer:
            self.try_call(_RELEASE)
            self.pointer = c_void_p()


def _is_reference(argument: Any) -> bool:
    return isinstance(argument, ctypes._Pointer)
