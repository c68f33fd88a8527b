"""What a Wine prefix holds: every file, every registry entry, every process of one program."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

from wine.prefix import Prefix


def drive(prefix: Prefix) -> Path:
    return prefix.folder / "drive_c"


def files(prefix: Prefix) -> set[str]:
    """Every file and folder on the drive."""
    return {str(path.relative_to(drive(prefix))) for path in drive(prefix).rglob("*")}


def registry(prefix: Prefix) -> set[tuple[str, str]]:
    """(key, value) of all three files; times of change are left out."""
    found = set()
    for file in ("system.reg", "user.reg", "userdef.reg"):
        key = ""
        for line in (prefix.folder / file).read_text("latin-1").splitlines():
            if line.startswith("["):
                key = re.sub(r" \d+$", "", line)
                found.add((key, ""))
            elif line and not line.startswith(("#", '"DriverDateData"')):  # Wine dates its display at each start
                found.add((key, line))
    return found


def processes(prefix: Prefix, name: str) -> list[int]:
    """Linux process ids of a program inside, the outer one first."""
    found = []
    for path in Path("/proc").iterdir():
        try:
            words = (path / "cmdline").read_bytes().split(b"\0") if path.name.isdigit() else []
            is_inside = words and f"WINEPREFIX={prefix.folder}\0".encode() in (path / "environ").read_bytes()
            began = _began(path) if is_inside else 0
        except OSError:
            continue  # ended meanwhile
        if is_inside and words[0].decode("utf-8", "replace").endswith(name):
            found.append((began, int(path.name)))
    return [pid for _, pid in sorted(found)]


def _began(process: Path) -> int:
    """When a process began, in ticks since the machine did; its number says nothing, numbers begin anew at the last."""
    return int((process / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()[19])


def kill(pid: int) -> None:
    """As the task manager does."""
    os.kill(pid, signal.SIGKILL)
