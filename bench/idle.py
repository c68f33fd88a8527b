"""What a session costs before and beside the work: `python bench/idle.py`; Xvfb of 1920x1080, loopback, Chromium.

Number typed -> consent sheet, consent -> first picture (drawn on the page's canvas) and its bytes, the program's
memory, and a screen on which nothing moves but the program's own clocks: frames sent and CPU over 10 s.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from typing import Any

from scene import Scene, chromium, cpu_seconds, memory_mb, private_mb, table

STILL_SECONDS = 10.0
FIRST = """(() => {
  const draw = CanvasRenderingContext2D.prototype.drawImage;
  CanvasRenderingContext2D.prototype.drawImage = function (...given) {
    draw.apply(this, given);
    if (this.canvas.width > 1000) window.__first ??= [performance.timeOrigin + performance.now(), window.__bytes];
  };
})()"""


def session(browser: Any) -> dict[str, float]:
    """One session from the typed number to ten seconds of stillness."""
    with Scene() as scene:
        page = scene.our_page(browser, script=FIRST)
        bytes_before = page.evaluate("window.__bytes")
        scene.agree()
        first, received = page.evaluate("window.__first")
        scene.settle()
        time.sleep(3)
        pid = scene.program.pid
        frames, spent = int(page.get_attribute("html", "data-frames")), cpu_seconds(pid)
        time.sleep(STILL_SECONDS)
        frames = int(page.get_attribute("html", "data-frames")) - frames
        return {
            "number typed -> consent sheet, s": scene.sheet_seconds,
            "consent -> first picture, s": first / 1000 - scene.consented,
            "its bytes, kB": (received - bytes_before) / 1000,
            "nothing moves: frames in 10 s": frames,
            "nothing moves: % of one core": (cpu_seconds(pid) - spent) / STILL_SECONDS * 100,
            "memory, resident MB": memory_mb(pid),
            "memory, private MB": private_mb(pid),
        }


LIMITS = {
    "number typed -> consent sheet, s": 1.0,
    "consent -> first picture, s": 0.5,
    "its bytes, kB": 500,
    "nothing moves: frames in 10 s": 0,
    "nothing moves: % of one core": 1.0,
    "memory, resident MB": 200,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with chromium() as browser:
        runs = [session(browser) for _ in range(options.runs)]
    table({key: statistics.median(run[key] for run in runs) for key in runs[0]}, LIMITS)


if __name__ == "__main__":
    sys.exit(main())
