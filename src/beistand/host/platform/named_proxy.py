"""The proxy that a system's own list names, as Python's library reads it: the environment's, or macOS's settings."""

from __future__ import annotations

import urllib.request
from collections.abc import Sequence
from urllib.parse import urlsplit

from beistand.transport.proxy import Proxy


def named_proxies(url: str, default_port: int) -> Sequence[Proxy]:
    """At most one for this address; `default_port` where none is named. SOCKS and PAC are left out."""
    asked = urlsplit(url)
    named = urllib.request.getproxies().get({"wss": "https", "ws": "http"}.get(asked.scheme, asked.scheme), "")
    host = asked.hostname or ""
    if not named or host in ("localhost", "127.0.0.1", "::1") or urllib.request.proxy_bypass(host):
        return []
    parts = urlsplit(named if "://" in named else f"http://{named}")
    return [Proxy(parts.hostname, parts.port or default_port)] if parts.scheme == "http" and parts.hostname else []
