"""One whole session with everything that both sides can do in it, in the order in which it happens at work."""

from __future__ import annotations

import pytest

from beistand.protocol.e2e import messages as m
from chain.acting import NewProgram, NewTechnician, agreed
from chain.desktop import Desktop
from chain.house import House
from host.platform.painter import Painter
from waiting import wait_until

pytestmark = pytest.mark.screen


def injected(painter: Painter) -> list[str]:
    """What a program on the desktop gets: kind and, for buttons and keys, the number."""
    return [
        f"{type(event).__name__.removesuffix('Event')} {event.detail if 'Motion' not in type(event).__name__ else ''}"
        for event in painter.events()
        if type(event).__name__.startswith(("Button", "Motion", "Key"))
    ]


def test_words_wheel_drag_curtain_and_level_in_one_session(
    house: House, desktop: Desktop, new_program: NewProgram, new_technician: NewTechnician
) -> None:
    made = house.new_session()
    technician, program = new_technician(made), new_program(house.origin)
    agreed(desktop, technician, program)
    monitors = technician.wait_message(m.Monitors)
    assert [(one.width, one.height) for one in monitors.monitors] == [(1280, 800)]

    technician.send(m.Chat("Wie heißt der Drucker?"))
    desktop.wait_heard("Techniker: Wie heißt der Drucker?", program.pid)

    def is_typed() -> bool:
        field = next(one for one in desktop.controls(program.pid) if {"editable", "single-line"} <= set(one["states"]))
        if "focused" not in field["states"]:
            desktop.customer.move(field["x"] + 20, field["y"] + field["height"] // 2)
            desktop.customer.click()
            return False
        if not field["text"]:
            desktop.type_digits("4711")
        return bool(field["text"] == "4711")

    wait_until(is_typed, "the field for a message does not take the customer's words")
    desktop.click("Senden")
    technician.wait(lambda t: m.Chat("4711") in t.got, "the customer's words did not arrive")

    # Beside every window of the program: what is on top takes the customer's clicks.
    painter = desktop.painter(x=760, y=340, width=300, height=200)
    painter.take_focus()

    def drags() -> bool:
        painter.events()
        for message in (
            m.PointerButton(1, True, 780, 360),
            m.PointerMove(820, 390),
            m.PointerMove(860, 420),
            m.PointerButton(1, False, 860, 420),
            m.Wheel(0, 240),
            m.Wheel(-120, 0),
        ):
            technician.send(message)
        seen: list[str] = []
        try:
            wait_until(lambda: seen.extend(injected(painter)) or "ButtonRelease 6" in seen, seconds=2.5)
        except AssertionError:
            return False  # the customer's own hand still mutes for two seconds
        deeds = [one for one in seen if not one.startswith("Motion")]
        wheel = ["ButtonPress 5", "ButtonRelease 5"] * 2 + ["ButtonPress 6", "ButtonRelease 6"]
        dragged = seen[seen.index("ButtonPress 1") : seen.index("ButtonRelease 1")]
        return deeds == ["ButtonPress 1", "ButtonRelease 1", *wheel] and dragged.count("MotionNotify ") >= 2

    wait_until(drags, "drag and wheel do not arrive in their order")

    desktop.click("Vorhang für Kennwort")
    technician.wait(lambda t: m.Curtain(True) in t.got)
    count = len([one for one in technician.got if isinstance(one, m.Frame)])
    painter.fill(0xFF0000, 0, 0, 300, 200)
    desktop.click("Vorhang auf")
    technician.wait(lambda t: m.Curtain(False) in t.got)
    technician.wait(lambda t: len([one for one in t.got if isinstance(one, m.Frame)]) > count)
    after = technician.got.index(m.Curtain(True))
    before = technician.got.index(m.Curtain(False))
    assert not [one for one in technician.got[after:before] if isinstance(one, m.Frame)], "seen through the curtain"

    desktop.click("Nur noch zusehen lassen")
    technician.wait(lambda t: m.LevelChanged(1, 1) in t.got, "the customer's step down did not arrive")
    desktop.wait_heard("Tim sieht Ihren Bildschirm.", program.pid)
    technician.send(m.LevelAsk(2))
    desktop.click("Erlauben")
    technician.wait(lambda t: m.LevelChanged(2, 1) in t.got, "the customer's step up did not arrive")
    wait_until(drags, "the technician's hand does not work after the step up")

    painter.close()
    technician.send(m.Bye(2, ""))
    desktop.wait_heard("Die Sitzung ist beendet", program.pid)
    names = [name for role, name in house.facts(made["id"]) if role == "customer"]
    deeds = [one for one in names if one in ("consent", "curtain", "curtain_off", "level")]
    assert deeds == ["consent", "curtain", "curtain_off", "level", "level"]
