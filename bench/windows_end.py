"""How long until the Windows program is gone when one of its two processes is ended in the task manager, under Wine.

The limit is one second (docs/windows.md). `python bench/windows_end.py [RUNS]` prints the median and the worst.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from beistand.builder import build, parts, windows
from beistand.builder.firm import checked
from beistand.builder.own import own_modules
from builder.traces import kill, processes
from host.xserver import XServer
from wine.prefix import Prefix

NAME = "Fernhilfe.exe"
LIMIT_SECONDS, PATIENCE_SECONDS, SETTLE_SECONDS = 1.0, 60.0, 2.0


def started(prefix: Prefix, display: str) -> list[int]:
    """Outer and inner process, with the first window on the screen."""
    prefix.start(f"C:\\{NAME}")
    deadline = time.monotonic() + PATIENCE_SECONDS
    search = ["xdotool", "search", "--onlyvisible", "--name", "^Beistand$"]
    while not subprocess.run(search, env={"DISPLAY": display}, capture_output=True, check=False).stdout:
        if time.monotonic() > deadline:
            raise SystemExit("no first window")
        time.sleep(0.02)
    time.sleep(SETTLE_SECONDS)
    return processes(prefix, NAME)


def is_alive(pid: int) -> bool:
    """A process that has ended and waits for its parent to take note (a zombie) is not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until_gone(prefix: Prefix, display: str, which: int) -> float:
    """Seconds from the kill of the outer (0) or the inner (1) process to the other's end."""
    both = started(prefix, display)
    began = time.monotonic()
    kill(both[which])
    while is_alive(both[1 - which]):
        if time.monotonic() - began > PATIENCE_SECONDS:
            raise SystemExit("the other process stays")
        time.sleep(0.005)
    took = time.monotonic() - began
    prefix.end_programs()
    return took


def main(runs: int) -> int:
    """Status 1 if one took longer than the limit."""
    cache = parts.Cache(Path("~/.cache/beistand-parts").expanduser(), print)
    packages = parts.gathered(cache, parts.LOCKS / "windows.lock")
    firm = checked("https://hilfe.example.org", "Muster IT")
    program = windows.build(packages, own_modules("windows"), build.BOOT.read_bytes(), firm, "0.1.0", NAME)
    display = XServer("-screen", "0", "1024x700x24")
    prefix = Prefix(Path(tempfile.mkdtemp()) / "prefix", display.name)
    worst = 0.0
    try:
        (prefix.folder / "drive_c" / NAME).write_bytes(program)
        for which, name in enumerate(("outer", "inner")):
            found = [until_gone(prefix, display.name, which) for _ in range(runs)]
            worst = max(worst, *found)
            print(
                f"{name} process ended: the other gone after {statistics.median(found):.3f} s, worst {max(found):.3f} s"
            )
    finally:
        prefix.close()
        display.close()
    return int(worst > LIMIT_SECONDS)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 5))
