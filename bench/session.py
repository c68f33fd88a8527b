"""Beistand beside TigerVNC with noVNC, in one run on one Xvfb of 1920x1080 over loopback: `python bench/session.py`.

Key -> canvas: from the key's event in the browser until the pixel on the canvas has changed; key -> painted: until the
browser paints the first frame with it (looking at each frame delays either peer, see scene.py). Frames: steps of the
stage seen on the canvas out of those painted, as if at 30 a second. Bytes: what the page's WebSocket received. Exact:
pixels of still text that equal the customer's 2 s after the last change. CPU: the program's (the VNC server's).
Nothing should run beside it; the peer is measured first, then we, each with a browser page of its own.
"""

from __future__ import annotations

import argparse
import base64
import json
import random
import statistics
import sys
import time
from collections.abc import Sequence
from typing import Any

from beistand.host.platform.x11.screen import X11Screen
from scene import KEY_SQUARE, PLACE, STEP_SQUARE, WATCH, WATCH_CANVAS, Scene, chromium, cpu_seconds, memory_mb

MODES = ("scroll", "drag", "film")
TEXT = (PLACE[0] + 200, PLACE[1] + 100, 900, 600)  # left, top, width, height of a region of text alone

READ = """([x, y, width, height]) => {
  const canvas = [...document.querySelectorAll('canvas')].sort((a, b) => b.width * b.height - a.width * a.height)[0];
  const data = canvas.getContext('2d').getImageData(x, y, width, height).data;
  let text = '';
  for (let at = 0; at < data.length; at += 32768) text += String.fromCharCode(...data.subarray(at, at + 32768));
  return btoa(text);
}"""


def keys(page: Any, count: int, watch: str) -> list[float]:
    """ms from each key's event to its photon; keys that show nothing within half a second are left out."""
    page.evaluate(watch, list(KEY_SQUARE))
    source, waits = random.Random(7), []
    for _ in range(count):
        before = page.evaluate("window.__seen.changes.length")
        page.keyboard.press("F9")
        time.sleep(0.25 + source.random() * 0.2)
        changes, pressed = page.evaluate("[window.__seen.changes, window.__seen.key.at(-1)]")
        if len(changes) > before:
            waits.append(changes[before] - pressed)
    return waits


def key_figures(page: Any, count: int) -> dict[str, float]:
    out: dict[str, float] = {}
    for name, watch in (("canvas", WATCH_CANVAS), ("painted", WATCH)):
        waits = sorted(keys(page, count, watch))
        out[f"key -> {name} seen"] = len(waits)
        out[f"key -> {name} ms"] = statistics.median(waits) if waits else float("nan")
        out[f"key -> {name} p95"] = waits[int(len(waits) * 0.95)] if waits else float("nan")
    return out


def mode_figures(scene: Scene, page: Any, pids: Sequence[int], mode: str, steps: int) -> dict[str, float]:
    page.evaluate(WATCH, list(STEP_SQUARE))
    time.sleep(1)
    spent, bytes_before, began = sum(map(cpu_seconds, pids)), page.evaluate("window.__bytes"), time.monotonic()
    scene.say(mode, str(steps))
    took, spent = time.monotonic() - began, sum(map(cpu_seconds, pids)) - spent
    time.sleep(0.3)
    bytes_after, seen = page.evaluate("[window.__bytes, window.__seen.changes.length]")
    return {
        f"{mode} frames/s": seen / steps * 30,
        f"{mode} kB/s": (bytes_after - bytes_before) / (took + 0.3) / 1000,
        f"{mode} cpu %": spent / took * 100,
    }


def exactness(page: Any, display: str) -> tuple[float, float]:
    """Shares of the text's pixels on the canvas that equal the screen's, and that are at most 2 of 255 away."""
    left, top, width, height = TEXT
    seen = base64.b64decode(page.evaluate(READ, list(TEXT)))
    screen = X11Screen(display)
    frame = screen.grab(full=True)
    same = near = 0
    for row in range(height):
        at = (top + row) * frame.stride + left * 4
        true = bytes(frame.pixels[at : at + width * 4])
        shown = seen[row * width * 4 : (row + 1) * width * 4]
        gaps = [0] * width
        for ours, theirs in ((0, 2), (1, 1), (2, 0)):  # RGBA on the canvas, BGRX on the screen
            gaps = [max(gap, abs(a - b)) for gap, a, b in zip(gaps, shown[ours::4], true[theirs::4], strict=True)]
        same += sum(gap == 0 for gap in gaps)
        near += sum(gap <= 2 for gap in gaps)
    screen.close()
    return same / (width * height) * 100, near / (width * height) * 100


def measure(scene: Scene, page: Any, pids: Sequence[int], options: argparse.Namespace, name: str) -> dict[str, float]:
    page.bring_to_front()
    out = key_figures(page, options.keys) if options.keys else {}
    for mode in options.modes:
        out |= mode_figures(scene, page, pids, mode, options.steps)
        if mode == "scroll":
            time.sleep(1.7)
            out["text exact %"], out["text within 2 %"] = exactness(page, scene.display)
    out["memory MB"] = sum(map(memory_mb, pids))
    print(f"  {name}: " + json.dumps({key: round(value, 1) for key, value in out.items()}), flush=True)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, default=40)
    parser.add_argument("--steps", type=int, default=150)
    parser.add_argument("--modes", nargs="*", default=MODES, choices=MODES)
    parser.add_argument("--alone", action="store_true", help="without the peer")
    options = parser.parse_args()
    peer: dict[str, float] = {}
    with Scene() as scene, chromium() as browser:
        if not options.alone:
            port, processes = scene.peer_server()
            page = scene.peer_page(browser, port)
            peer = measure(scene, page, scene.peer_pids(), options, "TigerVNC + noVNC")
            page.close()
            scene.end(processes)
        page = scene.our_page(browser)
        scene.agree()
        ours = measure(scene, scene.settle(), [scene.program.pid], options, "Beistand")
    print(f"\n{'':<22}{'TigerVNC + noVNC':>18}{'Beistand':>12}{'ratio':>8}")
    for key, value in ours.items():
        ratio = value / peer[key] if peer.get(key) else float("nan")
        print(f"{key:<22}{peer.get(key, float('nan')):>18.1f}{value:>12.1f}{ratio:>8.2f}")


if __name__ == "__main__":
    sys.exit(main())
