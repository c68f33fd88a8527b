"""The way out on macOS: the proxies of the network settings, as Python's own library reads them."""

from __future__ import annotations

import sys

assert sys.platform == "darwin"

import urllib.request
from collections.abc import Sequence
from urllib.parse import urlsplit

from beistand.transport.proxy import Negotiator, Proxy

_DEFAULT_PORT = 8080  # what the settings suggest


class MacosNetwork:
    """Answers at once. Automatic configuration files (PAC) are left out."""

    def proxies(self, url: str) -> Sequence[Proxy]:
        """At most one."""
        asked = urlsplit(url)
        named = urllib.request.getproxies().get({"wss": "https", "ws": "http"}.get(asked.scheme, asked.scheme), "")
        host = asked.hostname or ""
        if not named or host in ("localhost", "127.0.0.1", "::1") or urllib.request.proxy_bypass(host):
            return []
        parts = urlsplit(named if "://" in named else f"http://{named}")
        return [Proxy(parts.hostname, parts.port or _DEFAULT_PORT)] if parts.scheme == "http" and parts.hostname else []

    def negotiator(self, scheme: str, proxy: Proxy) -> Negotiator | None:
        """There is no single sign-on here: the customer is asked."""
        return None
