"""The way out on Linux: the proxies that the environment names (`https_proxy`, `no_proxy`)."""

from __future__ import annotations

import urllib.request
from collections.abc import Sequence
from urllib.parse import urlsplit

from beistand.transport.proxy import Negotiator, Proxy

_DEFAULT_PORT = 3128  # what curl takes for a proxy without one is 1080, wget 80; Squid's own is the likelier guess


class EnvironmentNetwork:
    """Answers at once."""

    def proxies(self, url: str) -> Sequence[Proxy]:
        """At most one; SOCKS proxies are left out."""
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
