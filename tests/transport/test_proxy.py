"""The way through a proxy: the dialogue without a network, and through real ones on loopback."""

from __future__ import annotations

import asyncio
import base64
import datetime
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from beistand.host.platform.windows.proxy_text import bypasses, listed
from beistand.protocol import rendezvous as r
from beistand.transport.link import LinkFailed
from beistand.transport.network import Network, why
from beistand.transport.proxy import (
    HEAD_BYTES,
    Connect,
    Credentials,
    Negotiator,
    Proxy,
    ProxyError,
    Reconnect,
    Send,
    Through,
)
from beistand.transport.relay_link import RelayLink

GRETE = Credentials("grete", "geheim")
BASIC = b"Basic " + base64.b64encode(b"grete:geheim")


class Rounds:
    """A negotiator that answers so many challenges."""

    def __init__(self, answers: list[bytes | None]) -> None:
        self.answers, self.heard = answers, list[bytes]()

    def step(self, challenge: bytes) -> bytes | None:
        self.heard.append(challenge)
        return self.answers.pop(0)


def refusal(*offers: str, body: str = "", extra: str = "") -> bytes:
    lines = "".join(f"Proxy-Authenticate: {offer}\r\n" for offer in offers)
    head = f"HTTP/1.1 407 Proxy Authentication Required\r\n{lines}{extra}Content-Length: {len(body)}\r\n\r\n"
    return (head + body).encode()


def connect(
    credentials: Credentials | None = None, negotiator: Callable[[str], Negotiator | None] = lambda _scheme: None
) -> Connect:
    return Connect("help.example.org", 443, credentials, negotiator)


def test_the_first_request_carries_no_proof() -> None:
    request = connect(GRETE).start()
    assert request.startswith(b"CONNECT help.example.org:443 HTTP/1.1\r\nHost: help.example.org:443\r\n")
    assert b"Authorization" not in request
    assert request.endswith(b"\r\n\r\n")
    assert Connect("::1", 443, None, lambda _s: None).start().startswith(b"CONNECT [::1]:443 ")


def test_any_cut_of_the_answer_opens_the_tunnel_once_it_is_whole() -> None:
    way, answer = connect(), b"HTTP/1.0 200 Connection established\r\nVia: x\r\n\r\n"
    for at in range(len(answer) - 1):
        assert way.receive(answer[at : at + 1]) is None
    assert way.receive(answer[-1:]) == Through()


def test_a_password_is_sent_only_where_it_was_typed_and_asked_for() -> None:
    with pytest.raises(ProxyError) as error:
        connect().receive(refusal('Basic realm="x"'))
    assert error.value.code == "proxy_password"
    step = connect(GRETE).receive(refusal('Basic realm="x"', body="a page"))
    assert isinstance(step, Send)
    assert b"Proxy-Authorization: " + BASIC + b"\r\n" in step.data


def test_a_wrong_password_is_asked_for_again_and_never_repeated() -> None:
    way = connect(GRETE)
    assert isinstance(way.receive(refusal("Basic")), Send)
    with pytest.raises(ProxyError) as error:
        way.receive(refusal("Basic"))
    assert error.value.code == "proxy_password"


def test_a_proxy_that_closes_gets_the_password_on_a_new_connection() -> None:
    step = connect(GRETE).receive(refusal("Basic", extra="Connection: close\r\n"))
    assert isinstance(step, Reconnect)
    assert BASIC in step.data


def test_the_page_of_a_refusal_is_read_before_the_next_request() -> None:
    way, answer = connect(GRETE), refusal("Basic", body="p" * 300)
    assert way.receive(answer[:-1]) is None
    assert isinstance(way.receive(answer[-1:]), Send)


