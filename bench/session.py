"""Beistand beside TigerVNC with noVNC, in one run on one Xvfb of 1920x1080 over loopback: `python bench/session.py`.

Key -> photon: from the key's event in the browser until the pixel on the canvas has changed. Frames: distinct steps
of the stage seen on the canvas out of those painted at 30 a second. Bytes: what the page's WebSocket received. Nothing
should run beside it; the peer is measured first, then we, each with a browser page of its own.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from beistand.cli.children import Children
from beistand.cli.demo_check import Report, _Chain
from beistand.cli.desktop import NOVNC_FOLDER, Desktop, free_port, program_command
from host.customer import Customer
from stage import PLACE, SQUARE

WATCH = """([x, y]) => {
  const canvas = [...document.querySelectorAll('canvas')].sort((a, b) => b.width * b.height - a.width * a.height)[0];
  const context = canvas.getContext('2d');
  const seen = { changes: [], last: null, key: [] };
  window.__seen = seen;
  window.addEventListener('keydown', (event) => seen.key.push(event.timeStamp), true);
  const look = () => {
    const value = context.getImageData(x, y, 1, 1).data[1];
    if (seen.last === null) seen.last = value;
    if (Math.abs(value - seen.last) > 25) { seen.changes.push(performance.now()); seen.last = value; }
    window.__watching = requestAnimationFrame(look);
  };
  cancelAnimationFrame(window.__watching);
  look();
}"""


class Bench:
    def __init__(self, folder: Path, keys: int, steps: int) -> None:
        self.folder, self.keys, self.steps = folder, keys, steps
        self.children = Children(folder)
        self.received = 0
        reader = subprocess.Popen(
            ["Xvfb", "-displayfd", "1", "-screen", "0", "1920x1080x24", "-nolisten", "tcp"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        self.x_server = reader
        assert reader.stdout is not None
        self.display = ":" + reader.stdout.readline().strip()
        self.on: dict[str, str | None] = {"DISPLAY": self.display, "GSETTINGS_BACKEND": "memory", "NO_AT_BRIDGE": "1"}
        self.children.start("openbox", ["openbox"], self.on)
        self.stage = subprocess.Popen(
            ["env", f"DISPLAY={self.display}", sys.executable, str(Path(__file__).parent / "stage.py")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        self.say()

    def say(self, *words: str) -> None:
        """Tells the stage, waits for its answer."""
        assert self.stage.stdin is not None
        assert self.stage.stdout is not None
        if words:
            self.stage.stdin.write(" ".join(words) + "\n")
            self.stage.stdin.flush()
        self.stage.stdout.readline()

    def count(self, page: Any) -> None:
        def socket(opened: Any) -> None:
            opened.on("framereceived", lambda data: setattr(self, "received", self.received + len(data)))

        page.on("websocket", socket)

    def measure(self, page: Any, name: str) -> dict[str, float]:
        page.bring_to_front()
        out: dict[str, float] = {}
        page.evaluate(WATCH, [PLACE[0] + SQUARE + SQUARE // 2, PLACE[1] + SQUARE // 2])
        waits = []
        for _ in range(self.keys):
            before = page.evaluate("[window.__seen.changes.length, window.__seen.key.length]")
            page.keyboard.press("F9")
            deadline = time.monotonic() + 3
            while page.evaluate("window.__seen.changes.length") == before[0] and time.monotonic() < deadline:
                time.sleep(0.005)
            pair = page.evaluate(
                "[window.__seen.changes.at(-1), window.__seen.key.at(-1), window.__seen.changes.length]"
            )
            if pair[2] > before[0]:
                waits.append(pair[0] - pair[1])
            time.sleep(0.15)
        out["keys seen"] = len(waits)
        out["key ms median"] = statistics.median(waits) if waits else float("nan")
        out["key ms p95"] = sorted(waits)[int(len(waits) * 0.95)] if waits else float("nan")
        for mode in ("scroll", "drag"):
            page.evaluate(WATCH, [PLACE[0] + SQUARE // 2, PLACE[1] + SQUARE // 2])
            time.sleep(1)
            self.received, began = 0, time.monotonic()
            self.say(mode, str(self.steps))
            time.sleep(0.4)
            took = time.monotonic() - began
            out[f"{mode} frames/s"] = page.evaluate("window.__seen.changes.length") / (self.steps / 30)
            out[f"{mode} kB/s"] = self.received / took / 1000
        print(f"  {name}: " + json.dumps({key: round(value, 1) for key, value in out.items()}), flush=True)
        return out

    def tigervnc(self, browser: Any) -> dict[str, float]:
        vnc, web = free_port(), free_port()
        command = ["x0tigervncserver", "-display", self.display, "-rfbport", str(vnc), "-localhost=1"]
        server = self.children.start("x0tigervncserver", [*command, "-SecurityTypes", "None"], self.on)
        bridge = ["websockify", "--web", NOVNC_FOLDER, f"127.0.0.1:{web}", f"127.0.0.1:{vnc}"]
        proxy = self.children.start("websockify", bridge, self.on)
        page = browser.new_page(viewport={"width": 1960, "height": 1160})
        self.count(page)
        time.sleep(1.5)
        page.goto(f"http://127.0.0.1:{web}/vnc.html?autoconnect=1&resize=off&path=websockify")
        page.wait_for_selector("canvas")
        time.sleep(2)
        page.mouse.click(PLACE[0] + 700, PLACE[1] + 500)
        out = self.measure(page, "TigerVNC + noVNC")
        page.close()
        for child in (proxy, server):
            self.children.end(child, 15)  # type: ignore[arg-type]
        return out

    def beistand(self, browser: Any) -> dict[str, float]:
        from beistand.cli.demo import Demo

        class OnXvfb(Demo):
            """The demo's server, but this Xvfb instead of its desktop."""

        demo = OnXvfb(Path(tempfile.mkdtemp(prefix="beistand-bench-")), "de")
        demo.children = self.children
        port = free_port()
        addresses = demo.start_server(port)
        origin = f"http://127.0.0.1:{port}"
        self.children.start("program", program_command(origin, "de"), self.on, may_end=True)
        desktop = Desktop(self.on, "about:blank")
        report = Report()
        chain = _Chain(browser, demo, addresses.with_desktop(desktop), report, None)
        chain._set_up()
        page = chain._technician
        page.set_viewport_size({"width": 1960, "height": 1160})
        self.count(page)
        number = chain._new_session()
        chain._steady_window("Beistand")
        env = ["env", f"DISPLAY={self.display}", "xdotool"]
        subprocess.run([*env, "search", "--name", "^Beistand$", "windowactivate", "--sync"], check=False)
        subprocess.run([*env, "type", number.replace(" ", "")], check=True)
        subprocess.run([*env, "key", "Return"], check=True)
        page.wait_for_selector("html[data-step=asked]", state="attached")
        time.sleep(1.5)
        customer = Customer(self.display)
        for keycode in (50, 23), (50, 23):  # Shift+Tab twice, then Space, by the "Xvfb keyboard": a real hand
            customer.hold(keycode[0], True)
            customer.key(keycode[1])
            customer.hold(keycode[0], False)
        customer.key(65)
        page.wait_for_selector("html[data-frames]", state="attached")
        page.select_option("[data-test=zoom]", "1")
        time.sleep(3)
        box = page.locator("[data-test=screen]").bounding_box()
        page.mouse.click(box["x"] + PLACE[0] + 700, box["y"] + PLACE[1] + 500)
        time.sleep(1)
        out = self.measure(page, "Beistand")
        customer.close()
        return out

    def end(self) -> None:
        with contextlib.suppress(OSError):
            self.stage.kill()
        self.children.end_all()
        self.x_server.kill()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, default=40)
    parser.add_argument("--steps", type=int, default=150)
    options = parser.parse_args()
    bench = Bench(Path(tempfile.mkdtemp(prefix="beistand-bench-")), options.keys, options.steps)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            peer = bench.tigervnc(browser)
            ours = bench.beistand(browser)
            print(f"\n{'':<18}{'TigerVNC + noVNC':>18}{'Beistand':>12}{'ratio':>8}")
            for key in peer:
                ratio = ours[key] / peer[key] if peer[key] else float("nan")
                print(f"{key:<18}{peer[key]:>18.1f}{ours[key]:>12.1f}{ratio:>8.2f}")
            browser.close()
    finally:
        bench.end()


if __name__ == "__main__":
    main()
