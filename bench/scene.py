"""What the benches of a session share: an Xvfb of 1920x1080 with a stage on it, our page, and TigerVNC + noVNC's.

`Scene` starts and ends everything; the pages come back ready to be measured. Bytes are counted inside the page, because
an observer outside of it (the browser's debugging protocol) copies each message and slows the peer that sends most.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from beistand.cli.children import Children
from beistand.cli.demo import Demo
from beistand.cli.demo_check import Report, _Chain
from beistand.cli.desktop import NOVNC_FOLDER, Desktop, free_port, program_command
from host.customer import Customer
from host.platform.painter import Painter
from stage import PLACE, SQUARE

WIDTH, HEIGHT = 1960, 1160  # of the page: the picture at 1:1 with a border
STEP_SQUARE = (PLACE[0] + SQUARE // 2, PLACE[1] + SQUARE // 2)
KEY_SQUARE = (PLACE[0] + SQUARE + SQUARE // 2, PLACE[1] + SQUARE // 2)

COUNT_BYTES = """(() => {
  window.__bytes = 0;
  window.WebSocket = new Proxy(WebSocket, {
    construct(target, given) {
      const socket = new target(...given);
      socket.addEventListener('message', (event) => { window.__bytes += event.data.byteLength ?? event.data.length; });
      return socket;
    },
  });
})()"""

# Watches one pixel of the largest canvas. `changes`: when a frame that the browser painted had another grey there.
# Looking at each frame makes the browser prefer frames to messages after a key, which costs either peer some ms.
WATCH = """([x, y]) => {
  const canvas = [...document.querySelectorAll('canvas')].sort((a, b) => b.width * b.height - a.width * a.height)[0];
  const context = canvas.getContext('2d');
  const seen = { changes: [], greys: [], last: null, key: [] };
  window.__seen = seen;
  window.__drawn = null;
  if (!window.__listens) window.addEventListener('keydown', (event) => window.__seen.key.push(event.timeStamp), true);
  window.__listens = true;
  const look = () => {
    const value = context.getImageData(x, y, 1, 1).data[1];
    if (seen.last === null) seen.last = value;
    if (Math.abs(value - seen.last) > 25) {
      seen.changes.push(performance.now());
      seen.greys.push([value, context.getImageData(x + 160, y, 1, 1).data[1]]);
      seen.last = value;
    }
    window.__watching = requestAnimationFrame(look);
  };
  cancelAnimationFrame(window.__watching);
  look();
}"""

# The same, but `changes` says when the pixel on the canvas had changed: looked at after each drawing call.
WATCH_CANVAS = """([x, y]) => {
  const canvas = [...document.querySelectorAll('canvas')].sort((a, b) => b.width * b.height - a.width * a.height)[0];
  const context = canvas.getContext('2d');
  const seen = { changes: [], last: null, key: [] };
  window.__seen = seen;
  cancelAnimationFrame(window.__watching);
  if (!window.__listens) window.addEventListener('keydown', (event) => window.__seen.key.push(event.timeStamp), true);
  window.__listens = true;
  window.__drawn = (drawing) => {
    if (drawing !== context) return;
    const value = context.getImageData(x, y, 1, 1).data[1];
    if (seen.last === null) seen.last = value;
    if (Math.abs(value - seen.last) > 25) { seen.changes.push(performance.now()); seen.last = value; }
  };
  window.__drawn(context);
  if (window.__hooked) return;
  window.__hooked = true;
  for (const name of ['drawImage', 'putImageData', 'fillRect']) {
    const inner = CanvasRenderingContext2D.prototype[name];
    CanvasRenderingContext2D.prototype[name] = function (...given) {
      inner.apply(this, given);
      window.__drawn?.(this);
    };
  }
}"""


class _Unguarded:
    """A browser whose pages may reach the line emulator's port, which their policy does not name."""

    def __init__(self, browser: Any) -> None:
        self._browser = browser

    def new_context(self, **options: Any) -> Any:
        return self._browser.new_context(bypass_csp=True, **options)


