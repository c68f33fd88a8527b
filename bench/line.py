"""A bad line beside TigerVNC with noVNC: `python bench/line.py [--loss 0.01]`; 5 Mbit/s, 40 ms round trip, user space.

The line stands between the page's WebSocket and the server: 4 kB pieces wait for their turn at the line's rate in a
queue of at most 64 kB (100 ms), then 20 ms each way. Loss is what TCP makes of it without its window's reaction: a lost
packet (of 1,448 bytes) comes one round trip later, and everything behind it waits.
Frame delay: from the stage's painting of a step until the browser paints a frame with it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import random
import socket
import statistics
import sys
import threading
import time
from collections import deque
from typing import Any

from idle import FIRST
from scene import STEP_SQUARE, WATCH, WATCH_CANVAS, Scene, chromium, table
from session import keys
from stage import GREYS

BYTES_PER_SECOND = 5_000_000 / 8
ONE_WAY = 0.02
QUEUE_BYTES, PIECE, PACKET = 64 * 1024, 4 * 1024, 1_448
# The page is of the server's port and its relay of the line's, so that what it asks of both has to be allowed.
SAME, CROSS = (b"cross-origin-resource-policy: " + origin for origin in (b"same-origin", b"cross-origin"))
CORNER, CORNER_SIZE = (1_650, 1_000), (200, 60)  # of the screen; the stage ends left of it and above


class Line:
    """A TCP port that leads to another one over the line; runs in a thread of its own."""

    def __init__(self, target: int, loss: float) -> None:
        self._target, self._loss = target, loss
        self._random = random.Random(7)
        self._loop = asyncio.new_event_loop()
        self.port = 0
        ready = threading.Event()
        threading.Thread(target=self._run, args=(ready,), daemon=True).start()
        ready.wait()

    def _run(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0, limit=PIECE))
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        self._loop.run_forever()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            other_reader, other_writer = await asyncio.open_connection("127.0.0.1", self._target, limit=PIECE)
        except OSError:
            writer.close()
            return
        for one in (writer, other_writer):
            one.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.gather(self._carry(reader, other_writer), self._carry(other_reader, writer))

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One direction until its end."""
        waiting: deque[tuple[float, bytes]] = deque()
        has_come, has_left = asyncio.Event(), asyncio.Event()

        async def leave() -> None:
            while True:
                while not waiting:
                    has_come.clear()
                    await has_come.wait()
                due, data = waiting[0]
                await asyncio.sleep(max(0.0, due - self._loop.time()))
                waiting.popleft()
                has_left.set()
                if not data or writer.is_closing():
                    writer.close()
                    return
                writer.write(data)

        leaving = self._loop.create_task(leave())
        free_at = last_due = 0.0
        with contextlib.suppress(OSError):
            while True:
                while free_at - self._loop.time() > QUEUE_BYTES / BYTES_PER_SECOND:
                    has_left.clear()
                    await has_left.wait()
                data = (await reader.read(PIECE)).replace(SAME, CROSS)
                free_at = max(free_at, self._loop.time()) + len(data) / BYTES_PER_SECOND
                due = free_at + ONE_WAY
                for _ in range(-(-len(data) // PACKET)):
                    if self._random.random() < self._loss:
                        due += 2 * ONE_WAY
                last_due = max(last_due, due)
                waiting.append((last_due, data))
                has_come.set()
                if not data:
                    break
        if not waiting or waiting[-1][1]:
            waiting.append((last_due, b""))
            has_come.set()
        await leaving


def frame_delays(page: Any, painted: list[tuple[int, float]]) -> list[float]:
    """ms from each seen step's painting to the frame that showed it."""
    seen, origin = page.evaluate("[window.__seen, performance.timeOrigin]")
    delays = []
    for at, greys in zip(seen["changes"], seen["greys"], strict=True):
        low, high = (min(range(4), key=lambda i: abs(GREYS[i] - grey)) for grey in greys)
        wall = (origin + at) / 1000
        times = [when for step, when in painted if step % 16 == low + 4 * high and when <= wall + 0.002]
        if times:
            delays.append((wall - times[-1]) * 1000)
    return delays


def measure(scene: Scene, page: Any, options: argparse.Namespace) -> dict[str, float]:
    page.bring_to_front()
    waits = keys(page, options.keys, WATCH_CANVAS)
    page.evaluate(WATCH, list(STEP_SQUARE))
    time.sleep(1)
    before, began = page.evaluate("window.__bytes"), time.monotonic()
    painted = json.loads(scene.say("scroll", str(options.steps)))
    took = time.monotonic() - began
    seen = page.evaluate("window.__seen.changes.length")
    time.sleep(1)
    delays = frame_delays(page, painted)
    return {
        "key -> canvas, ms": statistics.median(waits) if waits else float("nan"),
        "scrolling, frames/s": seen / options.steps * 30,
        "frame delay p50, ms": statistics.median(delays) if delays else float("nan"),
        "frame delay p95, ms": sorted(delays)[int(len(delays) * 0.95)] if delays else float("nan"),
        "scrolling, kB/s": (page.evaluate("window.__bytes") - before) / took / 1000,
    }


class Returns:
    """Kills the server, again and again, and times each return of the picture."""

    def __init__(self, scene: Scene, page: Any) -> None:
        """Paints a window of its own, which nothing of the stage covers."""
        self._scene, self._page = scene, page
        self._painter = scene.painter(CORNER, CORNER_SIZE)
        self._colours = itertools.cycle((0xFFFFFF, 0x101010))
        self._paint()
        time.sleep(1)

    def _paint(self) -> None:
        self._painter.fill(next(self._colours), 0, 0, *CORNER_SIZE)

    def seconds(self) -> float:
        """From the moment a killed server listens again until what was painted without it is on the canvas."""
        demo, page = self._scene.demo, self._page
        assert demo is not None
        page.evaluate(WATCH_CANVAS, [CORNER[0] + CORNER_SIZE[0] // 2, CORNER[1] + CORNER_SIZE[1] // 2])
        demo.restart_server(is_gentle=False, meanwhile=self._paint)
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._scene.server_port), 0.2):
                break
            time.sleep(0.002)
        up = time.clock_gettime(time.CLOCK_REALTIME)
        page.wait_for_function("window.__seen.changes.length > 0", polling=10)
        shown = page.evaluate("performance.timeOrigin + window.__seen.changes[0]") / 1000
        assert page.get_attribute("html", "data-session") == "open_control"
        return float(shown - up)


LIMITS = {
    "key -> canvas, ms": 80, "scrolling, frames/s": 20, "frame delay p50, ms": 150, "consent -> first picture, s": 0.8,
    "server listens -> resumed, s": 0.5,
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--loss", type=float, default=0.0)
    parser.add_argument("--keys", type=int, default=20)
    parser.add_argument("--steps", type=int, default=150)
    parser.add_argument("--alone", action="store_true", help="without the peer")
    parser.add_argument("--resumes", type=int, default=0, help="only kill the server so often, and time each return")
    options = parser.parse_args()
    with Scene() as scene, chromium() as browser:
        if not options.alone:
            port, processes = scene.peer_server()
            page = scene.peer_page(browser, Line(port, options.loss).port)
            print("TigerVNC + noVNC")
            table(measure(scene, page, options), LIMITS, lambda key: "frames/s" in key)
            page.close()
            scene.end(processes)
        page = scene.our_page(browser, door=lambda port: Line(port, options.loss).port, script=FIRST)
        scene.agree()
        if options.resumes:
            scene.settle()
            returns = Returns(scene, page)
            waits = [returns.seconds() for _ in range(options.resumes)]
            print(
                "Beistand: server killed, from its listening until a new frame, s:", *(f"{wait:.2f}" for wait in waits)
            )
            figures = {"median, s": statistics.median(waits), "worst, s": max(waits)}
            return table(figures, dict.fromkeys(figures, LIMITS["server listens -> resumed, s"]))
        first = page.evaluate("window.__first[0]") / 1000 - scene.consented
        ours = measure(scene, scene.settle(), options) | {"consent -> first picture, s": first}
        ours["server listens -> resumed, s"] = Returns(scene, page).seconds()
        print("Beistand")
        table(ours, LIMITS, lambda key: "frames/s" in key)


if __name__ == "__main__":
    sys.exit(main())
