"""Waiting for what other programs do: asked again and again until a deadline, never by a fixed pause.

The deadline is generous, because the machine that runs the tests may be slow and busy; a test that passes never waits
that long.
"""

import time
from collections.abc import Callable
from typing import Any

PATIENCE_SECONDS = 30.0


def wait_until(is_true: Callable[[], Any], what: str = "", seconds: float = PATIENCE_SECONDS) -> Any:
    """Returns the first true value of `is_true`; fails, with `what` as its sentence, at the deadline."""
    deadline = time.monotonic() + seconds
    while not (found := is_true()):
        assert time.monotonic() < deadline, what or "what the test waits for did not happen"
        time.sleep(0.01)
    return found
