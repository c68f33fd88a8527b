"""The app's traces on macOS: it is one folder and one process, so nothing is unpacked, watched or swept.

PyInstaller's app (tools/macos_program.sh) runs from its own folder, unlike the one-file programs of Windows and Linux,
whose outer process unpacks a temporary one.
"""

from __future__ import annotations

import sys

assert sys.platform == "darwin"

import shutil
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from beistand.host.platform.macos.bundle import bundle_of


class MacosUnpacked:
    """`program` is the app, as Finder shows it."""

    folder: Path | None = None

    def __init__(self, program: Path) -> None:
        self.program = Path(bundle_of(PurePosixPath(program)))

    def hold(self) -> None:
        """There is no folder that another copy could take for a dead one's."""

    def watch_outer(self, on_gone: Callable[[], None]) -> None:
        """There is no outer process: ending the program ends all of it."""

    def sweep(self) -> int:
        """A crash leaves nothing."""
        return 0

    def remove_program(self) -> None:
        """Removes the app. Raises OSError, e.g. where it runs from its disk image."""
        if self.program.is_dir():
            shutil.rmtree(self.program)
        else:
            self.program.unlink()
