"""The way through a company's proxy: an HTTP CONNECT, with a password or the signed-in user's own proof where asked.

Pure: bytes in, steps out. `network.py` carries them out. Sources: RFC 9110 sections 9.3.6 and 11.7, RFC 7617 (Basic),
RFC 4559 (Negotiate; NTLM goes the same way). A proxy that needs Negotiate or NTLM proves a connection, so the request
is repeated on the same one; Basic may come on a new one.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

HEAD_BYTES = 16_384
BODY_BYTES = 262_144  # of a refusal's page, which is skipped to reach the next answer on the same connection
_ROUNDS = 4
_SINGLE_SIGN_ON = ("negotiate", "ntlm")


@dataclass(frozen=True)
class Proxy:
    """Where it listens."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, repr=False)
class Credentials:
    """What the customer typed; never in a log or a repr."""

    user: str
    password: str


class Negotiator(Protocol):
    """Proves the user who is signed in at this computer, in rounds."""

    def step(self, challenge: bytes) -> bytes | None:
        """The next token for what the proxy said (at first nothing); None if there is no proof to give."""
        ...


#: Makes a negotiator for "negotiate" or "ntlm"; None where this system has none.
NewNegotiator = Callable[[str], Negotiator | None]


class System(Protocol):
    """What the platform knows of the network. Both may block; they are called from a thread of their own."""

    def proxies(self, url: str) -> Sequence[Proxy]:
        """The proxies for an address, best first; empty: go directly."""
        ...

    def negotiator(self, scheme: str, proxy: Proxy) -> Negotiator | None:
        """Proves the signed-in user to a proxy by "negotiate" or "ntlm"; None where this system cannot."""
        ...


class ProxyError(Exception):
    """The proxy does not let us through. `code`: `proxy_password` (asks for one, or for another), `proxy_refused`."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code, self.sentence = code, sentence


@dataclass(frozen=True)
class Send:
    """Write these bytes, then feed what comes back."""

    data: bytes


@dataclass(frozen=True)
class Reconnect:
    """The proxy closes this connection: open a new one and send there."""

    data: bytes


@dataclass(frozen=True)
class Through:
    """The tunnel stands; the next bytes are the server's."""


Step = Send | Reconnect | Through


class Connect:
    """One way through one proxy. `start`, then `receive` what comes, any cut; None means: more is needed."""

    def __init__(self, host: str, port: int, credentials: Credentials | None, negotiator: NewNegotiator) -> None:
        authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self._request = f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\nProxy-Connection: keep-alive\r\n"
        self._credentials, self._new_negotiator = credentials, negotiator
        self._negotiator: Negotiator | None = None
        self._scheme = ""
        self._tried: set[str] = set()
        self._received = b""
        self._rounds = 0

    def start(self) -> bytes:
        """The first request. It carries no proof: a proxy that wants none shall not get one."""
        return self._ask("")

    def receive(self, data: bytes) -> Step | None:
        """Raises ProxyError if there is no way through."""
        self._received += data
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            if len(self._received) > HEAD_BYTES:
                raise ProxyError("proxy_refused", "The proxy's answer is too long.")
            return None
        status, headers = _parse(self._received[:end])
        if 200 <= status < 300:
            return Through()
        body = _body_bytes(headers)
        if status != 407:
            raise ProxyError("proxy_refused", f"The proxy refused the connection (HTTP status {status}).")
        is_open = body is not None and "close" not in " ".join(headers.get("proxy-connection", [])).lower()
        is_open = is_open and "close" not in " ".join(headers.get("connection", [])).lower()
        if is_open and body is not None and len(self._received) < end + 4 + body:
            return None  # the page of the refusal is still on its way
        self._received = b""
        return self._answer(headers.get("proxy-authenticate", []), is_open)

    def _answer(self, offers: list[str], is_open: bool) -> Step:
        self._rounds += 1
        if self._rounds > _ROUNDS:
            raise ProxyError("proxy_password", "The proxy keeps asking who we are.")
        offered = {scheme.lower(): rest.strip() for scheme, _, rest in (one.partition(" ") for one in offers)}
        for scheme in _SINGLE_SIGN_ON:
            if scheme in offered and (token := self._prove(scheme, offered[scheme])) is not None:
                request = self._ask(f"{scheme.capitalize() if scheme != 'ntlm' else 'NTLM'} {token}")
                return Send(request) if is_open else Reconnect(request)
        if "basic" in offered and self._credentials is not None and "basic" not in self._tried:
            self._tried.add("basic")
            plain = f"{self._credentials.user}:{self._credentials.password}".encode()
            request = self._ask(f"Basic {base64.b64encode(plain).decode()}")
            return Send(request) if is_open else Reconnect(request)
        if "basic" in offered:
            raise ProxyError("proxy_password", "The proxy asks for a user name and a password.")
        names = ", ".join(sorted(offered)) or "nothing"
        raise ProxyError("proxy_refused", f"The proxy accepts only {names[:60]}, which this computer cannot offer.")

    def _prove(self, scheme: str, challenge: str) -> str | None:
        """The next token; None when this scheme is used up or not to be had here."""
        if self._scheme != scheme:
            if scheme in self._tried or (self._scheme and challenge):
                return None
            self._tried.add(scheme)
            self._negotiator, self._scheme = self._new_negotiator(scheme), scheme
        elif not challenge:
            self._negotiator = None  # the proxy began anew: it did not accept the proof
        if self._negotiator is None:
            return None
        try:
            token = self._negotiator.step(base64.b64decode(challenge, validate=True))
        except ValueError:
            return None
        return None if token is None else base64.b64encode(token).decode()

    def _ask(self, proof: str) -> bytes:
        line = f"Proxy-Authorization: {proof}\r\n" if proof else ""
        return f"{self._request}{line}\r\n".encode("latin-1")


def _parse(head: bytes) -> tuple[int, Mapping[str, list[str]]]:
    lines = head.decode("latin-1").split("\r\n")
    found = re.match(r"HTTP/1\.[01] (\d{3})(?: |$)", lines[0])
    if found is None:
        raise ProxyError("proxy_refused", "What the system names as its proxy does not answer as one.")
    headers: dict[str, list[str]] = {}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        headers.setdefault(name.strip().lower(), []).append(value.strip())
    return int(found[1]), headers


def _body_bytes(headers: Mapping[str, list[str]]) -> int | None:
    """How long the page of a refusal is; None if only the end of the connection tells."""
    length = (headers.get("content-length") or [""])[0]
    if not length.isdecimal() or headers.get("transfer-encoding") or int(length) > BODY_BYTES:
        return None
    return int(length)
