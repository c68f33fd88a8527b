"""The front's contract with picows and uvicorn, and who counts as whom behind a proxy."""

import asyncio

import pytest
from picows import WSListener, WSMsgType, ws_connect

from beistand.protocol import rendezvous as r
from beistand.server.front import is_relay_upgrade, serve
from beistand.server.relay.pump import Relay


async def page(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"page"})


class Answers(WSListener):
    """Collects what the relay says until it hangs up."""

    def __init__(self):
        super().__init__()
        self.frames = []

    def on_ws_frame(self, transport, frame):
        if frame.msg_type == WSMsgType.BINARY:
            self.frames.append(r.decode(frame.get_payload_as_bytes()[1:]))
        else:
            transport.disconnect()


async def join(port, forwarded=None, origin=None):
    headers = {k: v for k, v in {"X-Forwarded-For": forwarded, "Origin": origin}.items() if v}
    transport, listener = await ws_connect(Answers, f"ws://127.0.0.1:{port}/relay", extra_headers=headers)
    transport.send(WSMsgType.BINARY, b"\x00" + r.encode(r.Join(1, "999", "de")))
    async with asyncio.timeout(30):
        await transport.wait_disconnected()
    return listener.frames


async def many(trusted_proxy, forwarded):
    relay = Relay(b"k" * 32, lambda *fact: None, lambda *state: None)
    server = await serve(page, relay, "127.0.0.1", 0, trusted_proxy=trusted_proxy)
    try:
        return [(await join(server.port, forwarded(n)))[0] for n in range(11)]
    finally:
        await server.close()


async def test_s40_ten_tries_a_minute_from_one_address():
    assert (await many("", lambda n: None))[-1] == r.Refused("rate")


async def test_s40_a_foreign_forwarded_header_does_not_help():
    assert (await many("", lambda n: f"10.0.0.{n}"))[-1] == r.Refused("rate")


async def test_s40_behind_the_trusted_proxy_each_customer_counts_alone():
    answers = await many("127.0.0.1", lambda n: f"1.2.3.4, 10.0.0.{n}")
    assert set(answers) == {r.Refused("unknown_number")}


async def test_s35_a_page_of_a_foreign_origin_cannot_open_the_relay():
    relay = Relay(b"k" * 32, lambda *fact: None, lambda *state: None)
    server = await serve(page, relay, "127.0.0.1", 0, origins=["http://own.example"])
    try:
        with pytest.raises(Exception, match="404"):
            await join(server.port, origin="http://evil.example")
        assert await join(server.port, origin="http://own.example") == [r.Refused("unknown_number")]
    finally:
        await server.close()


@pytest.mark.parametrize(
    ("head", "answer"),
    [
        (b"GET /relay HTTP/1.1\r\nUpgrade: websocket\r\n\r\n", True),
        (b"GET /relay?x=1 HTTP/1.1\r\nupgrade: WebSocket\r\n\r\n", True),
        (b"GET /relay HTTP/1.1\r\nHost: x\r\n\r\n", False),
        (b"POST /relay HTTP/1.1\r\nUpgrade: websocket\r\n\r\n", False),
        (b"GET /relay/x HTTP/1.1\r\nUpgrade: websocket\r\n\r\n", False),
        (b"garbage\r\n\r\n", False),
    ],
)
def test_only_the_relays_upgrade_goes_to_picows(head, answer):
    assert is_relay_upgrade(head) is answer


async def test_an_endless_head_is_refused():
    relay = Relay(b"k" * 32, lambda *fact: None, lambda *state: None)
    server = await serve(page, relay, "127.0.0.1", 0)
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"GET / HTTP/1.1\r\nX: " + b"a" * 20_000)
        async with asyncio.timeout(30):
            assert (await reader.read()).startswith(b"HTTP/1.1 431")
        writer.close()
    finally:
        await server.close()
