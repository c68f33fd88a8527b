"""Chooses the platform, once: the only place that asks which system this is.

Everything else of the host speaks to the ports in `host/ports.py`. Adapters do not know each other.
"""

from __future__ import annotations

import sys
from pathlib import Path

from beistand.host.ports import Platform, PlatformError, Unpacked


def current() -> Platform:
    """The platform this program runs on.

    Raises PlatformError with one sentence if there is none that we can serve: no adapter for this system, no X server
    within reach, or an X server without the extensions that a session needs.
    """
    if sys.platform.startswith("linux"):
        # Imported here because the library behind it exists on X11 systems alone.
        from beistand.host.platform.x11 import X11Platform

        return X11Platform()
    if sys.platform == "win32":
        from beistand.host.platform.windows.adapter import WindowsPlatform

        return WindowsPlatform()
    if sys.platform == "darwin":
        from beistand.host.platform.macos.adapter import MacosPlatform

        return MacosPlatform()
    raise PlatformError(
        f"This program cannot share the screen of this system ({sys.platform}) yet: "
        "use a computer with Windows, or with Linux and X11."
    )


def unpacked() -> Unpacked | None:
    """The traces of the one-file program, or None if this is not one."""
    folder = getattr(sys, "_MEIPASS", "")
    if not folder:
        return None
    if sys.platform == "win32":
        from beistand.host.platform.windows.unpacked import WindowsUnpacked

        return WindowsUnpacked(Path(folder), Path(sys.executable))
    if sys.platform.startswith("linux"):
        from beistand.host.platform.x11.unpacked import LinuxUnpacked

        return LinuxUnpacked(Path(folder), Path(sys.executable))
    if sys.platform == "darwin":
        from beistand.host.platform.macos.unpacked import MacosUnpacked

        return MacosUnpacked(Path(sys.executable))
    return None
