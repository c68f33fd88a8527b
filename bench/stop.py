"""Stop with the network cut: `python bench/stop.py [--runs 20]`; click on the real sign -> last injected event.

Each run is a session of its own with the program as customers start it. The technician's browser pastes a long text;
while the program types it, the server is frozen (SIGSTOP: nothing comes or goes any more), the customer's own pointer
clicks the sign, and the X server's raw events tell when the last key was injected.
"""

from __future__ import annotations

import argparse
import os
import select
import signal
import statistics
import sys
import threading
import time
from typing import Any

from beistand.host.platform.x11.connection import Display, xinput
from scene import Scene, chromium, table

SIGN = (66, 60)
TEXT = "Aa" * 10_000


class Injected:
    """Monotonic times of the raw key events on this display; nobody but the technician presses keys meanwhile."""

    def __init__(self, display_name: str) -> None:
        self._display = display = Display(display_name)
        mask = xinput.EventMask.synthetic(1, 1, [xinput.XIEventMask.RawKeyPress | xinput.XIEventMask.RawKeyRelease])
        display.extension(xinput, "watching").XISelectEvents(display.root, 1, [mask], is_checked=True).check()
        self.times: list[float] = []
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def close(self) -> None:
        self._is_over.set()
        self._thread.join()
        self._display.close()

    def _watch(self) -> None:
        while not self._is_over.is_set():
            select.select([self._display.fileno()], [], [], 0.05)
            while self._display.poll_event_head() is not None:
                self.times.append(time.monotonic())


def session(browser: Any) -> tuple[float, int]:
    """ms from the click to the last injected event (0 if none came after it), and events before it."""
    with Scene() as scene:
        page = scene.our_page(browser)
        scene.agree()
        scene.settle()
        assert scene.customer is not None
        scene.customer.move(*SIGN)
        time.sleep(2.5)  # the hand that moved silences the technician for 2 s
        injected = Injected(scene.display)
        page.keyboard.insert_text(TEXT)
        deadline = time.monotonic() + 5
        while len(injected.times) < 20:
            if time.monotonic() > deadline:
                injected.close()
                raise SystemExit("The technician's text was not typed: the bench measures nothing.")
            time.sleep(0.001)
        assert scene.demo is not None
        server = int(scene.demo._server.pid)
        os.kill(server, signal.SIGSTOP)
        before, clicked = len(injected.times), time.monotonic()
        scene.customer.click()
        time.sleep(1.0)
        os.kill(server, signal.SIGCONT)
        injected.close()
        if len(injected.times) >= len(TEXT) * 2:
            raise SystemExit("The text was typed to its end: the sign stopped nothing.")
        return max(0.0, (injected.times[-1] - clicked) * 1000), before


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    options = parser.parse_args()
    with chromium() as browser:
        runs = [session(browser) for _ in range(options.runs)]
    waits = sorted(wait for wait, _ in runs)
    figures = {"click -> last injected event, median ms": statistics.median(waits), "worst ms": waits[-1]}
    table(figures | {"runs": len(runs)}, dict.fromkeys(figures, 100.0))


if __name__ == "__main__":
    sys.exit(main())
