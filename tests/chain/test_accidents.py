"""Accidents of the whole chain: a real server, a real relay, the real program on a desktop, read by a screen reader.

Each gives one clear sentence to whoever can act, and loses nothing that was recorded.
"""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest

from beistand.protocol import rendezvous as r
from beistand.protocol.e2e import messages as m
from beistand.protocol.e2e import number as numbers
from chain.acting import NewProgram, NewTechnician, agreed, typed
from chain.desktop import Desktop
from chain.house import House
from waiting import wait_until

pytestmark = pytest.mark.screen


def other_secret(number: numbers.SessionNumber) -> str:
    """A number on the same nameplate with a right check digit and another secret."""
    secret = f"{(int(number.secret) + 1) % 10**6:06}"
    return numbers.digits(numbers.SessionNumber(number.nameplate, secret))


def test_s5_each_wrong_number_is_told_to_both_and_the_third_kills_it(
    house: House, desktop: Desktop, new_program: NewProgram, new_technician: NewTechnician
) -> None:
    made = house.new_session()
    technician, program = new_technician(made), new_program(house.origin)
    for guess in (1, 2, 3):
        typed(desktop, other_secret(technician.number))
        desktop.wait_heard("Diese Nummer passt nicht.", program.pid)
        technician.wait(lambda t, guess=guess: t.attempts == guess)
        technician.wait(lambda t, guess=guess: t.frames.count(r.Peer("left")) == guess)
    technician.say(r.Dead())  # as support.js does after the third
    technician.wait(lambda t: r.Closed("guesses") in t.frames)
    typed(desktop, technician.digits)  # the right one, too late
    desktop.wait_heard("dreimal falsch eingegeben", program.pid)
    wait_until(lambda: ("server", "closed") in house.facts(made["id"]))


def test_s6_a_number_that_has_expired_is_told_to_both(
    new_house: Callable[..., House], desktop: Desktop, new_program: NewProgram, new_technician: NewTechnician
) -> None:
    house = new_house(BEISTAND_NUMBER_SECONDS="60", prelude=RUSH)
    made = house.new_session()
    technician, program = new_technician(made), new_program(house.origin)
    technician.wait(lambda t: r.Closed("expired") in t.frames)
    typed(desktop, technician.digits)
    desktop.wait_heard("Diese Nummer ist abgelaufen.", program.pid)


# The relay's clock runs a hundred times as fast: ten minutes pass in six seconds.
RUSH = """
import time
from beistand.server.relay import pump
begin = time.monotonic()
pump.Relay.__init__.__defaults__ = (lambda: begin + (time.monotonic() - begin) * 100, None)
"""


def test_s6_a_number_works_once_and_s10_a_third_party_is_refused(
    house: House,
    desktop: Desktop,
    new_desktop: Callable[[], Desktop],
    new_program: NewProgram,
    new_technician: NewTechnician,
) -> None:
    made = house.new_session()
    technician, program = new_technician(made), new_program(house.origin)
    typed(desktop, technician.digits)
    desktop.wait_heard("Haben SIE bei Muster IT angerufen?", program.pid)
    thief = new_technician(made)
    thief.wait(lambda t: r.Refused("ticket") in t.frames)
    technician.wait(lambda t: r.Ring("third_party") in t.frames, "the technician was not rung")
    other = new_desktop()
    second = new_program(house.origin, "en", other)
    typed(other, technician.digits)
    other.wait_heard("This number was already used.", second.pid)
    desktop.click("Erlauben")
    technician.wait_message(m.Frame)  # the true pair was not disturbed


def test_a_program_that_is_killed_leaves_no_key_held_and_the_technician_is_told(
    house: House, desktop: Desktop, new_program: NewProgram, new_technician: NewTechnician
) -> None:
    made = house.new_session()
    technician, program = new_technician(made), new_program(house.origin)
    agreed(desktop, technician, program)
    watcher = desktop.painter()
    watcher.take_focus()

    def is_held() -> bool:
        return any(bytes(watcher.core.QueryKeymap().reply().keys.list))

    def press() -> bool:
        technician.send(m.Key("ControlLeft", True))  # again and again: the customer's click still mutes for 2 s
        return is_held()

    wait_until(press, "the key was not pressed")
    seen = desktop.server.run("xwininfo", "-name", "Beistand Stop", "-stats")
    assert "IsViewable" in seen, "the technician's hand came before the stop sign"
    desktop.wait_heard("Beistand Stop")
    program.send_signal(signal.SIGKILL)
    program.wait(30)
    wait_until(lambda: not is_held(), "the key stays held")
    wait_until(lambda: "Beistand Stop" not in desktop.heard(), "the stop sign outlived its program")
    technician.wait(lambda t: t.frames[-1] == r.Peer("left"), "the technician was not told")
    watcher.close()
    wait_until(lambda: ("server", "interrupted") in house.facts(made["id"]))
    assert house.session(made["id"])["state"] == "interrupted"
    technician.say(r.Ended("technician", "gone"))
    wait_until(lambda: house.session(made["id"])["state"] == "ended")
    assert ("customer", "consent") in house.facts(made["id"])


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_server_that_restarts_in_mid_session_loses_nothing(
    how: signal.Signals, house: House, desktop: Desktop, new_program: NewProgram, new_technician: NewTechnician
) -> None:
    made = house.new_session()
    technician, program = new_technician(made), new_program(house.origin)
    agreed(desktop, technician, program)
    wait_until(lambda: ("customer", "consent") in house.facts(made["id"]))
    before = house.facts(made["id"])
    house.end(how)
    desktop.wait_heard("Die Verbindung ist unterbrochen.", program.pid)
    technician.wait(lambda t: t.losses == 1)
    technician.send(m.Chat("während der Server fehlt"))
    house.start()
    desktop.wait_heard("Techniker: während der Server fehlt", program.pid)
    seen = len(technician.got)
    technician.send(m.KeyframeWanted())
    technician.wait_message(m.Frame, seen)
    desktop.click("Pause")
    wait_until(lambda: ("customer", "pause") in house.facts(made["id"]), "a fact after the restart is not kept")
    after = house.facts(made["id"])
    assert after[: len(before)] == before
    assert after.count(("customer", "consent")) == 1


