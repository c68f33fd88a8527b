"""One small file from the firm's server, by the link's way out: no redirects, no cookies, bounded in size and time."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any
from urllib.parse import urlsplit

from beistand.transport.network import Network
from beistand.transport.proxy import ProxyError

HEAD_BYTES = 16_384


async def get(network: Network, url: str, most_bytes: int, seconds: float) -> bytes | None:
    """The body of a 200; None for every other answer, none at all, or one that is too large or too slow."""
    try:
        async with asyncio.timeout(seconds):
            return await _get(network, url, most_bytes)
    except (OSError, TimeoutError, ProxyError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return None


async def _get(network: Network, url: str, most_bytes: int) -> bytes | None:
    parts = urlsplit(url)
    host, is_https = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if is_https else 80)
    through = await network.open(url, host, port)
    secure: dict[str, Any] = {"ssl": ssl.create_default_context(), "server_hostname": host} if is_https else {}
    where: dict[str, Any] = {"sock": through} if through is not None else {"host": host, "port": port}
    reader, writer = await asyncio.open_connection(**where, **secure, limit=HEAD_BYTES)
    try:
        # HTTP/1.0: the body is not cut into chunks and ends with the connection.
        writer.write(f"GET {parts.path} HTTP/1.0\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        head = await reader.readuntil(b"\r\n\r\n")
        if head.split(b" ", 2)[1:2] != [b"200"]:
            return None
        body = b""
        while piece := await reader.read(65_536):
            body += piece
            if len(body) > most_bytes:
                return None
        return body
    finally:
        writer.close()