class OnXvfb(Demo):
    """The demo's server, but this Xvfb instead of its desktop."""


class Scene:
    """One run: `with Scene() as scene`. `display` is the Xvfb's name."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="beistand-bench-"))
        self.children = Children(self.folder)
        self.customer: Customer | None = None
        self.chain: Any = None
        self.program: Any = None
        self.consented = 0.0  # wall clock of the customer's yes
        self.sheet_seconds = float("nan")  # number typed -> consent sheet on the screen
        self.server_port = self.peer_port = 0
        self.demo: OnXvfb | None = None

    def __enter__(self) -> Scene:
        self.x_server = subprocess.Popen(
            ["Xvfb", "-displayfd", "1", "-screen", "0", "1920x1080x24", "-nolisten", "tcp"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert self.x_server.stdout is not None
        self.display = ":" + self.x_server.stdout.readline().strip()
        self.on: dict[str, str | None] = {"DISPLAY": self.display, "GSETTINGS_BACKEND": "memory", "NO_AT_BRIDGE": "1"}
        self.children.start("openbox", ["openbox"], self.on)
        self.stage = subprocess.Popen(
            ["env", f"DISPLAY={self.display}", sys.executable, str(Path(__file__).parent / "stage.py")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        self.say()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.customer is not None:
            self.customer.close()
        with contextlib.suppress(OSError):
            self.stage.kill()
        self.children.end_all()
        self.x_server.kill()

    def say(self, *words: str) -> str:
        """Tells the stage, waits for its answer."""
        assert self.stage.stdin is not None
        assert self.stage.stdout is not None
        if words:
            self.stage.stdin.write(" ".join(words) + "\n")
            self.stage.stdin.flush()
        return self.stage.stdout.readline()

    def painter(self, corner: tuple[int, int], size: tuple[int, int]) -> Painter:
        """A window that nothing of the stage covers, to be painted."""
        return Painter(self.display, *corner, *size)

    def peer_server(self) -> tuple[int, list[Any]]:
        """Starts TigerVNC for this display: the port where websockify serves noVNC's page, and the processes."""
        vnc, web = free_port(), free_port()
        command = ["x0tigervncserver", "-display", self.display, "-rfbport", str(vnc), "-localhost=1"]
        server = self.children.start("x0tigervncserver", [*command, "-SecurityTypes", "None"], self.on)
        bridge = ["websockify", "--web", NOVNC_FOLDER, f"127.0.0.1:{web}", f"127.0.0.1:{vnc}"]
        proxy = self.children.start("websockify", bridge, self.on)
        time.sleep(1.5)
        self.peer_port = vnc
        return web, [proxy, server]

    def peer_pids(self) -> list[int]:
        """The peer's processes that work; Debian's command starts the VNC server apart from itself and ends."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                words = (entry / "cmdline").read_bytes().split(b"\0")
                if any(str(self.peer_port).encode() in word for word in words) and b"perl" not in words[0]:
                    found.append(int(entry.name))
        return found

    def peer_page(self, browser: Any, port: int) -> Any:
        """noVNC, connected, with the keyboard on the stage."""
        page = new_page(browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}))
        page.goto(f"http://127.0.0.1:{port}/vnc.html?autoconnect=1&resize=off&path=websockify")
        page.wait_for_selector("canvas")
        time.sleep(2)
        page.mouse.click(PLACE[0] + 700, PLACE[1] + 500)
        return page

    def end(self, processes: Sequence[Any]) -> None:
        for pid in self.peer_pids():
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGTERM)
        for child in processes:
            self.children.end(child, 15)  # type: ignore[arg-type]

    def our_page(
        self,
        browser: Any,
        door: Callable[[int], int] = lambda port: port,
        command: Callable[[str], list[str]] = lambda origin: program_command(origin, "de"),
        script: str = "",
    ) -> Any:
        """Our console in a session whose customer has just agreed, at 1:1.

        `door` maps the server's port to the one that the page's WebSocket uses (a line emulator); `command` starts the
        program, which is on the server's own port: each end must name the server alike.
        """
        port = free_port()
        outside = door(port)
        self.demo = OnXvfb(Path(tempfile.mkdtemp(prefix="beistand-bench-")), "de")
        self.demo.children = self.children
        addresses = self.demo.start_server(port)
        self.server_port = port
        origin = f"http://127.0.0.1:{port}"
        self.program = self.children.start("program", command(origin), self.on, may_end=True)
        desktop = Desktop(self.on, "about:blank")
        with _quiet():
            self.chain = chain = _Chain(_Unguarded(browser), self.demo, addresses.with_desktop(desktop), Report(), None)
            page = chain._technician
            page.add_init_script(COUNT_BYTES)
            if script:
                page.add_init_script(script)
            chain._set_up()
            page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
            if outside != port:
                page.route("**/api/sessions", lambda route: _through(route, port, outside))
            number = chain._new_session()
        self.page, self.origin = page, origin
        self._type(number)
        page.wait_for_selector("html[data-step=asked]", state="attached")
        time.sleep(1.5)
        return page

    def _type(self, number: str) -> None:
        self.chain._steady_window("Beistand")
        env = ["env", f"DISPLAY={self.display}", "xdotool"]
        subprocess.run([*env, "search", "--name", "^Beistand$", "windowactivate", "--sync"], check=False)
        subprocess.run([*env, "type", number.replace(" ", "")], check=True)
        began = time.monotonic()
        subprocess.run([*env, "key", "Return"], check=True)
        self.chain._window("Fernhilfe")
        self.sheet_seconds = time.monotonic() - began

    def agree(self) -> None:
        """The customer's own hand says yes: Shift+Tab twice, then Space, on the "Xvfb keyboard"."""
        self.customer = Customer(self.display)
        for _ in range(2):
            self.customer.hold(50, True)
            self.customer.key(23)
            self.customer.hold(50, False)
        self.consented = time.clock_gettime(time.CLOCK_REALTIME)
        self.customer.key(65)
        self.page.wait_for_selector("html[data-frames]", state="attached")

    def settle(self) -> Any:
        """The picture at 1:1 and sharp, the keyboard on the stage."""
        page = self.page
        page.click("[data-test=view]")
        page.get_by_text("1:1", exact=False).first.click()
        page.wait_for_selector('html[data-zoom="1"]', state="attached")
        time.sleep(3)
        box = page.locator("[data-test=screen]").bounding_box()
        page.mouse.click(box["x"] + PLACE[0] + 700, box["y"] + PLACE[1] + 500)
        time.sleep(1)
        return page


