"""The program's link and the real relay on loopback: a whole handshake, a third party, a lost link, a restart."""

import asyncio
import os
from contextlib import asynccontextmanager

import pytest
from picows import WSListener, WSMsgType, ws_connect

from beistand.protocol import rendezvous as r
from beistand.protocol.e2e import messages as m
from beistand.protocol.e2e.keys import channel_identifier
from beistand.protocol.e2e.peer import Attempt, Confirmed, CustomerPeer, Got, Outgoing, TechnicianPeer
from beistand.server.front import serve
from beistand.server.relay.pump import Relay
from beistand.transport.relay_link import RelayLink

KEY = b"k" * 32


async def page(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"page"})


class End:
    """One end on a real link: collects what comes, can wait for it."""

    def __init__(self, server, hello, peer=None):
        self.peer, self.frames, self.got, self.other = peer, [], [], []
        self.news = asyncio.Event()
        self.link = RelayLink(server, self.on_frame, self.on_stream, self.on_lost, self.on_failed)
        self.lost = 0
        self.failed = None
        self.link.start(asyncio.get_running_loop(), hello)

    def on_frame(self, frame):
        self.frames.append(frame)
        if self.peer is not None and frame == r.Peer("joined") and isinstance(self.peer, CustomerPeer):
            self.link.send_stream(self.peer.start())
        is_again = isinstance(frame, r.Joined) and self.lost
        if self.peer is not None and self.peer.is_confirmed and (is_again or frame == r.Peer("back")):
            self.link.send_stream(self.peer.resume())
        self.news.set()

    def on_stream(self, data):
        for event in self.peer.receive(data):
            match event:
                case Outgoing():
                    self.link.send_stream(event.data)
                case Got():
                    self.got.append(event.message)
                case Confirmed():
                    self.link.may_rejoin = True
                    if isinstance(self.peer, TechnicianPeer):
                        self.link.send_frame(r.Confirmed())
                    self.other.append(event)
                case Attempt():
                    self.other.append(event)
        self.news.set()

    def on_lost(self):
        self.lost += 1
        if self.peer is not None:
            self.peer.link_lost()
        self.news.set()

    def on_failed(self, failure):
        self.failed = failure
        self.news.set()

    async def until(self, is_true):
        async with asyncio.timeout(30):
            while not is_true():
                self.news.clear()
                await self.news.wait()


@asynccontextmanager
async def running(port=0, log=None):
    log = log if log is not None else []
    relay = Relay(KEY, lambda *fact: log.append(fact), lambda *state: log.append(state))
    server = await serve(page, relay, "127.0.0.1", port)
    try:
        yield relay, f"http://127.0.0.1:{server.port}", server
    finally:
        await server.close()


async def session(relay, server):
    room = relay.create_room("room-1", "http://example", "org")
    ci = channel_identifier("http://example", "org", room.nameplate)
    technician = End(server, r.Attach(room.ticket), TechnicianPeer("123456", ci, b"ident", os.urandom))
    await technician.until(lambda: technician.frames)
    customer = End(server, r.Join(1, room.nameplate, "de"), CustomerPeer("123456", ci, b"info", os.urandom))
    await customer.until(lambda: customer.other)
    await technician.until(lambda: Confirmed(b"info") in technician.other)
    return room, technician, customer


async def test_pages_and_relay_share_one_port():
    async with running() as (_relay, server, _):
        host, port = server.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answer = await reader.read()
        writer.close()
        assert answer.startswith(b"HTTP/1.1 200")
        assert b"page" in answer


async def test_a_handshake_and_messages_pass_the_relay():
    log = []
    async with running(log=log) as (relay, server, _):
        _room, technician, customer = await session(relay, server)
        customer.link.send_stream(customer.peer.send(m.Chat("Guten Tag")))
        technician.link.send_stream(technician.peer.send(m.Text("ä" * 900)))
        await technician.until(lambda: technician.got)
        await customer.until(lambda: customer.got)
        assert technician.got == [m.Chat("Guten Tag")]
        assert customer.got == [m.Text("ä" * 900)]
        customer.link.send_frame(r.Fact("consent", {"level": 2}))
        customer.link.send_frame(r.Ended("customer", "stop sign"))
        await technician.until(lambda: r.Closed("ended") in technician.frames)
        assert ("room-1", "customer", "consent", {"level": 2}) in log
        assert ("room-1", "closed", "ended") in log


