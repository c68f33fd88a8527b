"""What a customer does from the number to the first picture."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

from beistand.protocol.e2e import messages as m
from chain.desktop import Desktop
from chain.technician import Technician
from waiting import wait_until

NewProgram = Callable[..., subprocess.Popen[str]]
NewTechnician = Callable[..., Technician]


def program(desktop: Desktop, server: str, language: str = "de", *more: str) -> subprocess.Popen[str]:
    """Starts the customer's program, with `more` arguments; returns when its first window stands."""
    process = desktop.start(sys.executable, "-m", "beistand.host", "--server", server, "--language", language, *more)
    desktop.wait_heard("Sitzungsnummer" if language == "de" else "session number", process.pid)
    return process


def typed(desktop: Desktop, digits: str) -> None:
    """The number in the first window, once its field is awake."""

    def is_awake() -> bool:
        fields = [one for one in desktop.controls() if one["role"] == "text" and "editable" in one["states"]]
        return any({"focused", "sensitive"} <= set(one["states"]) for one in fields)

    wait_until(is_awake, "the field for the number does not wake")
    desktop.type_digits(digits)
    desktop.press("Return")


def agreed(desktop: Desktop, technician: Technician, program: subprocess.Popen[str]) -> None:
    """From the number to the first picture."""
    typed(desktop, technician.digits)
    desktop.wait_heard("Haben SIE bei Muster IT angerufen?", program.pid)
    desktop.click("Erlauben")
    technician.wait_message(m.Frame)
