"""At most one session a desktop: two stop signs would stand on one another, and a click would end only one of them."""

from __future__ import annotations

import sys

assert sys.platform == "darwin"

import fcntl
import os
import tempfile


class OnlyOne:
    """Holds the user's one place from `claim` on until the program ends: a lock on the user's own temporary folder.

    A folder, because it is there anyway: no file is made that could be left behind.
    """

    def __init__(self) -> None:
        self._folder: int | None = None

    def claim(self) -> bool:
        """False if another copy of this program holds the place."""
        if self._folder is None:
            folder = os.open(tempfile.gettempdir(), os.O_RDONLY | os.O_CLOEXEC)
            try:
                fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                os.close(folder)
                return False
            self._folder = folder
        return True
