"""The system as its maker names it."""

from __future__ import annotations

import sys

assert sys.platform == "win32"


_ELEVEN = 22000  # the first build of Windows 11, which still says 10.0


def system_name() -> str:
    """E.g. "Windows 11 (build 22631)"."""
    version = sys.getwindowsversion()
    if (version.major, version.minor) == (10, 0):
        return f"Windows {11 if version.build >= _ELEVEN else 10} (build {version.build})"
    return f"Windows {version.major}.{version.minor} (build {version.build})"
