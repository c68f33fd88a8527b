"""The proxies that Windows names for an address: the user's setting, its script (PAC), or automatic detection."""

from __future__ import annotations

import sys

assert sys.platform == "win32"

import ctypes
from collections.abc import Sequence
from ctypes import Structure, c_ulong, c_void_p, wintypes

from beistand.host.platform.windows.proxy_text import bypasses, listed
from beistand.host.platform.windows.sspi import SspiNegotiator
from beistand.transport.proxy import Negotiator, Proxy

_NO_PROXY, _NAMED_PROXY = 1, 3  # WINHTTP_ACCESS_TYPE_...
_AUTO_DETECT, _CONFIG_URL, _DHCP, _DNS = 1, 2, 1, 2


class _UserConfig(Structure):
    _fields_ = (
        ("fAutoDetect", wintypes.BOOL),
        ("lpszAutoConfigUrl", c_void_p),
        ("lpszProxy", c_void_p),
        ("lpszProxyBypass", c_void_p),
    )


class _Options(Structure):
    _fields_ = (
        ("dwFlags", c_ulong),
        ("dwAutoDetectFlags", c_ulong),
        ("lpszAutoConfigUrl", wintypes.LPCWSTR),
        ("lpvReserved", c_void_p),
        ("dwReserved", c_ulong),
        ("fAutoLogonIfChallenged", wintypes.BOOL),
    )


class _Info(Structure):
    _fields_ = (("dwAccessType", c_ulong), ("lpszProxy", c_void_p), ("lpszProxyBypass", c_void_p))


class WindowsNetwork:
    """Asks WinHTTP, which does what Windows' own programs do. May block for seconds (script, detection)."""

    def proxies(self, url: str) -> Sequence[Proxy]:
        """Best first; empty: go directly, also where Windows does not say."""
        try:
            winhttp = ctypes.WinDLL("winhttp")
            config = _UserConfig()
            if not winhttp.WinHttpGetIEProxyConfigForCurrentUser(ctypes.byref(config)):
                return []
        except (OSError, AttributeError):
            return []
        script, named, bypass = map(_taken, (config.lpszAutoConfigUrl, config.lpszProxy, config.lpszProxyBypass))
        if script or config.fAutoDetect:
            answer = _by_script(winhttp, url, script, bool(config.fAutoDetect))
            if answer is not None:
                named, bypass = answer
        return [] if bypasses(bypass, url) else listed(named, url)

    def negotiator(self, scheme: str, proxy: Proxy) -> Negotiator | None:
        try:
            return SspiNegotiator(scheme, proxy.host)
        except (OSError, AttributeError):
            return None


def _by_script(winhttp: ctypes.WinDLL, url: str, script: str, detects: bool) -> tuple[str, str] | None:
    """Proxy list and exceptions as the script says; None if there is no script to be had."""
    open_, ask, close = winhttp.WinHttpOpen, winhttp.WinHttpGetProxyForUrl, winhttp.WinHttpCloseHandle
    open_.restype = c_void_p
    ask.argtypes = [c_void_p, wintypes.LPCWSTR, ctypes.POINTER(_Options), ctypes.POINTER(_Info)]
    close.argtypes = [c_void_p]
    session = open_(wintypes.LPCWSTR("Beistand"), c_ulong(_NO_PROXY), None, None, c_ulong(0))
    if not session:
        return None
    try:
        options = _Options(fAutoLogonIfChallenged=True)
        if script:
            options.dwFlags, options.lpszAutoConfigUrl = _CONFIG_URL, script
        elif detects:
            options.dwFlags, options.dwAutoDetectFlags = _AUTO_DETECT, _DHCP | _DNS
        info = _Info()
        # Scripts know http and https; wss is spoken over the same port as https.
        if not ask(session, url.replace("wss://", "https://").replace("ws://", "http://"), options, info):
            return None
        named, bypass = _taken(info.lpszProxy), _taken(info.lpszProxyBypass)
        return (named, bypass) if info.dwAccessType == _NAMED_PROXY else ("", "")
    finally:
        close(session)


def _taken(pointer: int | None) -> str:
    """A text that WinHTTP gave us, and its memory given back."""
    if not pointer:
        return ""
    text = ctypes.wstring_at(pointer)
    free = ctypes.WinDLL("kernel32").GlobalFree
    free.argtypes, free.restype = [c_void_p], c_void_p
    free(pointer)
    return text
