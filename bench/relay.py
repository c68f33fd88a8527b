"""What the relay adds: `python bench/relay.py --sessions 500`; the relay alone on core 0, all ends on core 1.

Each session sends 60 frames a second of 4,167 bytes (2 Mbit/s) from customer to technician; latency is from
the send call to the receiver's callback, so the load's own process is in it. Memory is the relay's, per idle session.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import uvloop
from picows import WSListener, WSMsgType, ws_connect

from beistand.protocol import rendezvous as r
from beistand.server.front import serve
from beistand.server.relay.pump import Relay

FRAME_BYTES, FRAMES_PER_SECOND = 4_167, 60
SLICES = 16  # real sessions are not in step: a sixteenth of them sends at a time


def memory_kb(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1])
    return 0


async def run_relay(sessions: int) -> None:
    async def page(scope: object, receive: object, send: object) -> None:
        raise NotImplementedError

    relay = Relay(b"k" * 32, lambda *fact: None, lambda *state: None)
    server = await serve(page, relay, "127.0.0.1", 0, trusted_proxy="127.0.0.1")  # type: ignore[arg-type]
    rooms = [relay.create_room(f"room-{n}", "http://bench", "bench") for n in range(sessions)]
    print(json.dumps([server.port, [(room.nameplate, room.ticket) for room in rooms]]), flush=True)
    await asyncio.Event().wait()


class End(WSListener):
    def __init__(self, waits: list[float]) -> None:
        super().__init__()
        self.waits, self.frames = waits, 0
        self.inside = asyncio.get_running_loop().create_future()

    def on_ws_frame(self, transport: object, frame: object) -> None:
        payload = frame.get_payload_as_memoryview()  # type: ignore[attr-defined]
        if payload[0] == 1:
            self.frames += 1
            self.waits.append(time.perf_counter() - float(bytes(payload[1:24])))
        elif not self.inside.done():
            self.inside.set_result(r.decode(bytes(payload[1:])))


async def connect(port: int, hello: r.RendezvousFrame, address: str, waits: list[float]) -> tuple[object, End]:
    headers = {"X-Forwarded-For": address}
    transport, end = await ws_connect(lambda: End(waits), f"ws://127.0.0.1:{port}/relay", extra_headers=headers)
    transport.send(WSMsgType.BINARY, b"\x00" + r.encode(hello))
    joined = await end.inside
    assert isinstance(joined, r.Joined), joined
    return transport, end


async def load(port: int, rooms: list[list[str]], seconds: float, pid: int) -> None:
    waits: list[float] = []
    before = memory_kb(pid)
    senders, receivers = [], []
    for n, (nameplate, ticket) in enumerate(rooms):
        receivers.append(await connect(port, r.Attach(ticket), f"10.1.{n // 250}.{n % 250}", waits))
        senders.append(await connect(port, r.Join(1, nameplate, "de"), f"10.0.{n // 250}.{n % 250}", []))
    idle = (memory_kb(pid) - before) / len(rooms)
    padding = b"x" * (FRAME_BYTES - 24)
    began = time.perf_counter()
    cpu = _cpu(pid)
    for step in range(int(seconds * FRAMES_PER_SECOND) * SLICES):
        for transport, _end in senders[step % SLICES :: SLICES]:
            stamp = f"{time.perf_counter():.9f}".encode().ljust(23, b" ")[:23]
            transport.send(WSMsgType.BINARY, b"\x01" + stamp + padding)  # type: ignore[attr-defined]
        rest = began + (step + 1) / FRAMES_PER_SECOND / SLICES - time.perf_counter()
        await asyncio.sleep(max(0.0, rest))
    took = time.perf_counter() - began
    await asyncio.sleep(0.5)
    used = (_cpu(pid) - cpu) / took
    sent = int(seconds * FRAMES_PER_SECOND) * len(rooms)
    waits.sort()
    p50, p99 = statistics.median(waits) * 1000, waits[int(len(waits) * 0.99)] * 1000
    pace = seconds / took
    print(f"{len(rooms)} sessions, {sent} frames sent at {pace:.0%} of the wanted pace, {len(waits)} arrived")
    print(f"added latency p50 {p50:.2f} ms, p99 {p99:.2f} ms; relay {used:.0%} of its core; idle session {idle:.0f} kB")


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--relay", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.relay:
        uvloop.run(run_relay(options.sessions))
        return
    os.sched_setaffinity(0, {1})
    command = ["taskset", "-c", "0", sys.executable, __file__, "--relay", "--sessions", str(options.sessions)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        port, rooms = json.loads(process.stdout.readline())
        uvloop.run(load(port, rooms, options.seconds, process.pid))
    finally:
        process.kill()


if __name__ == "__main__":
    main()
