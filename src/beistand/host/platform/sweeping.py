"""What the one-file program's bootloader leaves when it is killed, and how a later start finds it."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable
from pathlib import Path

MARK = "beistand.mark"  # the builder puts it into the program as the first file to be unpacked
FOLDERS = "_MEI*"  # the bootloader's name for its folders
YOUNG_SECONDS = 120.0  # a folder that grew this lately may belong to a copy that is just starting


def sweep(own: Path, remove_if_dead: Callable[[Path, float], bool]) -> int:
    """Removes folders of earlier runs whose outer process was killed; returns how many.

    `remove_if_dead(folder, before)` is the system's way of knowing whether its program lives; it leaves folders that
    changed after `before` (seconds since 1970) and raises OSError where it cannot.
    """
    removed = 0
    with contextlib.suppress(OSError):
        before = own.stat().st_mtime - YOUNG_SECONDS  # our own folder is as old as this start
        for folder in Path(tempfile.gettempdir()).glob(FOLDERS):
            with contextlib.suppress(OSError):
                removed += folder != own and remove_if_dead(folder, before)
    return removed
