"""The customer's program for somebody who neither sees it nor has a mouse: a session by screen reader and keys."""

from __future__ import annotations

from typing import Any

import pytest

from beistand.protocol.e2e import messages as m
from chain.acting import NewProgram, NewTechnician, typed
from chain.desktop import Desktop
from chain.house import House
from waiting import PATIENCE_SECONDS, wait_until

pytestmark = pytest.mark.screen

MOST_TABS = 8


def mute_controls(desktop: Desktop, pid: int) -> list[dict[str, Any]]:
    """Controls that can take the focus and have no name, or a role that says nothing."""
    can_focus = [one for one in desktop.controls(pid) if "focusable" in one["states"]]
    assert can_focus, "there is nothing to operate"
    unclear = ("", "unknown", "invalid", "filler")
    return [one for one in can_focus if one["role"] in unclear or not one["name"].strip()]


def programs(desktop: Desktop) -> set[str]:
    """The names under which programs are heard."""
    return {one["name"] for one in desktop.controls() if one["role"] == "application"}


def focused(desktop: Desktop, pid: int) -> str:
    return next((one["name"] for one in desktop.controls(pid) if "focused" in one["states"]), "")


def tab_to(desktop: Desktop, name: str, pid: int, *keys: str) -> None:
    """Presses Tab (or the keys) until the control of this name has the focus."""
    for _ in range(MOST_TABS):
        before = focused(desktop, pid)
        if before == name:
            return
        desktop.press(*(keys or ("Tab",)))
        wait_until(lambda old=before: focused(desktop, pid) != old, f"the focus stays on '{before}'")
    pytest.fail(f"'{name}' cannot be reached by the keyboard")


def test_every_control_has_a_name_and_a_role_and_a_whole_session_needs_no_mouse(
    house: House, desktop: Desktop, new_program: NewProgram, new_technician: NewTechnician
) -> None:
    technician, program = new_technician(house.new_session()), new_program(house.origin)
    assert programs(desktop) == {"Beistand"}
    assert mute_controls(desktop, program.pid) == []
    field = next(one for one in desktop.controls(program.pid) if "editable" in one["states"])
    assert field["name"] == "Sitzungsnummer"
    desktop.click("English")
    desktop.control("Session number", "text", program.pid)
    desktop.click("Deutsch")
    desktop.control("Sitzungsnummer", "text", program.pid)
    typed(desktop, technician.digits)
    desktop.wait_heard("Haben SIE bei Muster IT angerufen?", program.pid)
    wait_until(lambda: focused(desktop, program.pid) == "Ablehnen", "the sheet's default is not its no")
    assert mute_controls(desktop, program.pid) == []
    wait_until(lambda: "sensitive" in desktop.control("Erlauben", "push button", program.pid)["states"])
    tab_to(desktop, "Erlauben", program.pid, "Shift", "Tab")
    desktop.press("space")
    technician.wait_message(m.Frame)
    answer = technician.wait_message(m.ConsentAnswer)
    assert (answer.level, answer.way) == (2, 2), "the way of the answer is not the keyboard"
    desktop.control("Pause", "push button", program.pid)
    assert mute_controls(desktop, program.pid) == []
    desktop.control("Beistand Stop")
    assert programs(desktop) == {"Beistand"}, "the stop sign's own process has another name"
    desktop.press("Control", "Alt", "Escape")
    assert technician.wait_message(m.Bye).why == 1
    desktop.wait_heard("Die Sitzung ist beendet", program.pid)
    assert mute_controls(desktop, program.pid) == []
    tab_to(desktop, "Schließen", program.pid)
    desktop.press("space")
    program.wait(PATIENCE_SECONDS)
