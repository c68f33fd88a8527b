"""Finds the C libraries that the pinned `av` wheel carries, so that libvpx and swscale can be driven directly.

The wheels keep them beside the package: `av.libs/` on Linux and Windows, `av/.dylibs/` on macOS. The one-file program
carries the two libraries alone, in the folder that its bootloader names in `sys._MEIPASS`.
"""

from __future__ import annotations

import ctypes
import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path


class LibraryMissingError(Exception):
    """A C library cannot be found or loaded; the text is one sentence with the reason and the way out."""


def folders() -> list[Path]:
    """Where the one-file program or the `av` wheel of this interpreter keeps its shared libraries; else empty."""
    own = getattr(sys, "_MEIPASS", "")
    if own:
        return [Path(own)]
    found = importlib.util.find_spec("av")
    if found is None or found.origin is None:
        return []
    package = Path(found.origin).parent
    return [package.parent / "av.libs", package / ".dylibs"]


def load(name: str, places: Sequence[Path] | None = None) -> ctypes.CDLL:
    """Loads the library whose file name begins with `lib<name>` or `<name>`, e.g. "vpx" or "swscale"."""
    places = folders() if places is None else places
    for place in places:
        for pattern in (f"lib{name}[-.]*", f"{name}[-.]*"):
            for path in sorted(place.glob(pattern)):
                try:
                    return ctypes.CDLL(str(path))
                except OSError as error:
                    raise LibraryMissingError(
                        f"{path.name} cannot be loaded ({error}); reinstall the package av."
                    ) from error
    raise LibraryMissingError(f"The library {name} is not beside the package av; install av or name its folder.")