async def test_s10_a_third_party_is_refused_and_rings_and_a_ticket_works_once():
    async with running() as (relay, server, _):
        room = relay.create_room("room-1", "http://example", "org")
        technician = End(server, r.Attach(room.ticket))
        await technician.until(lambda: technician.frames)
        customer = End(server, r.Join(1, room.nameplate, "de"))
        await customer.until(lambda: customer.frames)
        third = End(server, r.Join(1, room.nameplate, "de"))
        await third.until(lambda: third.frames)
        assert third.frames == [r.Refused("busy")]
        await technician.until(lambda: r.Ring("third_party") in technician.frames)
        thief = End(server, r.Attach(room.ticket))
        await thief.until(lambda: thief.frames)
        assert thief.frames == [r.Refused("ticket")]
        for end in (technician, customer):
            end.link.close()


async def test_s6_a_number_serves_once_and_unknown_numbers_say_so():
    async with running() as (relay, server, _):
        room, technician, customer = await session(relay, server)
        late = End(server, r.Join(1, room.nameplate, "de"))
        await late.until(lambda: late.frames)
        assert late.frames == [r.Refused("used")]
        other = "000" if room.nameplate != "000" else "111"
        stranger = End(server, r.Join(1, other, "de"))
        await stranger.until(lambda: stranger.frames)
        assert stranger.frames == [r.Refused("unknown_number")]
        for end in (technician, customer):
            end.link.close()


async def test_both_ends_resume_after_the_relay_restarted():
    async with running() as (relay, server, front):
        port = front.port
        _room, technician, customer = await session(relay, server)
    # The messages below are written while nobody carries them.
    await customer.until(lambda: customer.lost)
    await technician.until(lambda: technician.lost)
    for n in range(50):
        customer.link.send_stream(customer.peer.send(m.Ping(n)))
        technician.link.send_stream(technician.peer.send(m.Pong(n)))
    async with running(port):
        await technician.until(lambda: len(technician.got) == 50)
        await customer.until(lambda: len(customer.got) == 50)
        assert technician.got == [m.Ping(n) for n in range(50)]
        assert customer.got == [m.Pong(n) for n in range(50)]
        for end in (technician, customer):
            end.link.close()


@pytest.mark.parametrize("garbage", [b"\x00not json", b"\x07", b"\x01too early", b"\x00" + b"{" * 5000, b"\x00{}"])
async def test_garbage_ends_the_link_and_nothing_else(garbage):
    async with running() as (relay, server, _):
        transport, _listener = await ws_connect(WSListener, server.replace("http", "ws") + "/relay")
        transport.send(WSMsgType.BINARY, garbage)
        async with asyncio.timeout(30):
            await transport.wait_disconnected()
        _room, technician, customer = await session(relay, server)
        for end in (technician, customer):
            end.link.close()


async def test_a_technicians_new_link_in_the_middle_of_a_picture_loses_and_doubles_nothing():
    async with running() as (relay, server, _):
        _room, technician, customer = await session(relay, server)
        for n in range(30):
            frame = m.Frame(n, False, False, 0, 9, 9, 0, 0, 9, 9, n, bytes([n]) * 200_000)
            customer.link.send_stream(customer.peer.send(frame))
            if n in (10, 20):
                joined = n // 10
                await technician.until(lambda n=joined: sum(isinstance(f, r.Joined) for f in technician.frames) == n)
                technician.link._drop()
                await technician.until(lambda n=joined: technician.lost == n)
        await technician.until(lambda: len(technician.got) == 30)
        assert [f.frame for f in technician.got] == list(range(30))
        for end in (technician, customer):
            end.link.close()


async def test_a_room_that_was_closed_from_outside_cannot_be_revived_by_a_token():
    async with running() as (relay, server, _):
        _room, technician, customer = await session(relay, server)
        token = customer.link._token
        relay.close_room("room-1", "ended")
        await customer.until(lambda: r.Closed("ended") in customer.frames)
        again = End(server, r.Rejoin(token))
        await again.until(lambda: again.frames)
        assert again.frames == [r.Refused("ended")]
        technician.link.close()
