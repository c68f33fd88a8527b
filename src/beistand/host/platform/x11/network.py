"""The way out on Linux: the proxies that the environment names (`https_proxy`, `no_proxy`)."""

from __future__ import annotations

from collections.abc import Sequence

from beistand.host.platform.named_proxy import named_proxies
from beistand.transport.proxy import Negotiator, Proxy

_DEFAULT_PORT = 3128  # what curl takes for a proxy without one is 1080, wget 80; Squid's own is the likelier guess


class EnvironmentNetwork:
    """Answers at once."""

    def proxies(self, url: str) -> Sequence[Proxy]:
        """At most one; SOCKS proxies are left out."""
        return named_proxies(url, _DEFAULT_PORT)

    def negotiator(self, scheme: str, proxy: Proxy) -> Negotiator | None:
        """There is no single sign-on here: the customer is asked."""
        return None
