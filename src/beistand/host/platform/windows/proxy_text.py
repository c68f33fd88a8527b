"""Reads how Windows writes proxies (`http=a:80;https=b:443`, `c:8080`) and exceptions (`*.local;<local>`). Pure."""

from __future__ import annotations

import fnmatch
import re
from urllib.parse import urlsplit

from beistand.transport.proxy import Proxy

_DEFAULT_PORT = 80


def listed(text: str, url: str) -> list[Proxy]:
    """The proxies for an address; those of other schemes and SOCKS are left out."""
    scheme = {"wss": "https", "ws": "http"}.get(urlsplit(url).scheme, urlsplit(url).scheme)
    found = []
    for entry in re.split(r"[;\s]+", text.strip()):
        of, _, place = entry.rpartition("=")
        if place and of.lower() in ("", scheme):
            proxy = _place(place)
            if proxy is not None:
                found.append(proxy)
    return found


def _place(text: str) -> Proxy | None:
    if "://" in text:
        kind, _, text = text.partition("://")
        if kind.lower() != "http":
            return None
    try:
        parts = urlsplit("//" + text)
        return Proxy(parts.hostname, parts.port or _DEFAULT_PORT) if parts.hostname else None
    except ValueError:
        return None


def bypasses(exceptions: str, url: str) -> bool:
    """Whether the address is one of those that the proxy is not asked for; the computer itself always is."""
    host = (urlsplit(url).hostname or "").lower()
    if host in ("localhost", "::1") or host.startswith("127."):
        return True
    for entry in re.split(r"[;\s,]+", exceptions.strip().lower()):
        pattern = entry.partition("://")[2] or entry
        if pattern == "<local>":
            if "." not in host:
                return True
        elif pattern and fnmatch.fnmatchcase(host, pattern.rpartition(":")[0] or pattern):
            return True
    return False