def test_the_signed_in_user_is_proven_in_rounds_without_a_password() -> None:
    rounds = Rounds([b"one", b"three"])
    way = connect(None, lambda scheme: rounds if scheme == "negotiate" else None)
    first = way.receive(refusal("Negotiate", "NTLM", "Basic"))
    assert isinstance(first, Send)
    assert b"Proxy-Authorization: Negotiate " + base64.b64encode(b"one") in first.data
    second = way.receive(refusal("Negotiate " + base64.b64encode(b"two").decode()))
    assert isinstance(second, Send)
    assert base64.b64encode(b"three") in second.data
    assert rounds.heard == [b"", b"two"]
    assert way.receive(b"HTTP/1.1 200 OK\r\n\r\n") == Through()


def test_ntlm_is_tried_where_negotiate_is_not_to_be_had_and_the_password_after_both() -> None:
    way = connect(GRETE, lambda scheme: Rounds([b"n1", None]) if scheme == "ntlm" else None)
    first = way.receive(refusal("Negotiate", "NTLM", "Basic"))
    assert isinstance(first, Send)
    assert b"Proxy-Authorization: NTLM " in first.data
    refused = way.receive(refusal("Negotiate", "NTLM", "Basic"))  # the proxy did not accept it and begins anew
    assert isinstance(refused, Send)
    assert BASIC in refused.data


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"HTTP/1.1 403 Forbidden\r\n\r\n", "proxy_refused"),
        (b"HTTP/1.1 502 Bad Gateway\r\n\r\n", "proxy_refused"),
        (b"SSH-2.0-OpenSSH_9\r\n\r\n", "proxy_refused"),
        (b"x" * (HEAD_BYTES + 1), "proxy_refused"),
        (refusal("Digest realm=x"), "proxy_refused"),
        (refusal(), "proxy_refused"),
        (refusal("Negotiate not-base64!"), "proxy_refused"),
    ],
)
def test_every_other_answer_is_refused_with_a_code(answer: bytes, code: str) -> None:
    with pytest.raises(ProxyError) as error:
        connect(GRETE, lambda _scheme: Rounds([b"t"])).receive(answer)
    assert error.value.code == code


def test_credentials_are_in_no_repr() -> None:
    assert "geheim" not in repr(GRETE)


@pytest.mark.parametrize(
    ("text", "url", "expected"),
    [
        ("proxy:8080", "https://h.example", [Proxy("proxy", 8080)]),
        ("http=a:1;https=b:2", "https://h.example", [Proxy("b", 2)]),
        ("http=a:1;https=http://b:2/", "wss://h.example", [Proxy("b", 2)]),
        ("socks=a:1", "https://h.example", []),
        ("a b:3", "http://h.example", [Proxy("a", 80), Proxy("b", 3)]),
        ("bad:port;[::1]:9", "https://h.example", [Proxy("::1", 9)]),
        ("", "https://h.example", []),
    ],
)
def test_windows_lists_of_proxies_are_read(text: str, url: str, expected: list[Proxy]) -> None:
    assert listed(text, url) == expected


def test_windows_exceptions_are_read() -> None:
    assert bypasses("", "https://127.0.0.1:8")
    assert bypasses("*.intern;10.*", "https://wiki.intern")
    assert bypasses("<local>", "https://server")
    assert not bypasses("<local>;*.intern", "https://help.example.org")
    assert bypasses("https://help.example.org", "https://help.example.org")


