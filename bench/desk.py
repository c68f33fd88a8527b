"""Prints what the X11 adapter costs on a screen of 1920x1080: capture, injection, stop.

`python bench/desk.py`; figures are medians on an Xvfb of its own. "stop" is the time that `Gate.stop` takes with keys
held and a text being typed, until the X server says that nothing is held any more.
"""

from __future__ import annotations

import statistics
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from beistand.host.control.arbiter import LEVEL_CONTROL, Arbiter
from beistand.host.control.gate import Gate
from beistand.host.platform.x11.input import X11Input
from beistand.host.platform.x11.screen import X11Screen
from host.platform.painter import Painter
from host.xserver import XServer

ROUNDS = 50


def median_ms(deed: Callable[[], object], before: Callable[[], object] = lambda: None, rounds: int = ROUNDS) -> float:
    took = []
    for _ in range(rounds):
        before()
        began = time.perf_counter()
        deed()
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


def capture(display: str) -> None:
    screen, painter = X11Screen(display), Painter(display, 0, 0, 1920, 1080)
    screen.grab()
    colour = iter(range(1, 10_000_000))

    def paint(width: int, height: int) -> Callable[[], None]:
        return lambda: painter.fill(next(colour), 100, 100, width, height)

    say("grab, full frame", median_ms(lambda: screen.grab(full=True)))
    say("grab, nothing changed", median_ms(screen.grab))
    say("grab, a caret of 2x18", median_ms(screen.grab, paint(2, 18)))
    say("grab, a line of text 600x20", median_ms(screen.grab, paint(600, 20)))
    say("grab, a window of 800x600", median_ms(screen.grab, paint(800, 600)))
    say("cursor position", median_ms(screen.cursor_position))
    painter.close()
    screen.close()


def typing(server: XServer) -> None:
    painter = Painter(server.name)
    painter.take_focus()
    for layout, name, text in [
        ("us", "letters on the layout", "The quick brown Fox. " * 100),
        ("de", "German on a German layout", "Grüße, 20 € für Käse! " * 100),
        ("us", "German on a US layout", "Grüße, 20 € für Käse! " * 100),
        ("us", "Russian on a US layout", "Съешь же ещё этих мягких булок. " * 10),
    ]:
        server.run("setxkbmap", layout)
        sink = X11Input(server.name)
        began = time.perf_counter()
        sink.text(text)
        per_second = len(text) / (time.perf_counter() - began)
        print(f"  {'type, ' + name:44}{per_second:10.0f} characters/s")
        sink.close()
    sink = X11Input(server.name)
    say("move the pointer", median_ms(lambda: sink.move(100, 100)))
    say("press and lift a key", median_ms(lambda: (sink.key("KeyA", True), sink.key("KeyA", False))))
    say("whose window is under the pointer", median_ms(lambda: sink.window_owner_at(10, 10)))
    say("whose window has the focus", median_ms(sink.focused_owner))
    sink.close()
    painter.close()


def stop(display: str) -> None:
    painter = Painter(display)
    painter.take_focus()
    took = []
    for _ in range(20):
        sink = X11Input(display)
        gate = Gate(sink, Arbiter(), time.monotonic, set)
        gate.set_level(LEVEL_CONTROL)
        for code in ["ControlLeft", "AltLeft", "ShiftLeft"]:
            gate.key(code, True)
        typist = threading.Thread(target=gate.text, args=("Aa" * 100_000,))
        typist.start()
        while len(painter.events()) < 10:
            pass
        began = time.perf_counter()
        gate.stop()
        while any(bytes(painter.core.QueryKeymap().reply().keys.list)):
            pass
        took.append((time.perf_counter() - began) * 1000)
        typist.join()
        sink.close()
    painter.close()
    say("stop, median of 20", statistics.median(took))
    say("stop, worst of 20", max(took))


def say(what: str, milliseconds: float) -> None:
    print(f"  {what:44}{milliseconds:10.2f} ms")


if __name__ == "__main__":
    server = XServer("-screen", "0", "1920x1080x24")
    try:
        capture(server.name)
        typing(server)
        stop(server.name)
    finally:
        server.close()
