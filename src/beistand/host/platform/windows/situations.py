"""What may hold the screen instead of the customer's desktop, and the sentence that says so. Pure."""

from __future__ import annotations

from enum import Enum

_ACTIVE = 0  # WTSActive
_LOCKED = 0  # WTS_SESSIONSTATE_LOCK


class Situation(Enum):
    OPEN = ""
    LOCKED = "The customer's computer is locked: ask the customer to sign in again. The picture comes back by itself."
    ASKING = (
        "Windows asks the customer whether a program may change this computer (UAC), on a screen that only the "
        "customer sees: the customer answers it, and the picture comes back by itself."
    )
    SCREEN_SAVER = "The screen saver is on: ask the customer to move the mouse. The picture comes back by itself."
    AWAY = (
        "The customer's Windows session is not on a screen now (signed off, switched user, or its Remote Desktop "
        "window was closed or made small): ask the customer to open it again."
    )


def situation(desktop: str, connect_state: int | None, lock_flags: int | None) -> Situation:
    """From the input desktop's name ("" if it cannot be opened), WTSConnectState and the flags of WTSSessionInfoEx."""
    if desktop.lower() == "screen-saver":
        return Situation.SCREEN_SAVER
    if connect_state is not None and connect_state != _ACTIVE:
        return Situation.AWAY
    if desktop.lower() not in ("", "winlogon"):
        return Situation.OPEN  # a program's own desktop that we may read
    return Situation.LOCKED if lock_flags == _LOCKED else Situation.ASKING
