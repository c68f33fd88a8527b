"""Accidents at the server while a session runs: a full disk, a clock that jumps. Nothing recorded is lost."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from beistand.protocol.e2e import messages as m
from chain.acting import NewProgram, NewTechnician, agreed
from chain.desktop import Desktop
from chain.house import House
from waiting import wait_until

pytestmark = pytest.mark.screen

# The folder's content on a small disk of its own, which the server alone sees and which ends with it.
SMALL_DISK = (
    'mv "$0" "$0.was" && mkdir "$0" && mount -t tmpfs -o size=12m none "$0" && cp -a "$0.was/." "$0" && exec "$@"'
)


def may_mount() -> bool:
    command = ["unshare", "--mount", "sh", "-c", "mount -t tmpfs none /mnt"]
    return shutil.which("unshare") is not None and subprocess.run(command, capture_output=True).returncode == 0


@pytest.mark.skipif(not may_mount(), reason="a small disk can only be mounted as root")
def test_a_full_disk_keeps_the_facts_until_there_is_room_and_says_so_to_the_technician(
    house: House, desktop: Desktop, new_program: NewProgram, new_technician: NewTechnician
) -> None:
    house.end()
    house.wrapper = ("unshare", "--mount", "sh", "-c", SMALL_DISK, str(house.data))
    house.start()
    assert house.process is not None
    disk = Path(f"/proc/{house.process.pid}/root{house.data}")  # the server's own view of its folder
    made = house.new_session()
    technician, program = new_technician(made), new_program(house.origin)
    agreed(desktop, technician, program)
    wait_until(lambda: ("customer", "consent") in house.facts(made["id"]))
    before = house.facts(made["id"])
    fill(disk / "filler")
    desktop.click("Pause")
    technician.wait_message(m.Paused)
    refused = wait_until(lambda: no_room(house), "a new session was made on a full disk")
    assert refused.startswith(
        "Der Server kann gerade nichts speichern."
    )  # for the technician; the rest for the operator
    wait_until(lambda: "the disk is full, make room on it" in house.told(), "the operator is not told")
    desktop.click("Weiter")
    technician.wait(lambda t: m.Paused(False) in t.got)
    technician.send(m.Chat("geht weiter"))
    desktop.wait_heard("Techniker: geht weiter", program.pid)
    (disk / "filler").unlink()
    wait_until(lambda: ("customer", "go_on") in house.facts(made["id"]), "the facts were lost with the full disk")
    after = house.facts(made["id"])
    assert after[: len(before)] == before
    assert [name for _role, name in after[len(before) :] if name in ("pause", "go_on")] == ["pause", "go_on"]
    desktop.click("Pause")
    wait_until(lambda: house.facts(made["id"])[-1] == ("customer", "pause"))


def fill(path: Path) -> None:
    """Takes the last byte of the disk."""
    with open(path, "wb", buffering=0) as file:
        for size in (65_536, 4_096, 1):
            try:
                while os.write(file.fileno(), bytes(size)):
                    pass
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise


def no_room(house: House) -> str:
    """The server's sentence when a session cannot be kept; empty while it still fits into what is free."""
    answer = house.client.post("/api/sessions", json={"customer_name": "x" * 100, "level": 2})
    if answer.status_code < 300:
        return ""
    assert answer.status_code == 503, answer.text
    return str(answer.json()["sentence"])


# Both clocks of people jump when a word is written into the file that JUMP names; the monotonic clock goes on.
JUMPY = """
import pathlib, time
from beistand.server import app, clock
from beistand.server.relay import pump
file = pathlib.Path({path!r})
def jumped():
    return float(file.read_text() or 0) if file.exists() else 0.0
true_now, true_wall = clock.Clock.now, pump._wall_clock
def now(self):
    at = true_now(self)
    return clock.Moment(at.utc_us + int(jumped() * 1e6), at.monotonic_us)
clock.Clock.now = now
app.WATCH_SECONDS = 0.1
pump._wall_clock = lambda: true_wall() + jumped()
"""


@pytest.mark.parametrize("hours", [-20, 20])
def test_a_clock_that_jumps_ends_no_session_and_counts_no_wrong_second(
    hours: int,
    tmp_path: Path,
    new_house: Callable[..., House],
    desktop: Desktop,
    new_program: NewProgram,
    new_technician: NewTechnician,
) -> None:
    jump = tmp_path / "jump"
    house = new_house(prelude=JUMPY.format(path=str(jump)))
    made = house.new_session()
    technician, program = new_technician(made), new_program(house.origin)
    agreed(desktop, technician, program)
    wait_until(lambda: ("customer", "consent") in house.facts(made["id"]))
    jump.write_text(str(hours * 3600))
    technician.drop_link()
    technician.wait(lambda t: t.losses == 1)
    desktop.click("Pause")
    technician.wait(lambda t: m.Paused(True) in t.got, "the link did not come back after the jump")
    desktop.click("Weiter")
    technician.wait(lambda t: m.Paused(False) in t.got)
    seen = len(technician.got)
    technician.send(m.KeyframeWanted())
    technician.wait_message(m.Frame, seen)
    technician.send(m.Bye(2, ""))
    desktop.wait_heard("Die Sitzung ist beendet", program.pid)
    jump.write_text("0")  # the technician's own sign-in is bound to the hours of people
    wait_until(lambda: house.session(made["id"])["state"] == "ended")
    session = house.session(made["id"])
    assert 0 <= session["seconds"] < 120
    names = [name for _role, name in house.facts(made["id"]) if name in ("consent", "pause", "go_on", "ended")]
    assert names[:3] == ["consent", "pause", "go_on"]
    assert "ended" in names
