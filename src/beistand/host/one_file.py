"""The door of the one-file program: like `__main__`, with the firm that the builder put inside instead of arguments.

The program is two processes: the outer one unpacked the folder and waits to remove it, the inner one is this. Ending
either of them in the task manager ends the session; what a killed outer one leaves is swept at the next start.
"""

from __future__ import annotations

import contextlib
import pkgutil
import sys
import threading

from beistand.host.__main__ import main
from beistand.host.firm import from_json
from beistand.host.platform import unpacked

if __name__ == "__main__":
    own = unpacked()
    if own is not None:
        with contextlib.suppress(OSError):  # a folder that cannot be marked is only swept later or not at all
            own.hold()
        threading.Thread(target=own.sweep, name="sweep", daemon=True).start()
    sys.exit(main(firm=from_json(pkgutil.get_data("beistand.host", "firm.json") or b""), own=own))
