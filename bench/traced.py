"""The customer's program with a stamp at each step from key to frame; for bench/steps.py, which starts it.

`python bench/traced.py FILE --server URL ...` writes one line `step seconds` (wall clock) to FILE for each step.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from beistand.host import __main__ as door
from beistand.host.acting import Actor
from beistand.host.app import App
from beistand.host.media.encoder import Vp9Encoder
from beistand.host.media.pipeline import PictureWorker
from beistand.host.platform.x11.input import X11Input
from beistand.host.platform.x11.screen import X11Screen
from beistand.protocol.e2e import messages as m
from beistand.transport.relay_link import RelayLink


def main() -> int:
    out = open(sys.argv[1], "w", buffering=1)  # noqa: SIM115 (lives as long as the process)

    def stamp(step: str) -> None:
        out.write(f"{step} {time.clock_gettime(time.CLOCK_REALTIME):.6f}\n")

    def wrap(
        owner: type, name: str, before: str, after: str, when: Callable[[Any, Any], bool] = lambda given, answer: True
    ) -> None:
        inner = getattr(owner, name)

        def traced(*given: Any, **named: Any) -> Any:
            began = time.clock_gettime(time.CLOCK_REALTIME)
            answer = inner(*given, **named)
            if when(given, answer):
                if before:
                    out.write(f"{before} {began:.6f}\n")
                if after:
                    stamp(after)
            return answer

        setattr(owner, name, traced)

    wrap(RelayLink, "received", "host_received", "host_read")
    wrap(Actor, "_do", "act_begin", "act_end", lambda given, _: isinstance(given[1], m.Key) and given[1].is_pressed)
    wrap(X11Input, "key", "inject_begin", "inject_end", lambda given, answer: bool(given[2]))
    wrap(X11Screen, "wait_damage", "", "damage", lambda given, answer: bool(answer))
    wrap(X11Screen, "grab", "grab_begin", "grab_end")
    wrap(Vp9Encoder, "take", "", "convert_end")
    wrap(Vp9Encoder, "encode", "", "encode_end")
    wrap(PictureWorker, "_patch", "", "encode_end", lambda given, answer: answer is not None)
    wrap(App, "_send_frame", "send_begin", "send_end")
    return door.main(sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
