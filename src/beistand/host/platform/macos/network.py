"""The way out on macOS: the proxies of the network settings, as Python's own library reads them."""

from __future__ import annotations

import sys

assert sys.platform == "darwin"

from collections.abc import Sequence

from beistand.host.platform.named_proxy import named_proxies
from beistand.transport.proxy import Negotiator, Proxy

_DEFAULT_PORT = 8080  # what the settings suggest


class MacosNetwork:
    """Answers at once. Automatic configuration files (PAC) are left out."""

    def proxies(self, url: str) -> Sequence[Proxy]:
        """At most one."""
        return named_proxies(url, _DEFAULT_PORT)

    def negotiator(self, scheme: str, proxy: Proxy) -> Negotiator | None:
        """There is no single sign-on here: the customer is asked."""
        return None
