"""On a Mac: every module of the adapter loads, and each part works or says in one sentence what is not allowed."""

from __future__ import annotations

import sys

from beistand.host.platform import current
from beistand.host.ports import PlatformError


def main() -> int:
    """Prints what each part said; 1 if anything but a sentence came."""
    platform = current()
    print(platform.system_name(), platform.host_name())
    for name, make in (("screen", platform.screen), ("input", platform.input), ("activity", platform.activity)):
        try:
            part = make()
            if name == "screen":
                frame = platform.screen().grab(True)
                print(f"screen: {frame.width} x {frame.height}, {len(frame.pixels)} bytes")
            elif name == "activity":
                platform.activity().start(lambda _when: None)
            print(f"{name}: {type(part).__name__} works")
        except PlatformError as error:
            print(f"{name}: {error}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
