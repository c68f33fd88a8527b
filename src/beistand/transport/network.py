"""How this computer reaches the internet: directly, or through the proxy that its system names.

A thin shell: opens sockets and follows `proxy.Connect`. Also names why a connection failed, as a code that the windows
turn into one sentence for the customer.
"""

from __future__ import annotations

import asyncio
import socket
import ssl

from beistand.transport.proxy import (
    Connect,
    Credentials,
    Proxy,
    ProxyError,
    Reconnect,
    Send,
    System,
    Through,
)

LOOK_UP_SECONDS = 4.0
READ_BYTES = 4_096
# OpenSSL's X509_V_ERR_...: not yet valid, expired.
_OUT_OF_TIME = frozenset({9, 10})


class Network:
    """The way out. `credentials` are what the customer typed for the proxy, once it asked."""

    def __init__(self, system: System | None) -> None:
        self._system = system
        self.credentials: Credentials | None = None

    async def open(self, url: str, host: str, port: int) -> socket.socket | None:
        """A connected socket through the proxy, None if there is none. Raises ProxyError, OSError, TimeoutError."""
        if self._system is None:
            return None
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(LOOK_UP_SECONDS):
                proxies = await loop.run_in_executor(None, self._system.proxies, url)
        except TimeoutError:
            return None  # a proxy that is looked for by broadcast and not there: the direct way is the best guess
        failure: Exception | None = None
        for proxy in proxies:
            try:
                return await self._through(proxy, host, port)
            except OSError as error:
                failure = error
        if failure is not None:
            raise ProxyError("proxy_refused", f"The proxy {proxies[0]} cannot be reached.") from failure
        return None

    async def _through(self, proxy: Proxy, host: str, port: int) -> socket.socket:
        system = self._system
        assert system is not None
        connect = Connect(host, port, self.credentials, lambda scheme: system.negotiator(scheme, proxy))
        loop = asyncio.get_running_loop()
        connection = await _connected(proxy)
        try:
            await loop.sock_sendall(connection, connect.start())
            while True:
                data = await loop.sock_recv(connection, READ_BYTES)
                if not data:
                    raise ProxyError("proxy_refused", f"The proxy {proxy} closed the connection without a word.")
                # A negotiator may ask a domain controller: not in the loop's thread.
                match await loop.run_in_executor(None, connect.receive, data):
                    case Send(request):
                        await loop.sock_sendall(connection, request)
                    case Reconnect(request):
                        connection.close()
                        connection = await _connected(proxy)
                        await loop.sock_sendall(connection, request)
                    case Through():
                        return connection
                    case None:
                        continue
        except BaseException:
            connection.close()
            raise


async def _connected(proxy: Proxy) -> socket.socket:
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(proxy.host, proxy.port, type=socket.SOCK_STREAM)
    failure: OSError = OSError(f"{proxy.host} has no address")
    for family, kind, protocol, _, address in found:
        connection = socket.socket(family, kind, protocol)
        connection.setblocking(False)
        try:
            await loop.sock_connect(connection, address)
        except OSError as error:
            connection.close()
            failure = error
        except BaseException:
            connection.close()
            raise
        else:
            return connection
    raise failure


def why(error: BaseException) -> str:
    """The code of a failure: `proxy_password proxy_refused clock intercepted no_network no_server`."""
    chain: list[BaseException] = []
    at: BaseException | None = error
    while at is not None and at not in chain:
        chain.append(at)
        at = at.__cause__ or at.__context__
    for one in chain:
        if isinstance(one, ProxyError):
            return one.code
        if isinstance(one, ssl.SSLCertVerificationError):
            return "clock" if one.verify_code in _OUT_OF_TIME else "intercepted"
        if isinstance(one, socket.gaierror):
            return "no_network"
    return "no_server"