class System:
    """A system with one proxy and no single sign-on."""

    def __init__(self, *proxies: Proxy) -> None:
        self._proxies = proxies

    def proxies(self, url: str) -> Sequence[Proxy]:
        return self._proxies

    def negotiator(self, scheme: str, proxy: Proxy) -> Negotiator | None:
        return None


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    """A real proxy that wants Grete's password and closes the connection after each refusal."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if BASIC not in head:
            writer.write(refusal("Basic realm=x", extra="Connection: close\r\n"))
        else:
            host, _, port = head.split(b" ")[1].decode().rpartition(":")
            far_reader, far_writer = await asyncio.open_connection(host, int(port))
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            async with asyncio.TaskGroup() as group:
                group.create_task(pump(reader, far_writer))
                group.create_task(pump(far_reader, writer))
        writer.close()

    async def pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while data := await source.read(65_536):
            target.write(data)
        target.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield Proxy("127.0.0.1", server.sockets[0].getsockname()[1])
    server.close()


@pytest.fixture
async def echo() -> AsyncIterator[int]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readline())
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


async def test_a_socket_comes_through_a_real_proxy_with_the_typed_password(proxy: Proxy, echo: int) -> None:
    network = Network(System(proxy))
    with pytest.raises(ProxyError) as error:
        await network.open("http://127.0.0.1", "127.0.0.1", echo)
    assert error.value.code == "proxy_password"
    network.credentials = GRETE
    connection = await network.open("http://127.0.0.1", "127.0.0.1", echo)
    assert connection is not None
    reader, writer = await asyncio.open_connection(sock=connection)
    writer.write(b"Hallo\n")
    assert await reader.readline() == b"Hallo\n"
    writer.close()
    await writer.wait_closed()


async def test_the_second_proxy_is_taken_when_the_first_is_not_there(proxy: Proxy, echo: int) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        gone = Proxy("127.0.0.1", unused.getsockname()[1])
        network = Network(System(gone, proxy))
        network.credentials = GRETE
        connection = await network.open("http://127.0.0.1", "127.0.0.1", echo)
        assert connection is not None
        connection.close()
        with pytest.raises(ProxyError) as error:
            await Network(System(gone)).open("http://127.0.0.1", "127.0.0.1", echo)
        assert error.value.code == "proxy_refused"


async def failure(server: str, network: Network | None = None) -> LinkFailed:
    """How a link to this address fails."""
    failed: asyncio.Future[LinkFailed] = asyncio.get_running_loop().create_future()
    link = RelayLink(server, lambda _f: None, lambda _d: None, lambda: None, failed.set_result, network)
    link.start(asyncio.get_running_loop(), r.Join(r.VERSION, "123", "de"))
    async with asyncio.timeout(30):
        return await failed


async def test_a_link_says_that_the_proxy_wants_a_password(proxy: Proxy) -> None:
    found = await failure("https://help.example.org", Network(System(proxy)))
    assert found.code == "proxy_password"


async def test_a_link_says_that_there_is_no_network() -> None:
    found = await failure("https://no-such-host.invalid")
    assert found.code == "no_network"


@pytest.fixture
def certificate(tmp_path: Path) -> Callable[[int, int], ssl.SSLContext]:
    """`certificate(first_day, last_day)` from today: a server's context with a certificate of an unknown maker."""

    def make(first: int, last: int) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
        today = datetime.datetime.now(datetime.UTC)
        built = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(today + datetime.timedelta(days=first))
            .not_valid_after(today + datetime.timedelta(days=last))
            .sign(key, hashes.SHA256())
        )
        path = tmp_path / "server.pem"
        form = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        path.write_bytes(
            key.private_bytes(serialization.Encoding.PEM, *form) + built.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    return make


async def test_a_link_says_that_somebody_reads_along(certificate: Callable[[int, int], ssl.SSLContext]) -> None:
    server = await asyncio.start_server(lambda _r, w: w.close(), "127.0.0.1", 0, ssl=certificate(-1, 9))
    found = await failure(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    assert found.code == "intercepted"
    server.close()


@pytest.mark.parametrize(
    ("verify_code", "code"), [(9, "clock"), (10, "clock"), (18, "intercepted"), (62, "intercepted")]
)
def test_a_certificate_of_another_time_points_to_the_clock(verify_code: int, code: str) -> None:
    error = ssl.SSLCertVerificationError("no")
    error.verify_code = verify_code
    wrapped = RuntimeError("from the WebSocket library")
    wrapped.__cause__ = error
    assert why(wrapped) == code
    assert why(ConnectionRefusedError()) == "no_server"
