"""Proves the user who is signed in at this computer to a proxy: Negotiate or NTLM by Windows' own security packages.

No password is asked for or seen: Windows answers the proxy's challenge itself. Source: Microsoft "SSPI", sspi.h.
"""

from __future__ import annotations

import sys

assert sys.platform == "win32"

import ctypes
from ctypes import POINTER, Structure, c_ulong, c_void_p, wintypes

_OUTBOUND, _TOKEN, _NATIVE = 2, 2, 0x10  # SECPKG_CRED_OUTBOUND, SECBUFFER_TOKEN, SECURITY_NATIVE_DREP
_CONTINUE_NEEDED, _COMPLETE_NEEDED, _COMPLETE_AND_CONTINUE = 0x90312, 0x90313, 0x90314
_TOKEN_BYTES = 48_256  # the largest that a Kerberos ticket may have (MaxTokenSize), rounded up
_PACKAGES = {"negotiate": "Negotiate", "ntlm": "NTLM"}


class _Handle(Structure):
    _fields_ = (("lower", ctypes.c_size_t), ("upper", ctypes.c_size_t))


class _Buffer(Structure):
    _fields_ = (("cbBuffer", c_ulong), ("BufferType", c_ulong), ("pvBuffer", c_void_p))


class _Buffers(Structure):
    _fields_ = (("ulVersion", c_ulong), ("cBuffers", c_ulong), ("pBuffers", POINTER(_Buffer)))


class SspiNegotiator:
    """One conversation with one proxy. Used by one thread at a time."""

    def __init__(self, scheme: str, proxy_host: str) -> None:
        """`scheme` is "negotiate" or "ntlm". Raises OSError if Windows has no such package or no credentials."""
        self._secur32 = ctypes.WinDLL("secur32")
        self._target = f"HTTP/{proxy_host}"
        self._credentials, self._context = _Handle(), _Handle()
        self._has_context = self._is_done = False
        expiry = ctypes.c_longlong()
        acquire = self._secur32.AcquireCredentialsHandleW
        acquire.restype = c_ulong
        result = acquire(
            None, wintypes.LPCWSTR(_PACKAGES[scheme]), c_ulong(_OUTBOUND), None, None, None, None,
            ctypes.byref(self._credentials), ctypes.byref(expiry),
        )  # fmt: skip
        if result:
            raise OSError(f"AcquireCredentialsHandle: 0x{result:08X}")

    def step(self, challenge: bytes) -> bytes | None:
        """The next token for what the proxy said (at first nothing); None if Windows has no answer to it."""
        if self._is_done:
            return None
        space = ctypes.create_string_buffer(_TOKEN_BYTES)
        given = _Buffer(_TOKEN_BYTES, _TOKEN, ctypes.cast(space, c_void_p))
        out = _Buffers(0, 1, ctypes.pointer(given))
        text = ctypes.create_string_buffer(challenge, len(challenge))
        taken = _Buffer(len(challenge), _TOKEN, ctypes.cast(text, c_void_p))
        came = _Buffers(0, 1, ctypes.pointer(taken))
        attributes, expiry = c_ulong(), ctypes.c_longlong()
        initialize = self._secur32.InitializeSecurityContextW
        initialize.restype = c_ulong
        result = initialize(
            ctypes.byref(self._credentials), ctypes.byref(self._context) if self._has_context else None,
            wintypes.LPCWSTR(self._target), c_ulong(0), c_ulong(0), c_ulong(_NATIVE),
            ctypes.byref(came) if challenge else None, c_ulong(0), ctypes.byref(self._context), ctypes.byref(out),
            ctypes.byref(attributes), ctypes.byref(expiry),
        )  # fmt: skip
        if result not in (0, _CONTINUE_NEEDED, _COMPLETE_NEEDED, _COMPLETE_AND_CONTINUE):
            return None
        self._has_context = True
        if result in (_COMPLETE_NEEDED, _COMPLETE_AND_CONTINUE):
            self._secur32.CompleteAuthToken(ctypes.byref(self._context), ctypes.byref(out))
        self._is_done = result in (0, _COMPLETE_NEEDED)
        return space.raw[: given.cbBuffer]

    def __del__(self) -> None:
        if self._has_context:
            self._secur32.DeleteSecurityContext(ctypes.byref(self._context))
            self._has_context = False
        self._secur32.FreeCredentialsHandle(ctypes.byref(self._credentials))
