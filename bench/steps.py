"""Where the milliseconds between a key and the changed pixel are spent: `python bench/steps.py`.

Stamps every step in the page and in the program (bench/traced.py) for some keys and prints the median of each step, in
ms since the key's event in the browser. Stamping costs about 0.1 ms in all.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from scene import KEY_SQUARE, WATCH, Scene, chromium

STAMP = """(() => {
  const steps = window.__steps = [];
  const stamp = window.__stamp = (name) => steps.push([name, performance.timeOrigin + performance.now()]);
  window.addEventListener('keydown', (event) => {
    steps.push(['key', performance.timeOrigin + event.timeStamp]); stamp('keydown');
  }, true);
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    if ((data.byteLength ?? 0) > 20) stamp('page_sent');
    return send.call(this, data);
  };
  window.WebSocket = new Proxy(WebSocket, {
    construct(target, given) {
      const socket = new target(...given);
      socket.addEventListener('message', (event) => { if (event.data.byteLength > 60) stamp('page_received'); });
      return socket;
    },
  });
  const decode = VideoDecoder.prototype.decode;
  VideoDecoder.prototype.decode = function (chunk) { stamp('decode_begin'); return decode.call(this, chunk); };
  const draw = CanvasRenderingContext2D.prototype.drawImage;
  CanvasRenderingContext2D.prototype.drawImage = function (...given) {
    stamp('decode_end'); draw.apply(this, given); stamp('drawn');
  };
  const put = CanvasRenderingContext2D.prototype.putImageData;
  CanvasRenderingContext2D.prototype.putImageData = function (...given) {
    if (this.canvas.width < 1000) return put.apply(this, given);
    stamp('decode_begin'); stamp('decode_end'); put.apply(this, given); stamp('drawn');
  };
})()"""

ORDER = (
    "key", "keydown", "page_sent", "host_received", "act_begin", "inject_begin", "inject_end", "act_end", "damage",
    "grab_begin", "grab_end", "convert_end", "encode_end", "send_begin", "send_end", "page_received", "decode_begin",
    "decode_end", "drawn", "seen",
)  # fmt: skip


def follow(steps: list[tuple[float, str]], key: float) -> dict[str, float]:
    """The first stamp of each step after the one before it, in ms since the key."""
    found, since = {"key": 0.0}, key
    for step in ORDER[1:]:
        if step == "act_end":  # beside the path, not on it
            after = next((at for at, name in steps if name == step and at >= found["inject_end"] + key), None)
            if after is not None:
                found[step] = after - key
            continue
        at = next((at for at, name in steps if name == step and at >= since - 0.6), None)
        if at is None or at - key > 500:
            return {}
        found[step], since = at - key, at
    return found


def measure(page: Any, trace: Path, keys: int) -> list[dict[str, float]]:
    page.bring_to_front()
    page.evaluate(WATCH, list(KEY_SQUARE))
    source = random.Random(7)  # not in step with the page's 60 frames a second
    for _ in range(keys):
        page.keyboard.press("F9")
        time.sleep(0.4 + source.random() * 0.1)
    steps: list[tuple[float, str]] = [(at, name) for name, at in page.evaluate("window.__steps")]
    origin = page.evaluate("performance.timeOrigin")
    steps += [(origin + at, "seen") for at in page.evaluate("window.__seen.changes")]
    for line in trace.read_text().splitlines():
        name, _, at = line.partition(" ")
        steps.append((float(at) * 1000, name))
    steps.sort()
    return [found for at, name in steps if name == "key" and (found := follow(steps, at))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, default=40)
    options = parser.parse_args()
    with Scene() as scene, chromium() as browser:
        trace = scene.folder / "steps.txt"

        def traced(origin: str) -> list[str]:
            script = str(Path(__file__).parent / "traced.py")
            return [sys.executable, script, str(trace), "--server", origin, "--language", "de"]

        scene.our_page(browser, command=traced, script=STAMP)
        scene.agree()
        rows = measure(scene.settle(), trace, options.keys)
    print(f"{len(rows)} of {options.keys} keys followed; ms since the key's event, median")
    before = 0.0
    for step in ORDER:
        values = [row[step] for row in rows if step in row]
        if values:
            now = statistics.median(values)
            print(f"  {step:<16}{now:8.2f}{now - before:+8.2f}   p95 {sorted(values)[int(len(values) * 0.95)]:.1f}")
            before = now


if __name__ == "__main__":
    main()
