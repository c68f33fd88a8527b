"""How long from the click to the first window of the Windows program, under Wine, beside Wine's own notepad.

A cold start: no Wine process runs before, so Wine's server, the unpacking and Python all count. Wine's own share is
what notepad takes; the ratio is what can be compared between machines. `python bench/windows_start.py [RUNS]`.
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
from host.xserver import XServer
from wine.prefix import Prefix

PATIENCE_SECONDS = 60


def first_window(prefix: Prefix, display: str, command: str, title: str, is_cold: bool) -> float:
    """Seconds until a window with this title is seen."""
    if is_cold:
        prefix.end_programs()
    began = time.monotonic()
    process = prefix.start(command)
    search = ["xdotool", "search", "--onlyvisible", "--name", title]
    while not subprocess.run(search, env={"DISPLAY": display}, capture_output=True, check=False).stdout:
        if time.monotonic() - began > PATIENCE_SECONDS:
            raise SystemExit(f"{command} showed no window")
        time.sleep(0.01)
    took = time.monotonic() - began
    prefix.end_programs()
    process.wait(PATIENCE_SECONDS)
    return took


def main(runs: int) -> None:
    """Prints medians in seconds and the ratios."""
    cache = parts.Cache(Path("~/.cache/beistand-parts").expanduser(), print)
    packages = parts.gathered(cache, parts.LOCKS / "windows.lock")
    firm = checked("https://hilfe.example.org", "Muster IT")
    program = windows.build(packages, own_modules("windows"), build.BOOT.read_bytes(), firm, "0.1.0", "Fernhilfe.exe")
    display = XServer("-screen", "0", "1024x700x24")
    prefix = Prefix(Path(tempfile.mkdtemp()) / "prefix", display.name)
    try:
        (prefix.folder / "drive_c" / "Fernhilfe.exe").write_bytes(program)
        wanted = {"program": ("C:\\Fernhilfe.exe", "^Beistand$"), "notepad": ("notepad.exe", "Notepad")}
        found = {
            name: statistics.median(first_window(prefix, display.name, *what, True) for _ in range(runs))
            for name, what in wanted.items()
        }
        print(f"size {len(program) / 1e6:.1f} MB; cold start, median of {runs}:", end=" ")
        print(", ".join(f"{name} {seconds:.2f} s" for name, seconds in found.items()), end="; ")
        beyond, ratio = found["program"] - found["notepad"], found["program"] / found["notepad"]
        print(f"ratio {ratio:.2f}, beyond notepad {beyond:.2f} s")
    finally:
        prefix.close()
        display.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
