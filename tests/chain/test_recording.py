"""A recording in the whole chain: asked for, agreed to on a sheet of its own, marked, ended by either side."""

from __future__ import annotations

import pytest

from beistand.protocol.e2e import messages as m
from chain.acting import NewProgram, NewTechnician, agreed
from chain.desktop import Desktop
from chain.house import House
from waiting import wait_until

pytestmark = pytest.mark.screen

ASK = m.RecordAsk(30, bytes(range(32)))


def customer_facts(house: House, session_id: str) -> list[str]:
    return [name for role, name in house.facts(session_id) if role == "customer"]


def test_s22_a_recording_is_agreed_to_marked_and_ended_by_the_customer(
    house: House, desktop: Desktop, new_program: NewProgram, new_technician: NewTechnician
) -> None:
    made = house.new_session()
    technician, program = new_technician(made), new_program(house.origin)
    agreed(desktop, technician, program)

    technician.send(ASK)
    heard = desktop.wait_heard("möchte das Bild dieser Sitzung aufzeichnen", program.pid)
    assert "löscht sie nach 30 Tagen" in heard
    desktop.click("Nicht aufzeichnen")
    technician.wait(lambda t: m.RecordAnswer(False, 1) in t.got)

    technician.send(ASK)
    desktop.click("Aufzeichnung erlauben")
    technician.wait(lambda t: m.RecordAnswer(True, 1) in t.got)
    desktop.wait_heard("Aufnahme läuft", program.pid)
    desktop.click("Pause")
    desktop.wait_heard("Aufnahme ruht", program.pid)
    desktop.click("Weiter")
    desktop.wait_heard("Aufnahme läuft", program.pid)
    desktop.click("Aufzeichnung beenden")
    technician.wait(lambda t: m.RecordStopped() in t.got)
    wait_until(lambda: "Aufnahme läuft" not in desktop.heard(program.pid), "the mark stays")

    technician.send(m.Bye(2, ""))
    desktop.wait_heard("Die Sitzung ist beendet", program.pid)
    wait_until(lambda: "record_off" in customer_facts(house, made["id"]), "the end of the recording is not kept")
    told = [name for name in customer_facts(house, made["id"]) if name.startswith("record")]
    assert told == ["record_refused", "record_on", "record_off"]