class Flipping:
    """A relay in the middle that changes one bit of the n-th piece that goes to the customer (security.md S9)."""

    def __init__(self, house: House) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.origin = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._port = house.port
        self.is_flipping = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._port))
            threading.Thread(target=self._pump, args=(near, far, False), daemon=True).start()
            threading.Thread(target=self._pump, args=(far, near, True), daemon=True).start()

    def _pump(self, source: Any, target: Any, is_to_customer: bool) -> None:
        try:
            while data := source.recv(65_536):
                if is_to_customer and self.is_flipping.is_set() and len(data) > 40:
                    data = data[:-1] + bytes((data[-1] ^ 1,))  # the last byte of a record's tag
                target.sendall(data)
        except OSError:
            pass
        for end in (source, target):
            end.close()

    def close(self) -> None:
        self._listener.close()


def test_s9_a_relay_that_flips_bytes_ends_the_session_and_both_are_told(
    new_house: Callable[..., House], desktop: Desktop, new_program: NewProgram, new_technician: NewTechnician
) -> None:
    house = new_house()
    middle = Flipping(house)
    made = house.new_session()
    made["origin"] = middle.origin  # the customer's program knows the server by this address
    technician, program = new_technician(made), new_program(middle.origin)
    try:
        agreed(desktop, technician, program)
        middle.is_flipping.set()
        technician.send(m.Chat("hörst du mich?"))
        text = desktop.wait_heard("Die Sitzung ist beendet", program.pid)
        assert "hörst du mich?" not in text
        desktop.wait_heard("aus Vorsicht", program.pid)
        technician.wait(lambda t: r.Closed("ended") in t.frames)
        wait_until(lambda: ("customer", "ended") in house.facts(made["id"]))
    finally:
        middle.close()


def test_a_resolution_that_changes_in_mid_session_is_followed(
    house: House, desktop: Desktop, new_program: NewProgram, new_technician: NewTechnician
) -> None:
    technician, program = new_technician(house.new_session()), new_program(house.origin)
    agreed(desktop, technician, program)
    assert technician.wait_message(m.Frame).width == 1280
    seen = len(technician.got)
    desktop.server.resize(800, 600)
    technician.wait(
        lambda t: [f for f in t.got[seen:] if isinstance(f, m.Frame) and f.is_key and f.width == 800],
        "no keyframe of the new size",
    )
    config = technician.wait(lambda t: next((f for f in t.got[seen:] if isinstance(f, m.PictureConfig)), None))
    assert (config.width, config.height) == (800, 600)
    monitors = technician.wait(lambda t: next((f for f in t.got[seen:] if isinstance(f, m.Monitors)), None))
    assert [(one.width, one.height) for one in monitors.monitors] == [(800, 600)]
    watcher = desktop.painter()

    def is_there() -> bool:
        technician.send(m.PointerMove(790, 590))
        return bool(watcher.core.QueryPointer(watcher.screen.root).reply().root_x == 790)

    wait_until(is_there, "the pointer does not reach the new corner")
    watcher.close()


HOSTILE = "a\x00b\x07\x1b[31mc\u202egnp.exe\u2066\r\n\ud7ff\U000e0001" + "ü" * 500


def test_hostile_words_of_the_technician_reach_the_customer_as_harmless_text(
    house: House, desktop: Desktop, new_program: NewProgram, new_technician: NewTechnician
) -> None:
    made = house.new_session()
    technician, program = new_technician(made), new_program(house.origin)
    agreed(desktop, technician, program)
    technician.send(m.Chat(HOSTILE))
    heard = desktop.wait_heard("Techniker: a", program.pid)
    assert not any(character in heard for character in "\x00\x07\x1b\u202e\u2066\U000e0001")
    technician.send(m.Clipboard("eins\x00zwei\x1b[2J\r\ndrei\u202e"))
    technician.send(m.Bye(2, HOSTILE))
    heard = desktop.wait_heard("Die Sitzung ist beendet", program.pid)
    assert not any(character in heard for character in "\x00\x07\x1b\u202e\u2066\U000e0001")