def _through(route: Any, port: int, outside: int) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, body=answer.text().replace(f":{port}/relay", f":{outside}/relay"))


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """The chain prints its stages, which are no figures of ours."""
    import io

    with contextlib.redirect_stdout(io.StringIO()):
        yield


def new_page(context: Any) -> Any:
    page = context.new_page()
    page.add_init_script(COUNT_BYTES)
    return page


@contextlib.contextmanager
def chromium() -> Iterator[Any]:
    """A headless Chromium without a graphics card."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


def cpu_seconds(pid: int) -> float:
    """User and system time that a process and its threads have used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def memory_mb(pid: int) -> float:
    """Resident memory of a process."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return float("nan")


def private_mb(pid: int) -> float:
    """Resident memory of a process without the pages of libraries, which other programs share."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon"):
            return int(line.split()[1]) / 1024
    return float("nan")


def table(
    figures: dict[str, float], limits: dict[str, float], is_least: Callable[[str], bool] = lambda key: False
) -> None:
    """Prints each figure beside its limit; `is_least` names those that must be reached instead of kept under."""
    for key, value in figures.items():
        limit = limits.get(key)
        verdict = ""
        if limit is not None:
            holds = value >= limit if is_least(key) else value <= limit
            verdict = f"{'at least' if is_least(key) else 'at most':>9}{limit:9.2f}   {'holds' if holds else 'FAILS'}"
        print(f"  {key:<44}{value:9.2f}{verdict}", flush=True)
