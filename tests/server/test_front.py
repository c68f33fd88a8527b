"""The front's contract with picows and uvicorn, and who counts as whom behind a proxy."""

import asyncio
import random

import pytest
import uvloop
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


class Takes(WSListener):
    """Keeps stream messages and knows when it was let in."""

    def __init__(self):
        super().__init__()
        self.got, self.news = [], asyncio.Event()

    def on_ws_frame(self, transport, frame):
        payload = frame.get_payload_as_bytes()
        self.got.append(payload[1:] if frame.msg_type == WSMsgType.BINARY and payload[0] == 1 else None)
        self.news.set()

    async def until(self, count):
        async with asyncio.timeout(30):
            while len(self.got) < count:
                self.news.clear()
                await self.news.wait()


async def slow_reader(sent):
    """What a technician gets who did not read while all of it was sent: stream messages, None for everything else."""
    relay = Relay(b"k" * 32, lambda *fact: None, lambda *state: None)
    server = await serve(page, relay, "127.0.0.1", 0)
    room = relay.create_room("room", "http://example", "org")
    technician, takes = await ws_connect(Takes, f"ws://127.0.0.1:{server.port}/relay")
    try:
        technician.send(WSMsgType.BINARY, b"\x00" + r.encode(r.Attach(room.ticket)))
        await takes.until(1)
        customer, joins = await ws_connect(Takes, f"ws://127.0.0.1:{server.port}/relay")
        customer.send(WSMsgType.BINARY, b"\x00" + r.encode(r.Join(1, room.nameplate, "de")))
        await joins.until(1)
        await takes.until(2)  # it knows that the customer is there
        technician.underlying_transport.pause_reading()
        for message in sent:
            customer.send(WSMsgType.BINARY, b"\x01" + message)
            await asyncio.sleep(0)
        technician.underlying_transport.resume_reading()
        await takes.until(2 + len(sent))
        customer.disconnect(False)
    finally:
        technician.disconnect(False)
        await server.close()
    return takes.got[2:]


def test_a_technician_behind_a_slow_line_gets_every_byte_as_it_was_sent():
    source = random.Random(7)
    sent = [source.randbytes(source.randint(5_000, 60_000)) for _ in range(200)]
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:  # as `beistand serve` runs
        got = runner.run(slow_reader(sent))
    assert [index for index, (one, other) in enumerate(zip(got, sent, strict=True)) if one != other] == []


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
